import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import { correct, differencesKcalPerMol, type CorrectedPoint } from './corrected-profile';
import { differenceCovariance } from './covariance';
import { DeltaLearningError } from './delta-learning-error';
import { covarianceFrom, covarianceWith, USUAL_DIFFERENCE, varianceLessWith } from './difference';
import type { HighLevelResult, LowLevelScan } from './scan';

/** When a correction is good enough, and what it may cost. */
export interface CorrectionSettings {
  /** Root mean square of the standard errors of the points up to the cutoff. */
  targetStandardErrorKcalPerMol: number;
  /** Points higher than this above the minimum need not be known: what a fit leaves out. */
  energyCutoffKcalPerMol: number;
  /** How many points are computed before anything is judged. */
  leastPoints: number;
  mostPoints: number;
  /** How many are computed at once after that. */
  pointsPerRound: number;
}

export interface SinglePointPlan {
  /** The points of the scan that are to be computed now, without those that have a result; none when it is finished. */
  points: number[];
  /** `out-of-points`: less sure than it should be, and there may be no more. */
  status: 'computing' | 'sure-enough' | 'out-of-points';
}

/**
 * Which single points of the high level a scan needs next. They come in rounds, and what is in a round depends on the
 * scan, the settings and the results of the rounds before alone. So results may arrive in any order, and they are all
 * the state there is.
 *
 * A round begins with the lowest point of the profile as it is then known, which all energies refer to. The others are
 * those that lower the sum of the variances of the points that matter most, one after the other (D. A. Cohn, Neural
 * Networks 9, 1071 (1996)).
 *
 * @throws DeltaLearningError
 */
export function nextSinglePoints(
  scan: LowLevelScan,
  results: readonly HighLevelResult[],
  settings: CorrectionSettings,
): SinglePointPlan {
  refuseBadSettings(settings);
  const prior = differenceCovariance(scan);
  const differences = differencesKcalPerMol(scan, results);
  const tried = new Set(results.map(({ point }) => point));
  const most = Math.min(settings.mostPoints, scan.points.length);
  const planned: number[] = [];
  for (;;) {
    const open = planned.filter((point) => !tried.has(point));
    if (open.length > 0) return { points: open, status: 'computing' };
    // In the order of the plan, not of arrival: not even by rounding shall that matter.
    const known = new Map(
      planned.filter((point) => differences.has(point)).map((point) => [point, differences.get(point)!]),
    );
    const profile = known.size === 0 ? uncorrected(scan) : correct(prior, scan, known);
    const mattering = pointsThatMatter(profile, settings);
    const lowest = profile.findIndex(({ energyKcalPerMol }) => energyKcalPerMol === 0);
    if (known.size > 0 && planned.includes(lowest) && isSureEnough(profile, mattering, settings))
      return { points: [], status: 'sure-enough' };
    if (planned.length === most) return { points: [], status: 'out-of-points' };
    const size = planned.length === 0 ? settings.leastPoints : settings.pointsPerRound;
    const count = Math.min(size, most - planned.length);
    planned.push(...nextRound(prior, planned, [...known.keys()], lowest, mattering, count));
  }
}

/** What is known of a profile before any point of the high level. */
function uncorrected({ points }: LowLevelScan): CorrectedPoint[] {
  const lowest = Math.min(...points.map(({ energyHartree }) => energyHartree));
  return points.map(({ energyHartree }) => ({
    energyKcalPerMol: (energyHartree - lowest) * KCAL_PER_MOL_PER_HARTREE,
    standardErrorKcalPerMol: USUAL_DIFFERENCE,
    isComputed: false,
  }));
}

/** All that are not beyond doubt above the cutoff. */
function pointsThatMatter(
  profile: readonly CorrectedPoint[],
  { energyCutoffKcalPerMol }: CorrectionSettings,
): number[] {
  return [...profile.keys()].filter((point) => {
    const { energyKcalPerMol, standardErrorKcalPerMol } = profile[point]!;
    return energyKcalPerMol - 2 * standardErrorKcalPerMol <= energyCutoffKcalPerMol;
  });
}

function isSureEnough(
  profile: readonly CorrectedPoint[],
  mattering: readonly number[],
  { targetStandardErrorKcalPerMol }: CorrectionSettings,
): boolean {
  const squares = mattering.reduce((sum, point) => sum + profile[point]!.standardErrorKcalPerMol ** 2, 0);
  return squares <= mattering.length * targetStandardErrorKcalPerMol ** 2;
}

/** Gains that differ by less are equal: which of them is the larger would depend on the rounding of a platform. */
const TIE = 1e-9;

function nextRound(
  prior: Float64Array,
  planned: readonly number[],
  known: readonly number[],
  lowest: number,
  mattering: readonly number[],
  count: number,
): number[] {
  const candidates = new Set(Array.from({ length: Math.sqrt(prior.length) }, (_, point) => point));
  planned.forEach((point) => candidates.delete(point));
  const round: number[] = [];
  const add = (point: number): void => {
    candidates.delete(point);
    round.push(point);
  };
  if (candidates.has(lowest)) add(lowest);
  // All others are relative to the first that is known; any will do where those so far have failed.
  else if (known.length === 0) add([...candidates][0]!);
  const [first, ...others] = [...known, ...round];
  let covariance = others.reduce(covarianceWith, covarianceFrom(prior, first!));
  while (round.length < count) {
    let best = { point: -1, gain: -1 };
    for (const point of candidates) {
      const gain = varianceLessWith(covariance, point, mattering);
      if (gain > best.gain * (1 + TIE)) best = { point, gain };
    }
    add(best.point);
    covariance = covarianceWith(covariance, best.point);
  }
  return round;
}

function refuseBadSettings(settings: CorrectionSettings): void {
  const { targetStandardErrorKcalPerMol: target, energyCutoffKcalPerMol: cutoff } = settings;
  const { leastPoints, mostPoints, pointsPerRound } = settings;
  const fault = !(target > 0 && cutoff > 0)
    ? `The target standard error and the energy cutoff have to be above 0 kcal/mol; they are ${target} and ${cutoff}.`
    : ![leastPoints, mostPoints, pointsPerRound].every((count) => Number.isInteger(count) && count > 0)
      ? `The numbers of points have to be whole and above 0; they are ${leastPoints}, ${mostPoints} and ${pointsPerRound}.`
      : leastPoints > mostPoints
        ? `At least ${leastPoints} points can not be computed when at most ${mostPoints} may be.`
        : null;
  if (fault !== null) throw new DeltaLearningError('bad-settings', fault);
}
