/**
 * What high − low level usually is: the standard deviation over a turn, kcal/mol, and how many observations that
 * knowledge is worth (a scaled inverse χ² prior of its square). Then the part of it that follows no angle. Chosen with
 * the covariance.
 */
export const USUAL_DIFFERENCE = 0.85;
const USUAL_DIFFERENCE_OBSERVATIONS = 2;
const ROUGHNESS = 0.02;

/** High − low level at all points of a scan, up to a constant; kcal/mol. */
export interface Difference {
  mean: Float64Array;
  /** Of the errors of `mean`, row-major; that of two points' difference has no constant in it. */
  covariance: Float64Array;
}

/**
 * High − low level at all points from what it is at some, at least one: Gaussian process regression about an unknown
 * constant (universal kriging; C. E. Rasmussen, C. K. I. Williams, Gaussian Processes for Machine Learning, 2006,
 * section 2.7). The variance of the process is that of its conjugate posterior.
 *
 * @param prior `differenceCovariance` of the points.
 * @param known Where it was computed, kcal/mol.
 */
export function difference(prior: Float64Array, known: ReadonlyMap<number, number>): Difference {
  const points = [...known.keys()].sort((a, b) => a - b);
  const size = Math.sqrt(prior.length);
  let covariance = covarianceFrom(prior, points[0]!);
  const mean = new Float64Array(size).fill(known.get(points[0]!)!);
  let surprise = 0;
  for (const point of points.slice(1)) {
    const residual = known.get(point)! - mean[point]!;
    const variance = observedVariance(covariance, size, point);
    for (let i = 0; i < size; i++) mean[i]! += (covariance[i * size + point]! / variance) * residual;
    surprise += residual ** 2 / variance;
    covariance = covarianceWith(covariance, point);
  }
  const scale =
    (USUAL_DIFFERENCE_OBSERVATIONS * USUAL_DIFFERENCE ** 2 + surprise) /
    (USUAL_DIFFERENCE_OBSERVATIONS + points.length - 1);
  return { mean, covariance: covariance.map((value) => value * scale) };
}

/** The covariance when one point is known: that of differences from it, since the constant is not known. */
export function covarianceFrom(prior: Float64Array, point: number): Float64Array {
  const size = Math.sqrt(prior.length);
  const own = prior[point * size + point]! + ROUGHNESS ** 2;
  return prior.map((value, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return value - prior[row * size + point]! - prior[point * size + column]! + own;
  });
}

/** The covariance when one more point is known. */
export function covarianceWith(covariance: Float64Array, point: number): Float64Array {
  const size = Math.sqrt(covariance.length);
  const variance = observedVariance(covariance, size, point);
  return covariance.map((value, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return value - (covariance[row * size + point]! * covariance[column * size + point]!) / variance;
  });
}

/** How much less the variances of some points are, in sum, when one more point is known. */
export function varianceLessWith(covariance: Float64Array, point: number, of: readonly number[]): number {
  const size = Math.sqrt(covariance.length);
  const squares = of.reduce((sum, other) => sum + covariance[other * size + point]! ** 2, 0);
  return squares / observedVariance(covariance, size, point);
}

function observedVariance(covariance: Float64Array, size: number, point: number): number {
  return covariance[point * size + point]! + ROUGHNESS ** 2;
}
