import type { TorsionTerm } from '@bespoke/smirnoff';
import { DEGREES_PER_RADIAN } from '@bespoke/units';

/**
 * Torsions as Fourier series of their angle. The cosine terms k/idivf·(1 + cos(nφ − γ)) of one torsion, any
 * number of them with any phases, are c₀ + Σₙ (aₙ cos nφ + bₙ sin nφ): evaluated by recurrence from cos φ and
 * sin φ, which come from the positions without any trigonometric function.
 */
export interface TorsionSeries {
  /** Four atoms each. */
  atoms: Int32Array;
  /** The highest n. */
  order: number;
  /** For each torsion c₀, a₁ … a_order, b₁ … b_order in kcal/mol. */
  coefficientsKcalPerMol: Float64Array;
}

export function torsionSeries(
  torsions: readonly { atoms: readonly number[]; terms: readonly TorsionTerm[] }[],
): TorsionSeries {
  const order = Math.max(0, ...torsions.flatMap((torsion) => torsion.terms.map((term) => term.periodicity)));
  const series: TorsionSeries = {
    atoms: Int32Array.from(torsions.flatMap((torsion) => torsion.atoms)),
    order,
    coefficientsKcalPerMol: new Float64Array(torsions.length * (2 * order + 1)),
  };
  torsions.forEach((torsion, index) => {
    for (const term of torsion.terms) addCosineTerm(series, index, term);
  });
  return series;
}

/** Adds a term to one torsion in place; a negative k takes it away. Its periodicity is within the order. */
export function addCosineTerm(series: TorsionSeries, torsion: number, term: TorsionTerm): void {
  const start = torsion * (2 * series.order + 1);
  const amplitude = term.kKcalPerMol / term.idivf;
  const phase = term.phaseDegrees / DEGREES_PER_RADIAN;
  const coefficients = series.coefficientsKcalPerMol;
  coefficients[start]! += amplitude;
  coefficients[start + term.periodicity]! += amplitude * Math.cos(phase);
  coefficients[start + series.order + term.periodicity]! += amplitude * Math.sin(phase);
}
