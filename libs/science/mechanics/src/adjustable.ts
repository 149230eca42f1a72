import type { MechanicsSystem } from './system';

/**
 * A figure of a force field, such as the length of one bond parameter, as it acts on the energy of one molecule.
 * Figures are in the units of SMIRNOFF files: kcal/mol, angstrom, radians in an angle's force constant, and degrees.
 */
export interface Adjustable {
  /** Whether the energy is linear in it and in all others that say so together. */
  readonly isLinear: boolean;
  /** Adds to the figure, in place. */
  shift(system: MechanicsSystem, by: number): void;
  /** ∂E/∂figure at a geometry; adds ∂∇E/∂figure to the gradient. */
  slope(system: MechanicsSystem, coordinatesAngstrom: Float64Array, gradient: Float64Array): number;
}

/** A copy whose figures may be shifted while the original stays as it is. */
export function adjustableCopy(system: MechanicsSystem): MechanicsSystem {
  const { bonds, angles, propers, impropers, vdw, pairs } = system;
  return {
    atomCount: system.atomCount,
    bonds: {
      atoms: bonds.atoms,
      kKcalPerMolPerAngstrom2: bonds.kKcalPerMolPerAngstrom2.slice(),
      lengthAngstrom: bonds.lengthAngstrom.slice(),
    },
    angles: {
      atoms: angles.atoms,
      kKcalPerMolPerRadian2: angles.kKcalPerMolPerRadian2.slice(),
      angleRadians: angles.angleRadians.slice(),
      cosines: angles.cosines.slice(),
      sines: angles.sines.slice(),
    },
    propers: { ...propers, coefficientsKcalPerMol: propers.coefficientsKcalPerMol.slice() },
    impropers: { ...impropers, coefficientsKcalPerMol: impropers.coefficientsKcalPerMol.slice() },
    vdw: {
      epsilonKcalPerMol: vdw.epsilonKcalPerMol.slice(),
      rminHalfAngstrom: vdw.rminHalfAngstrom.slice(),
      scales: vdw.scales,
    },
    pairs: { ...pairs, coefficients: pairs.coefficients.slice() },
  };
}
