import type { Adjustable } from './adjustable';
import { bondEnergy } from './bonds';
import { atomsOf, picked } from './parameter-terms';
import type { HarmonicBonds } from './system';

/** The force constant that bonds, by their index in the system, share. */
export function adjustableBondForceConstant(all: HarmonicBonds, bonds: readonly number[]): Adjustable {
  const atoms = atomsOf(all.atoms, 2, bonds);
  const one = new Float64Array(bonds.length).fill(1);
  return {
    isLinear: true,
    shift: (system, by) => bonds.forEach((bond) => (system.bonds.kKcalPerMolPerAngstrom2[bond]! += by)),
    slope: (system, x, gradient) => {
      const lengthAngstrom = picked(system.bonds.lengthAngstrom, bonds);
      return bondEnergy({ atoms, kKcalPerMolPerAngstrom2: one, lengthAngstrom }, x, gradient);
    },
  };
}

/** Å. The energy is a parabola in the length: its central difference is its derivative, whatever the step. */
const STEP = 0.5;

/** The length that bonds share. */
export function adjustableBondLength(all: HarmonicBonds, bonds: readonly number[]): Adjustable {
  const atoms = atomsOf(all.atoms, 2, bonds);
  return {
    isLinear: false,
    shift: (system, by) => bonds.forEach((bond) => (system.bonds.lengthAngstrom[bond]! += by)),
    slope: (system, x, gradient) => {
      const k = picked(system.bonds.kKcalPerMolPerAngstrom2, bonds);
      const length = picked(system.bonds.lengthAngstrom, bonds);
      const share = (step: number): number =>
        bondEnergy(
          {
            atoms,
            kKcalPerMolPerAngstrom2: k.map((value) => value / (2 * step)),
            lengthAngstrom: length.map((value) => value + step),
          },
          x,
          gradient,
        );
      return share(STEP) + share(-STEP);
    },
  };
}
