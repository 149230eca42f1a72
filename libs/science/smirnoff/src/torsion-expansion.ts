import type { TorsionTerm } from './assignment';

const PHASE_TOLERANCE_DEGREES = 1e-6;

/**
 * The same torsion energy, up to a constant, with a term for each of the given periodicities at the phase that is
 * usual for it (0° for odd, 180° for even ones), idivf folded into k. A term at the opposite phase changes the sign
 * of k, as 1 + cos(x − 180°) = 2 − (1 + cos x). What has no place there, a term at any other phase or of another
 * periodicity, follows as a term of its own. Without periodicities the terms stay as they are.
 */
export function expandTorsionTerms(
  terms: readonly TorsionTerm[],
  periodicities: readonly number[],
): TorsionTerm[] {
  if (periodicities.length === 0) return terms.map((given) => ({ ...given }));
  const expanded = periodicities.map((periodicity) => term(periodicity, usualPhaseDegrees(periodicity), 0));
  for (const { periodicity, phaseDegrees, kKcalPerMol, idivf } of terms) {
    const k = kKcalPerMol / idivf;
    const offset = phaseDegrees - usualPhaseDegrees(periodicity);
    const isUsual = sameAngle(offset, 0);
    const phase = isUsual || sameAngle(offset, 180) ? usualPhaseDegrees(periodicity) : phaseDegrees;
    const signedK = phase === phaseDegrees || isUsual ? k : -k;
    const place = expanded.find((known) => known.periodicity === periodicity && known.phaseDegrees === phase);
    if (place === undefined) {
      expanded.push(term(periodicity, phase, signedK));
    } else {
      place.kKcalPerMol += signedK;
    }
  }
  return expanded;
}

function term(periodicity: number, phaseDegrees: number, kKcalPerMol: number): TorsionTerm {
  return { periodicity, phaseDegrees, kKcalPerMol, idivf: 1 };
}

function usualPhaseDegrees(periodicity: number): number {
  return periodicity % 2 === 0 ? 180 : 0;
}

function sameAngle(a: number, b: number): boolean {
  const turns = (a - b) / 360;
  return Math.abs(turns - Math.round(turns)) * 360 < PHASE_TOLERANCE_DEGREES;
}
