import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctedProfile, fitWeights } from './corrected-profile';
import { DeltaLearningError } from './delta-learning-error';
import { madeUpScans, resultsAt, type MadeUpScan } from './testing/made-up-scans';
import type { LowLevelScan } from './scan';

const EVERY_POINT = Array.from({ length: 12 }, (_, point) => point);
const somePoints = fc.shuffledSubarray(EVERY_POINT, { minLength: 1 });

/** The points named by other places: what was at `place` is at `moved[place]`. */
function renamed({ scan, highLevelHartree }: MadeUpScan, moved: readonly number[]): MadeUpScan {
  const places = EVERY_POINT.map((place) => moved.indexOf(place));
  return {
    scan: {
      ...scan,
      points: places.map((place) => scan.points[place]!),
      steps: scan.steps.map(({ points: [a, b], rmsdAngstrom }) => ({
        points: [moved[a]!, moved[b]!],
        rmsdAngstrom,
      })),
    },
    highLevelHartree: places.map((place) => highLevelHartree[place]!),
  };
}

function expectSame(
  actual: ReturnType<typeof correctedProfile>,
  expected: ReturnType<typeof correctedProfile>,
): void {
  actual.forEach((point, n) => {
    expect(point.energyKcalPerMol).toBeCloseTo(expected[n]!.energyKcalPerMol, 6);
    expect(point.standardErrorKcalPerMol).toBeCloseTo(expected[n]!.standardErrorKcalPerMol, 4);
  });
}

/** One dihedral, all steps as usual, and no difference between the levels. */
function flatScan(degrees: readonly number[], steps: LowLevelScan['steps'] = []): LowLevelScan {
  const points = degrees.map((angle) => ({ gridDegrees: [angle], energyHartree: -1 }));
  const range = [degrees[0]!, degrees.at(-1)!] as const;
  return {
    grid: { gridSpacingDegrees: [15], ...(degrees.length < 24 && { rangesDegrees: [range] }) },
    points,
    steps,
  };
}

const CIRCLE = Array.from({ length: 24 }, (_, n) => 15 * (n + 1) - 180);

describe('a corrected profile', () => {
  it('is that of the high level where all of it was computed', () => {
    fc.assert(
      fc.property(madeUpScans, (made) => {
        const lowest = Math.min(...made.highLevelHartree);
        const height = (Math.max(...made.highLevelHartree) - lowest) * KCAL_PER_MOL_PER_HARTREE;
        correctedProfile(made.scan, resultsAt(made, EVERY_POINT)).forEach((point, n) => {
          const exact = (made.highLevelHartree[n]! - lowest) * KCAL_PER_MOL_PER_HARTREE;
          expect(Math.abs(point.energyKcalPerMol - exact)).toBeLessThan(0.1);
          expect(point.standardErrorKcalPerMol).toBeLessThan(0.04 * height);
        });
      }),
    );
  });

  it('follows the computed points to within a few of their standard errors', () => {
    fc.assert(
      fc.property(madeUpScans, somePoints, (made, points) => {
        const profile = correctedProfile(made.scan, resultsAt(made, points));
        const [first, ...others] = points;
        for (const point of others) {
          const computed =
            (made.highLevelHartree[point]! - made.highLevelHartree[first!]!) * KCAL_PER_MOL_PER_HARTREE;
          const corrected = profile[point]!.energyKcalPerMol - profile[first!]!.energyKcalPerMol;
          expect(Math.abs(corrected - computed)).toBeLessThan(0.1);
        }
      }),
    );
  });

  it('depends on no constant of either level', () => {
    fc.assert(
      fc.property(
        madeUpScans,
        somePoints,
        fc.double({ min: -900, max: 900, noNaN: true }),
        (made, points, constant) => {
          const shifted: MadeUpScan = {
            scan: {
              ...made.scan,
              points: made.scan.points.map((point) => ({
                ...point,
                energyHartree: point.energyHartree - constant,
              })),
            },
            highLevelHartree: made.highLevelHartree.map((energy) => energy + constant / 7),
          };
          expectSame(
            correctedProfile(shifted.scan, resultsAt(shifted, points)),
            correctedProfile(made.scan, resultsAt(made, points)),
          );
        },
      ),
    );
  });

  it('depends neither on the order of results nor on that of the points', () => {
    fc.assert(
      fc.property(
        madeUpScans,
        somePoints,
        fc.shuffledSubarray(EVERY_POINT, { minLength: 12 }),
        (made, points, moved) => {
          const profile = correctedProfile(made.scan, resultsAt(made, points));
          expect(correctedProfile(made.scan, resultsAt(made, points).toReversed())).toEqual(profile);
          const other = renamed(made, moved);
          const there = correctedProfile(
            other.scan,
            resultsAt(
              other,
              points.map((point) => moved[point]!),
            ),
          );
          expectSame(
            moved.map((place) => there[place]!),
            profile,
          );
        },
      ),
    );
  });

  it('turns with the scan: no angle is the first', () => {
    fc.assert(
      fc.property(madeUpScans, somePoints, fc.integer({ min: 1, max: 11 }), (made, points, turn) => {
        const moved = EVERY_POINT.map((point) => (point + turn) % 12);
        const { scan, highLevelHartree } = renamed(made, moved);
        const turned: MadeUpScan = {
          scan: {
            ...scan,
            points: scan.points.map(({ energyHartree }, n) => ({
              energyHartree,
              gridDegrees: made.scan.points[n]!.gridDegrees,
            })),
          },
          highLevelHartree,
        };
        const there = correctedProfile(
          turned.scan,
          resultsAt(
            turned,
            points.map((point) => moved[point]!),
          ),
        );
        expectSame(
          moved.map((place) => there[place]!),
          correctedProfile(made.scan, resultsAt(made, points)),
        );
      }),
    );
  });

  it('is less sure the further the computed points are', () => {
    const errors = correctedProfile(flatScan(CIRCLE), [
      { point: 0, energyHartree: -9 },
      { point: 8, energyHartree: -9 },
      { point: 16, energyHartree: -9 },
    ]).map(({ standardErrorKcalPerMol }) => standardErrorKcalPerMol);
    expect(errors[0]).toBe(0);
    expect(errors[1]).toBeGreaterThan(0.02);
    expect(errors[2]).toBeGreaterThan(errors[1]! * 1.5);
    expect(errors[4]).toBeGreaterThan(errors[2]! * 1.2);
    expect(errors[4]).toBeCloseTo(errors[20]!, 6);
  });

  it('is not sure of what lies beyond a jump of the geometry, and does not carry an error over it', () => {
    const steps = CIRCLE.map((_, n) => ({
      points: [n, (n + 1) % 24] as const,
      rmsdAngstrom: n === 5 || n === 17 ? 2 : 0.2,
    }));
    const results = [0, 2, 4, 8, 10, 12].map((point) => ({ point, energyHartree: point < 6 ? -9 : -9.004 }));
    const smooth = correctedProfile(flatScan(CIRCLE), results);
    const jumping = correctedProfile(flatScan(CIRCLE, steps), results);
    const difference = (profile: typeof smooth, a: number, b: number): number =>
      profile[a]!.energyKcalPerMol - profile[b]!.energyKcalPerMol;
    expect(Math.abs(difference(jumping, 5, 4))).toBeLessThan(Math.abs(difference(smooth, 5, 4)) / 2);
    expect(difference(jumping, 5, 6)).toBeGreaterThan(difference(smooth, 5, 6) * 2);
  });

  it('of a range does not know that its ends are next to each other on the circle', () => {
    const nearlyRound = CIRCLE.slice(0, 23);
    const results = [{ point: 0, energyHartree: -9 }];
    const [ring, range] = [CIRCLE, nearlyRound].map((degrees) =>
      correctedProfile(flatScan(degrees), results),
    );
    expect(ring![1]!.standardErrorKcalPerMol).toBeCloseTo(ring![23]!.standardErrorKcalPerMol, 6);
    expect(range![22]!.standardErrorKcalPerMol).toBeGreaterThan(3 * range![1]!.standardErrorKcalPerMol);
  });

  it('of two dihedrals takes what both have in common from either side', () => {
    const angles = [-120, -60, 0, 60, 120, 180];
    const points = angles.flatMap((a) => angles.map((b) => ({ gridDegrees: [a, b], energyHartree: -1 })));
    const difference = ([a, b]: readonly number[]): number =>
      0.002 * (Math.cos((a! * Math.PI) / 180) + Math.sin((b! * Math.PI) / 180));
    const results = points.flatMap(({ gridDegrees }, point) =>
      point % 2 === 0 ? { point, energyHartree: -9 + difference(gridDegrees) } : [],
    );
    const profile = correctedProfile({ grid: { gridSpacingDegrees: [60, 60] }, points, steps: [] }, results);
    const exact = points.map(({ gridDegrees }) => difference(gridDegrees) * KCAL_PER_MOL_PER_HARTREE);
    const lowest = exact[profile.findIndex(({ energyKcalPerMol }) => energyKcalPerMol === 0)]!;
    profile.forEach((point, n) => {
      const error = point.energyKcalPerMol - (exact[n]! - lowest);
      expect(Math.abs(error)).toBeLessThan(3 * point.standardErrorKcalPerMol + 1e-9);
    });
    expect(Math.max(...profile.map(({ energyKcalPerMol }) => energyKcalPerMol))).toBeGreaterThan(4);
  });

  it.each([
    ['no results', [], 'no-results'],
    ['nothing but failures', [{ point: 3, energyHartree: null }], 'no-results'],
    ['a point that the scan has not', [{ point: 24, energyHartree: -9 }], 'bad-result'],
    ['an energy that is no number', [{ point: 2, energyHartree: NaN }], 'bad-result'],
    ['a point twice', [0, 0].map((point) => ({ point, energyHartree: -9 })), 'bad-result'],
  ])('is refused for %s', (_, results, code) => {
    expect(() => correctedProfile(flatScan(CIRCLE), results)).toThrow(
      expect.objectContaining({ name: DeltaLearningError.name, code }) as Error,
    );
  });

  it('is refused for a scan that has a grid point twice, or a step between points that are no neighbours', () => {
    const results = [{ point: 0, energyHartree: -9 }];
    const twice = { ...flatScan(CIRCLE), points: flatScan([...CIRCLE, 15]).points };
    expect(() => correctedProfile(twice, results)).toThrow(/15 of the scan is there twice/);
    const steps = [{ points: [0, 2] as const, rmsdAngstrom: 1 }];
    expect(() => correctedProfile(flatScan(CIRCLE, steps), results)).toThrow(/point 0 to 2.*no neighbours/);
  });
});

describe('the weights of a fit', () => {
  it('are those of errors that add up to the misfit as variances', () => {
    const profile = [0, 0.3, 0.6].map((standardErrorKcalPerMol) => ({
      energyKcalPerMol: 1,
      standardErrorKcalPerMol,
      isComputed: false,
    }));
    expect(fitWeights(profile, 0.3).map((weight) => Number(weight.toFixed(12)))).toEqual([1, 0.5, 0.2]);
  });
});
