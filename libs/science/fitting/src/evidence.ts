import { factorise, solveFactorised } from '@bespoke/mechanics';
import { figuresOf, groupsWithoutCommonFigures } from './figure-groups';
import { profileResiduals, type ProfileSettings, type TorsionProfile } from './torsion-profile';

/**
 * The Fourier coefficients of a smooth periodic function fall off exponentially. On torsion drives of other molecules
 * than it was chosen on, this rate predicts points left out better than a width of its own for each periodicity.
 */
const DECAY_PER_PERIODICITY = 0.9;

/** How far the force constant of a torsion's term may well go, where one of periodicity 1 may go `firstKcalPerMol`. */
export function harmonicPriorWidth(firstKcalPerMol: number, periodicity: number): number {
  return firstKcalPerMol * Math.exp(-DECAY_PER_PERIODICITY * (periodicity - 1));
}

/** What the fit cannot explain of a profile at its minimum, kcal/mol: the median over molecules, and the spread of its logarithm. */
const USUAL_NOISE = 0.3;
const NOISE_SPREAD = 0.7;
const NOISE_CANDIDATES = Array.from({ length: 76 }, (_, n) => 0.1 * 1.05 ** n);

/**
 * Profiles with each point's weight the inverse of its variance, so that with prior widths that are standard deviations
 * the objective is that of Bayesian regression: Σ (ΔE_MM − ΔE_QM)²/σ² + Σ m², σ² in proportion to one over the weight
 * that the point had, and s² at the QM minimum. The noise s is, for all profiles that share figures, the one of the
 * highest marginal likelihood (MacKay, Neural Comput. 4, 415 (1992)), in a model that is linear about the start: drives
 * that the torsions can explain are followed closely, others from further off.
 *
 * @param priorWidths Of all figures of the fit.
 */
export function weighedByEvidence(
  profiles: readonly TorsionProfile[],
  priorWidths: readonly number[],
  settings: ProfileSettings,
): TorsionProfile[] {
  const weighed = new Map<TorsionProfile, TorsionProfile>();
  for (const group of groupsWithoutCommonFigures(profiles)) {
    const relative = group.map((profile) => {
      const { weight } = profile.points[profile.referencePoint]!;
      return scaled(profile, settings.energyDenominatorKcalPerMol ** 2 / weight);
    });
    const noise = likeliestNoise(linearModel(relative, priorWidths, settings));
    group.forEach((profile, index) => weighed.set(profile, scaled(relative[index]!, 1 / noise ** 2)));
  }
  return profiles.map((profile) => weighed.get(profile)!);
}

function scaled(profile: TorsionProfile, factor: number): TorsionProfile {
  const points = profile.points.map((point) => ({ ...point, weight: factor * point.weight }));
  return { ...profile, points };
}

/** Values y that are to be explained as J·m, in the products that least squares need. */
export interface LinearModel {
  count: number;
  /** yᵀy. */
  squares: number;
  /** Jᵀy. */
  projection: Float64Array;
  /** JᵀJ, row-major. */
  normal: Float64Array;
}

function linearModel(
  profiles: readonly TorsionProfile[],
  priorWidths: readonly number[],
  settings: ProfileSettings,
): LinearModel {
  const figures = [...new Set(profiles.flatMap(figuresOf))];
  const size = figures.length;
  const model = {
    count: 0,
    squares: 0,
    projection: new Float64Array(size),
    normal: new Float64Array(size * size),
  };
  for (const profile of profiles) {
    const { values, jacobian } = profileResiduals(profile, new Float64Array(priorWidths.length), settings);
    model.count += values.length - 1; // at the reference nothing is left to explain
    values.forEach((value, row) => {
      const slopes = figures.map(
        (figure) => priorWidths[figure]! * jacobian[row * priorWidths.length + figure]!,
      );
      model.squares += value * value;
      slopes.forEach((left, p) => {
        model.projection[p]! -= left * value;
        slopes.forEach((right, q) => (model.normal[p * size + q]! += left * right));
      });
    });
  }
  return model;
}

/**
 * The standard deviation s of the noise in y = J·m + noise, m of standard normal distribution, that is the most probable
 * given y: y is then normal with the covariance J·Jᵀ + s², whose inverse and determinant come from JᵀJ + s². Without
 * anything to learn from it is the usual one.
 */
export function likeliestNoise({ count, squares, projection, normal }: LinearModel): number {
  const size = projection.length;
  const surprise = (noise: number): number => {
    const variance = noise ** 2;
    const factor = normal.slice();
    for (let p = 0; p < size; p++) factor[p * size + p]! += variance;
    factorise(factor, size); // positive definite by the variance
    const m = projection.slice();
    solveFactorised(factor, size, m);
    let unexplained = squares;
    let logDeterminant = (count - size) * Math.log(variance);
    for (let p = 0; p < size; p++) {
      unexplained -= projection[p]! * m[p]!;
      logDeterminant += 2 * Math.log(factor[p * size + p]!);
    }
    return unexplained / variance + logDeterminant + (Math.log(noise / USUAL_NOISE) / NOISE_SPREAD) ** 2;
  };
  const surprises = NOISE_CANDIDATES.map(surprise);
  return NOISE_CANDIDATES[surprises.indexOf(Math.min(...surprises))]!;
}
