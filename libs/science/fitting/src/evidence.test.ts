import { describe, expect, it } from 'vitest';
import { harmonicPriorWidth, likeliestNoise, type LinearModel } from './evidence';

/** Standard normal numbers, the same ones every time (Box and Muller, on a linear congruential generator). */
function normalNumbers(): () => number {
  let state = 1;
  const uniform = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

interface Data {
  rows: number[][];
  y: number[];
}

/** y = J·m + noise with m drawn from the prior, for one column of each width. */
function dataWith(noise: number, count: number, widths: readonly number[]): Data {
  const next = normalNumbers();
  const m = widths.map(next);
  const rows = Array.from({ length: count }, () => widths.map((width) => width * next()));
  return { rows, y: rows.map((row) => row.reduce((sum, slope, p) => sum + slope * m[p]!, noise * next())) };
}

function productsOf({ rows, y }: Data): LinearModel {
  const size = rows[0]?.length ?? 0;
  const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const columns = Array.from({ length: size }, (_, p) => rows.map((row) => row[p]!));
  return {
    count: y.length,
    squares: dot(y, y),
    projection: Float64Array.from(columns, (column) => dot(column, y)),
    normal: Float64Array.from(columns.flatMap((left) => columns.map((right) => dot(left, right)))),
  };
}

describe('the likeliest noise', () => {
  it.each([0.1, 0.4, 1.5])('is the one that data were made with: %f', (noise) => {
    const found = likeliestNoise(productsOf(dataWith(noise, 400, [2, 1, 0.5, 0.1])));
    expect(Math.abs(found / noise - 1)).toBeLessThan(0.12);
  });

  it('does not take for exact what as many terms as points could explain', () => {
    const terms = Array.from({ length: 24 }, (_, n) => 0.1 / (n + 1));
    expect(likeliestNoise(productsOf(dataWith(0.6, 24, terms)))).toBeGreaterThan(0.4);
  });

  it('of data without any term to explain them is their spread', () => {
    const y = Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? 0.8 : -0.8));
    expect(likeliestNoise(productsOf({ rows: y.map(() => []), y }))).toBeCloseTo(0.8, 1);
  });

  it('without data is the usual one, 0.3 kcal/mol', () => {
    expect(likeliestNoise(productsOf({ rows: [], y: [] }))).toBeCloseTo(0.3, 1);
  });
});

describe('prior widths of harmonics', () => {
  it('fall off exponentially from the one given', () => {
    const widths = [1, 2, 3, 4].map((periodicity) => harmonicPriorWidth(8, periodicity));
    expect(widths[0]).toBe(8);
    expect(widths[3]! / widths[2]!).toBeCloseTo(widths[1]! / widths[0]!, 12);
    expect(widths[1]! / widths[0]!).toBeLessThan(0.5);
  });
});
