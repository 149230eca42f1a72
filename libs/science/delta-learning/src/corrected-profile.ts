import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import { differenceCovariance } from './covariance';
import { DeltaLearningError } from './delta-learning-error';
import { difference } from './difference';
import type { HighLevelResult, LowLevelScan } from './scan';

export interface CorrectedPoint {
  /** Relative to the lowest point of the corrected profile. */
  energyKcalPerMol: number;
  /** Of that relative energy: 0 at the lowest point. */
  standardErrorKcalPerMol: number;
  /** Whether the high level was computed here. */
  isComputed: boolean;
}

/**
 * The profile at the high level: the low level's plus the interpolated difference, in the order of the scan's points.
 *
 * @throws DeltaLearningError for a scan or results that make no sense, and where no result has an energy
 */
export function correctedProfile(scan: LowLevelScan, results: readonly HighLevelResult[]): CorrectedPoint[] {
  return correct(differenceCovariance(scan), scan, differencesKcalPerMol(scan, results));
}

/** @param prior `differenceCovariance` of the scan */
export function correct(
  prior: Float64Array,
  { points }: LowLevelScan,
  known: ReadonlyMap<number, number>,
): CorrectedPoint[] {
  if (known.size === 0) {
    throw new DeltaLearningError(
      'no-results',
      'No single point of the high level has an energy, so there is nothing to correct the scan by.',
    );
  }
  const { mean, covariance } = difference(prior, known);
  const origin = points[0]!.energyHartree;
  const corrected = points.map(
    ({ energyHartree }, point) => (energyHartree - origin) * KCAL_PER_MOL_PER_HARTREE + mean[point]!,
  );
  const lowest = corrected.indexOf(Math.min(...corrected));
  const size = points.length;
  const covarianceOf = (i: number, j: number): number => covariance[i * size + j]!;
  return corrected.map((energy, point) => ({
    energyKcalPerMol: energy - corrected[lowest]!,
    // Rounding may leave a variance of nothing a little below 0.
    standardErrorKcalPerMol: Math.sqrt(
      Math.max(
        0,
        covarianceOf(point, point) + covarianceOf(lowest, lowest) - 2 * covarianceOf(point, lowest),
      ),
    ),
    isComputed: known.has(point),
  }));
}

/**
 * High − low level where it is known.
 *
 * @throws DeltaLearningError
 */
export function differencesKcalPerMol(
  { points }: LowLevelScan,
  results: readonly HighLevelResult[],
): Map<number, number> {
  const fault = results.find(
    ({ point, energyHartree }) => points[point] === undefined || !Number.isFinite(energyHartree ?? 0),
  );
  if (fault !== undefined || new Set(results.map(({ point }) => point)).size < results.length) {
    throw new DeltaLearningError(
      'bad-result',
      fault === undefined
        ? 'A point of the scan has two results; give one for each.'
        : `The result ${fault.energyHartree} hartree of point ${fault.point} is no number, or the scan has no such point.`,
    );
  }
  return new Map(
    results
      .filter(({ energyHartree }) => energyHartree !== null)
      .map(({ point, energyHartree }) => [
        point,
        (energyHartree! - points[point]!.energyHartree) * KCAL_PER_MOL_PER_HARTREE,
      ]),
  );
}

/**
 * What each point of a corrected profile may count in a fit, beside one that is known exactly: the force field misses
 * the profile by a misfit of its own, and the two errors add up as variances.
 *
 * @param misfitKcalPerMol What torsions leave of a profile; 0.3 is usual.
 */
export function fitWeights(
  profile: readonly Pick<CorrectedPoint, 'standardErrorKcalPerMol'>[],
  misfitKcalPerMol: number,
): number[] {
  return profile.map(
    ({ standardErrorKcalPerMol }) =>
      misfitKcalPerMol ** 2 / (misfitKcalPerMol ** 2 + standardErrorKcalPerMol ** 2),
  );
}
