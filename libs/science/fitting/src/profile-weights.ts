/** Which points of a profile count how much. */
export interface ProfileWeighting {
  /** Reference energies above this, kcal/mol relative to the minimum, carry no weight. */
  energyCutoffKcalPerMol: number;
  /** Reference energies above this, kcal/mol, count less and less. */
  energyDenominatorKcalPerMol: number;
}

/**
 * ForceBalance's weights with `attenuate`: 1/d up to the denominator d, then 1/√(d² + (E − d)²), 0 above the
 * cutoff; normalised to a sum of 1.
 *
 * @param qmKcalPerMol Relative to the profile's minimum.
 * @param factors What each point counts beside one that is known exactly; all the same where they are absent.
 */
export function profileWeights(
  qmKcalPerMol: ArrayLike<number>,
  weighting: ProfileWeighting,
  factors?: readonly number[],
): Float64Array {
  const { energyCutoffKcalPerMol: cutoff, energyDenominatorKcalPerMol: denominator } = weighting;
  const weights = Float64Array.from(qmKcalPerMol, (qm) =>
    qm > cutoff ? 0 : 1 / Math.hypot(denominator, Math.max(0, qm - denominator)),
  ).map((weight, point) => weight * (factors?.[point] ?? 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
