// The one place where units are converted. Names say both units; constants are CODATA 2018 unless said otherwise.

export const KCAL_PER_MOL_PER_HARTREE = 627.5094740631;
export const ANGSTROM_PER_BOHR = 0.529177210903;
/** Thermochemical calorie, exact. */
export const KILOJOULE_PER_KCAL = 4.184;
/** Coulomb's constant in kcal·Å/mol/e², from OpenMM's 138.93545764438198 kJ·nm/mol/e². */
export const COULOMB_KCAL_ANGSTROM = (138.93545764438198 * 10) / KILOJOULE_PER_KCAL;
export const DEGREES_PER_RADIAN = 180 / Math.PI;

/** The same angle in (-180, 180]. */
export function wrapDegrees(angleDegrees: number): number {
  const wrapped = angleDegrees - 360 * Math.ceil((angleDegrees - 180) / 360);
  return wrapped === 0 ? 0 : wrapped;
}
