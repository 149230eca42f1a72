import { ANGSTROM_PER_BOHR } from '@bespoke/units';
import { norm } from './cartesian-space';

/** Gaussian's default limits, with the energy's that psi4 and geomeTRIC add to them under the name GAU. */
const GAU = {
  energyChangeHartree: 1e-6,
  gradientRmsHartreePerBohr: 3e-4,
  gradientMaxHartreePerBohr: 4.5e-4,
  displacementRmsAngstrom: 1.2e-3,
  displacementMaxAngstrom: 1.8e-3,
};

/** What an optimisation knows at a geometry. Mean squares and largest values are over atoms. */
export interface StationaryPointEstimate {
  /** Hartree/bohr, without what pulls against the held dihedrals. */
  gradient: Float64Array;
  /** The step that would come next, bohr, and what it would change the energy by. */
  nextStep: Float64Array;
  nextEnergyChangeHartree: number;
}

/**
 * Whether a geometry is as good as the minimum. Displacement and energy change are those that the next step would
 * bring, as in Gaussian, not those of the last one: what is left is judged rather than what was, and no gradient is
 * spent on a step that is too small to matter.
 */
export function isConverged({
  gradient,
  nextStep,
  nextEnergyChangeHartree,
}: StationaryPointEstimate): boolean {
  return (
    rmsOverAtoms(gradient) < GAU.gradientRmsHartreePerBohr &&
    maxOverAtoms(gradient) < GAU.gradientMaxHartreePerBohr &&
    rmsOverAtoms(nextStep) * ANGSTROM_PER_BOHR < GAU.displacementRmsAngstrom &&
    maxOverAtoms(nextStep) * ANGSTROM_PER_BOHR < GAU.displacementMaxAngstrom &&
    Math.abs(nextEnergyChangeHartree) < GAU.energyChangeHartree
  );
}

export function rmsOverAtoms(v: Float64Array): number {
  return norm(v) / Math.sqrt(v.length / 3);
}

/** The length of the longest of the atoms' vectors. */
export function maxOverAtoms(v: Float64Array): number {
  let longest = 0;
  for (let c = 0; c < v.length; c += 3) {
    const length = Math.hypot(v[c]!, v[c + 1]!, v[c + 2]!);
    // NaN has to come out of this.
    if (!(length <= longest)) longest = length;
  }
  return longest;
}
