import { addAngleHessian, angleEnergy } from './angles';
import { addBondHessian, bondEnergy } from './bonds';
import { addNonbondedHessian, nonbondedEnergy, nonbondedGradient } from './nonbonded';
import type { Hessian } from './second-derivatives';
import { MechanicsError, type MechanicsSystem } from './system';
import { addTorsionHessian } from './torsion-hessian';
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

/** @throws MechanicsError `wrong-atom-count` */
export function energyTerms(system: MechanicsSystem, coordinatesAngstrom: Float64Array): EnergyTerms {
  refuseWrongLength('coordinates', coordinatesAngstrom, 3 * system.atomCount);
  return {
    bonds: bondEnergy(system.bonds, coordinatesAngstrom, null),
    angles: angleEnergy(system.angles, coordinatesAngstrom, null),
    propers: torsionEnergy(system.propers, coordinatesAngstrom, null),
    impropers: torsionEnergy(system.impropers, coordinatesAngstrom, null),
    ...nonbondedEnergy(system.pairs, coordinatesAngstrom),
  };
}

/**
 * The total energy in kcal/mol, and its derivatives where arrays are given, which are overwritten.
 *
 * @param gradient 3·atomCount values, kcal/mol/Å.
 * @param hessian (3·atomCount)² values, of which the lower triangle is filled, kcal/mol/Å².
 * @throws MechanicsError `wrong-atom-count` for an array of another length.
 */
export function energy(
  system: MechanicsSystem,
  coordinatesAngstrom: Float64Array,
  gradient: Float64Array | null = null,
  hessian: Hessian | null = null,
): number {
  const size = 3 * system.atomCount;
  refuseWrongLength('coordinates', coordinatesAngstrom, size);
  if (hessian !== null) {
    refuseWrongLength('Hessian', hessian, size * size);
    secondDerivatives(system, coordinatesAngstrom, hessian);
  }
  if (gradient === null) {
    const { vdw, electrostatics } = nonbondedEnergy(system.pairs, coordinatesAngstrom);
    return (
      bondEnergy(system.bonds, coordinatesAngstrom, null) +
      angleEnergy(system.angles, coordinatesAngstrom, null) +
      torsionEnergy(system.propers, coordinatesAngstrom, null) +
      torsionEnergy(system.impropers, coordinatesAngstrom, null) +
      vdw +
      electrostatics
    );
  }
  refuseWrongLength('gradient', gradient, size);
  gradient.fill(0);
  return (
    bondEnergy(system.bonds, coordinatesAngstrom, gradient) +
    angleEnergy(system.angles, coordinatesAngstrom, gradient) +
    torsionEnergy(system.propers, coordinatesAngstrom, gradient) +
    torsionEnergy(system.impropers, coordinatesAngstrom, gradient) +
    nonbondedGradient(system.pairs, coordinatesAngstrom, gradient)
  );
}

function refuseWrongLength(what: string, array: Float64Array, expected: number): void {
  if (array.length === expected) return;
  throw new MechanicsError(
    'wrong-atom-count',
    `the array for the ${what} has ${array.length} numbers; this molecule wants ${expected}`,
  );
}

function secondDerivatives(
  system: MechanicsSystem,
  coordinatesAngstrom: Float64Array,
  hessian: Hessian,
): void {
  hessian.fill(0);
  addBondHessian(system.bonds, coordinatesAngstrom, hessian);
  addAngleHessian(system.angles, coordinatesAngstrom, hessian);
  addTorsionHessian(system.propers, coordinatesAngstrom, hessian);
  addTorsionHessian(system.impropers, coordinatesAngstrom, hessian);
  addNonbondedHessian(system.pairs, coordinatesAngstrom, hessian);
}
