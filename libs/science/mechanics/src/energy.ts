import { angleEnergy } from './angles';
import { bondEnergy } from './bonds';
import { nonbondedEnergy, nonbondedParts } from './nonbonded';
import type { Hessian } from './second-derivatives';
import type { MechanicsSystem } from './system';
import { torsionEnergy } from './torsions';

/** The energy by SMIRNOFF section, kcal/mol. */
export interface EnergyTerms {
  bonds: number;
  angles: number;
  propers: number;
  impropers: number;
  vdw: number;
  electrostatics: number;
}

export function energyTerms(system: MechanicsSystem, coordinatesAngstrom: Float64Array): EnergyTerms {
  return {
    bonds: bondEnergy(system.bonds, coordinatesAngstrom, null, null),
    angles: angleEnergy(system.angles, coordinatesAngstrom, null, null),
    propers: torsionEnergy(system.propers, coordinatesAngstrom, null, null),
    impropers: torsionEnergy(system.impropers, coordinatesAngstrom, null, null),
    ...nonbondedParts(system.pairs, coordinatesAngstrom),
  };
}

/**
 * The total energy in kcal/mol, and its derivatives where arrays are given, which are overwritten.
 *
 * @param gradient 3·atomCount values, kcal/mol/Å.
 * @param hessian (3·atomCount)² values, of which the lower triangle is filled, kcal/mol/Å².
 */
export function energy(
  system: MechanicsSystem,
  coordinatesAngstrom: Float64Array,
  gradient: Float64Array | null = null,
  hessian: Hessian | null = null,
): number {
  gradient?.fill(0);
  hessian?.fill(0);
  return (
    bondEnergy(system.bonds, coordinatesAngstrom, gradient, hessian) +
    angleEnergy(system.angles, coordinatesAngstrom, gradient, hessian) +
    torsionEnergy(system.propers, coordinatesAngstrom, gradient, hessian) +
    torsionEnergy(system.impropers, coordinatesAngstrom, gradient, hessian) +
    nonbondedEnergy(system.pairs, coordinatesAngstrom, gradient, hessian)
  );
}
