import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctedProfile } from './corrected-profile';
import { madeUpScans, resultsAt, type MadeUpScan } from './testing/made-up-scans';
import type { HighLevelResult } from './scan';
import { nextSinglePoints, type CorrectionSettings } from './single-point-plan';

const SETTINGS: CorrectionSettings = {
  targetStandardErrorKcalPerMol: 0.3,
  energyCutoffKcalPerMol: 10,
  leastPoints: 4,
  mostPoints: 10,
  pointsPerRound: 2,
};

/** All results until nothing is asked for any more, each time of one of the points asked for. */
function run(
  made: MadeUpScan,
  settings: CorrectionSettings,
  pick: (count: number) => number,
  fails = new Set<number>(),
) {
  const results: HighLevelResult[] = [];
  for (;;) {
    const { points, status } = nextSinglePoints(made.scan, results, settings);
    if (status !== 'computing') return { results, status };
    const point = points[pick(points.length)]!;
    results.push(fails.has(point) ? { point, energyHartree: null } : resultsAt(made, [point])[0]!);
  }
}

const inOrder = () => 0;
const pointsOf = (results: readonly HighLevelResult[]): number[] =>
  results.map(({ point }) => point).sort((a, b) => a - b);

describe('the plan of single points', () => {
  it('is the same whatever the order in which results arrive', () => {
    fc.assert(
      fc.property(madeUpScans, fc.infiniteStream(fc.nat()), (made, order) => {
        const shuffled = run(made, SETTINGS, (count) => order.next().value! % count);
        const expected = run(made, SETTINGS, inOrder);
        expect(pointsOf(shuffled.results)).toEqual(pointsOf(expected.results));
        expect(shuffled.status).toBe(expected.status);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps to its numbers, and ends because it is sure enough or out of points', () => {
    fc.assert(
      fc.property(madeUpScans, (made) => {
        const { results, status } = run(made, SETTINGS, inOrder);
        expect(results.length).toBeGreaterThanOrEqual(SETTINGS.leastPoints);
        expect(results.length).toBeLessThanOrEqual(SETTINGS.mostPoints);
        if (status === 'out-of-points') {
          expect(results.length).toBe(SETTINGS.mostPoints);
          return;
        }
        const profile = correctedProfile(made.scan, results);
        expect(profile.find(({ energyKcalPerMol }) => energyKcalPerMol === 0)!.isComputed).toBe(true);
        const squares = profile
          .filter(({ energyKcalPerMol: energy, standardErrorKcalPerMol: error }) => energy - 2 * error <= 10)
          .map(({ standardErrorKcalPerMol }) => standardErrorKcalPerMol ** 2);
        const meanSquare = squares.reduce((sum, square) => sum + square, 0) / squares.length;
        expect(Math.sqrt(meanSquare)).toBeLessThanOrEqual(SETTINGS.targetStandardErrorKcalPerMol);
      }),
    );
  });

  it('does not depend on a constant of either level', () => {
    fc.assert(
      fc.property(madeUpScans, (made) => {
        const shifted: MadeUpScan = {
          scan: {
            ...made.scan,
            points: made.scan.points.map((point) => ({ ...point, energyHartree: point.energyHartree + 64 })),
          },
          highLevelHartree: made.highLevelHartree.map((energy) => energy - 128),
        };
        expect(pointsOf(run(shifted, SETTINGS, inOrder).results)).toEqual(
          pointsOf(run(made, SETTINGS, inOrder).results),
        );
      }),
    );
  });

  it('begins with the lowest point and others all around', () => {
    fc.assert(
      fc.property(madeUpScans, (made) => {
        const smooth = { ...made.scan, steps: [] };
        const energies = smooth.points.map(({ energyHartree }) => energyHartree);
        const { points } = nextSinglePoints(smooth, [], SETTINGS);
        expect(points[0]).toBe(energies.indexOf(Math.min(...energies)));
        const around = points.toSorted((a, b) => a - b);
        const gaps = around.map((point, n) => (around[(n + 1) % 4]! - point + 12) % 12);
        expect(Math.max(...gaps)).toBeLessThanOrEqual(5);
      }),
    );
  });

  it('leaves out what lies beyond doubt above the cutoff', () => {
    const points = Array.from({ length: 24 }, (_, n) => ({
      gridDegrees: [15 * (n + 1) - 180],
      energyHartree: n < 8 ? 0.1 : 0,
    }));
    const plan = nextSinglePoints({ grid: { gridSpacingDegrees: [15] }, points, steps: [] }, [], {
      ...SETTINGS,
      leastPoints: 8,
    });
    expect(plan.points.filter((point) => point > 0 && point < 7)).toEqual([]);
  });

  it('looks at both sides of a jump', () => {
    const points = Array.from({ length: 24 }, (_, n) => ({
      gridDegrees: [15 * (n + 1) - 180],
      energyHartree: 0,
    }));
    const steps = points.map((_, n) => ({
      points: [n, (n + 1) % 24] as const,
      rmsdAngstrom: n === 11 || n === 14 ? 2 : 0.2,
    }));
    const first = { ...SETTINGS, leastPoints: 6 };
    const within = (plan: { points: number[] }): number =>
      plan.points.filter((point) => point >= 12 && point <= 14).length;
    const scan = { grid: { gridSpacingDegrees: [15] }, points, steps };
    expect(within(nextSinglePoints(scan, [], first))).toBe(1);
    const around = [11, 15, 4, 20, 0, 8].map((point) => ({ point, energyHartree: 0 }));
    expect(correctedProfile(scan, around)[13]!.standardErrorKcalPerMol).toBeGreaterThan(
      2 * correctedProfile({ ...scan, steps: [] }, around)[13]!.standardErrorKcalPerMol,
    );
  });

  it('goes on without points that failed, and never asks for one again', () => {
    fc.assert(
      fc.property(
        madeUpScans,
        fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { maxLength: 12 }),
        (made, failing) => {
          const { results, status } = run(made, SETTINGS, inOrder, new Set(failing));
          expect(new Set(pointsOf(results)).size).toBe(results.length);
          expect(results.length).toBeLessThanOrEqual(SETTINGS.mostPoints);
          if (failing.length === 12) expect(status).toBe('out-of-points');
        },
      ),
    );
  });

  it.each([
    ['targetStandardErrorKcalPerMol', 0],
    ['energyCutoffKcalPerMol', NaN],
    ['leastPoints', 2.5],
    ['pointsPerRound', 0],
    ['mostPoints', 3],
  ])('is refused for a %s of %d', (name, value) => {
    fc.assert(
      fc.property(madeUpScans, ({ scan }) => {
        expect(() => nextSinglePoints(scan, [], { ...SETTINGS, [name]: value })).toThrow(
          expect.objectContaining({ code: 'bad-settings' }) as Error,
        );
      }),
      { numRuns: 1 },
    );
  });
});
