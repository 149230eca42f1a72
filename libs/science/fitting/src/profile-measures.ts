/** How well one profile reproduces another; kcal/mol. */
export interface ProfileMeasures {
  meanAbsoluteKcalPerMol: number;
  largestKcalPerMol: number;
  /** Root mean square deviation with each point by its Boltzmann factor at 298.15 K in the reference. */
  boltzmannRmseKcalPerMol: number;
  /** From the lowest to the highest point. */
  barrierKcalPerMol: number;
  /** That barrier less the reference's. */
  barrierErrorKcalPerMol: number;
}

/** RT at 298.15 K. */
const THERMAL_KCAL_PER_MOL = 0.592484;

/**
 * Measures of a profile over the points that have weight.
 *
 * @param mmKcalPerMol Relative to its value at the reference's lowest point; so is the reference.
 * @returns null where fewer than two points have weight
 */
export function profileMeasures(
  mmKcalPerMol: readonly number[],
  qmKcalPerMol: readonly number[],
  weights: readonly number[],
): ProfileMeasures | null {
  const counted = [...weights.keys()].filter((point) => weights[point]! > 0);
  if (counted.length < 2) return null;
  const mm = counted.map((point) => mmKcalPerMol[point]!);
  const qm = counted.map((point) => qmKcalPerMol[point]!);
  const deviations = mm.map((energy, n) => Math.abs(energy - qm[n]!));
  const factors = qm.map((energy) => Math.exp(-energy / THERMAL_KCAL_PER_MOL));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const barrier = (profile: readonly number[]): number => Math.max(...profile) - Math.min(...profile);
  return {
    meanAbsoluteKcalPerMol: sum(deviations) / counted.length,
    largestKcalPerMol: Math.max(...deviations),
    boltzmannRmseKcalPerMol: Math.sqrt(
      sum(deviations.map((deviation, n) => factors[n]! * deviation ** 2)) / sum(factors),
    ),
    barrierKcalPerMol: barrier(mm),
    barrierErrorKcalPerMol: barrier(mm) - barrier(qm),
  };
}
