import fc from 'fast-check';
import type { HighLevelResult, LowLevelScan } from '../scan';

/** A scan every 30 degrees and the energies of the high level at all of its points, hartree. */
export interface MadeUpScan {
  scan: LowLevelScan;
  highLevelHartree: number[];
}

const POINTS = 12;
const fourier = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 });

function seriesAt(coefficients: readonly number[], degrees: number): number {
  return coefficients.reduce((sum, coefficient, n) => {
    const angle = ((Math.floor(n / 2) + 1) * degrees * Math.PI) / 180;
    return sum + coefficient * (n % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  }, 0);
}

/** Two smooth profiles of a few kcal/mol each, and steps of which up to three are jumps. */
export const madeUpScans: fc.Arbitrary<MadeUpScan> = fc
  .record({
    low: fourier,
    difference: fourier,
    jumps: fc.array(fc.integer({ min: 0, max: POINTS - 1 }), { maxLength: 3 }),
  })
  .map(({ low, difference, jumps }) => {
    const angles = Array.from({ length: POINTS }, (_, n) => 30 * (n + 1) - 180);
    const points = angles.map((degrees) => ({
      gridDegrees: [degrees],
      // However it is shrunk, one point is the lowest.
      energyHartree: -40 + 0.004 * seriesAt([...low, 0.2, 0.1], degrees + 7),
    }));
    return {
      scan: {
        grid: { gridSpacingDegrees: [30] },
        points,
        steps: points.map((_, n) => ({
          points: [n, (n + 1) % POINTS] as const,
          rmsdAngstrom: jumps.includes(n) ? 1.2 : 0.2,
        })),
      },
      highLevelHartree: points.map(
        ({ energyHartree, gridDegrees }) =>
          3 * energyHartree + 80 + 0.002 * seriesAt(difference, gridDegrees[0]!),
      ),
    };
  });

export function resultsAt({ highLevelHartree }: MadeUpScan, points: readonly number[]): HighLevelResult[] {
  return points.map((point) => ({ point, energyHartree: highLevelHartree[point]! }));
}
