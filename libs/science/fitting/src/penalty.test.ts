import { describe, expect, it } from 'vitest';
import { PENALTIES } from './penalty';

const SIZE = 6;
const value = (q: Float64Array, c: Float64Array, norm: 'L1' | 'L2', m: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < SIZE; i++) {
    sum += (norm === 'L1' ? Math.abs(m[i]!) : m[i]! ** 2) - 2 * c[i]! * m[i]!;
    for (let j = 0; j < SIZE; j++) sum += m[i]! * q[i * SIZE + j]! * m[j]!;
  }
  return sum;
};

/** JᵀJ with two columns that are nearly the same and one that is 0. */
function example(): { q: Float64Array; c: Float64Array } {
  const rows = Array.from({ length: 9 }, (_, r) => {
    const row = Array.from({ length: SIZE }, (_, p) => Math.sin(1 + 3 * r + 7 * p * p));
    row[3] = row[1]! + 1e-4 * row[2]!;
    row[5] = 0;
    return row;
  });
  const dot = (i: number, j: number): number => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0);
  const q = Float64Array.from({ length: SIZE * SIZE }, (_, ij) => dot(Math.floor(ij / SIZE), ij % SIZE));
  const c = Float64Array.from({ length: SIZE }, (_, p) =>
    rows.reduce((sum, row, r) => sum + row[p]! * Math.cos(r), 0),
  );
  return { q, c };
}

describe.each(['L1', 'L2'] as const)('the minimum with %s', (norm) => {
  const { q, c } = example();
  const m = PENALTIES[norm].minimiseWith(q, c, new Float64Array(SIZE));

  it('rises in every direction', () => {
    const lowest = value(q, c, norm, m);
    for (let i = 0; i < SIZE; i++) {
      for (const change of [1e-4, -1e-4, 1e-2, -1e-2]) {
        const moved = m.slice();
        moved[i]! += change;
        moved[(i + 2) % SIZE]! -= change / 3;
        expect(value(q, c, norm, moved)).toBeGreaterThan(lowest);
      }
    }
  });

  it('leaves at 0 what changes nothing', () => {
    expect(m[5]).toBe(0);
  });
});

describe('L1', () => {
  it('leaves exactly at 0 what is not worth its penalty', () => {
    const q = Float64Array.of(4, 0, 0, 2);
    expect([...PENALTIES.L1.minimiseWith(q, Float64Array.of(0.4, -1.5), Float64Array.of(1, 1))]).toEqual([
      0, -0.5,
    ]);
  });
});
