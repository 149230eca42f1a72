import { geometryFaults, geometryFaultText, type Molecule } from '@bespoke/molecule';
import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import { FittingError } from './fitting-error';

/** One finished torsion drive, with the charges that the molecule will be simulated with. */
export interface Drive {
  molecule: Molecule;
  dihedral: readonly [number, number, number, number];
  /** Partial charges in the order of the atoms, e. */
  chargesE: ArrayLike<number>;
  points: readonly {
    energyHartree: number;
    geometryAngstrom: ArrayLike<number>;
    /** What it counts beside a point whose energy is known exactly; 1 where this is absent. */
    weight?: number;
  }[];
}

/** What a drive says of its molecule. */
export interface Reference {
  /** Relative to the lowest sound point. */
  qmKcalPerMol: number[];
  /** Whether the geometry of a point is one of the molecule. */
  isSound: boolean[];
  /** The lowest sound point. */
  lowest: number;
  warnings: string[];
}

/**
 * The energies of a drive, checked. A point where bonds are broken or formed is not sound, and there is a warning; of a drive of another molecule no point is left, which is an error.
 *
 * @throws FittingError
 */
export function referenceOf(drive: Drive): Reference {
  refuseWrongNumbers(drive);
  const { molecule, points } = drive;
  const faults = points.map(({ geometryAngstrom }) => geometryFaults(molecule, geometryAngstrom)[0]);
  const named = (point: number): string =>
    `point ${point + 1}: ${geometryFaultText(molecule, faults[point]!)}`;
  const faulty = [...faults.keys()].filter((point) => faults[point] !== undefined);
  if (faulty.length === points.length) {
    throw new FittingError(
      'another-molecule',
      `${nameOf(drive)} has no geometry of this molecule, atoms in the order of its map numbers and in Å; ${named(0)}`,
    );
  }
  const isSound = faults.map((fault) => fault === undefined);
  const lowestHartree = Math.min(
    ...points.flatMap(({ energyHartree }, point) => (isSound[point] ? energyHartree : [])),
  );
  return {
    qmKcalPerMol: points.map(
      ({ energyHartree }) => (energyHartree - lowestHartree) * KCAL_PER_MOL_PER_HARTREE,
    ),
    isSound,
    lowest: points.findIndex(({ energyHartree }, point) => isSound[point] && energyHartree === lowestHartree),
    warnings:
      faulty.length === 0 ? [] : [`${nameOf(drive)} is fitted without ${faulty.map(named).join('; ')}`],
  };
}

function refuseWrongNumbers(drive: Drive): void {
  const { molecule, dihedral, points } = drive;
  const where = nameOf(drive);
  const atomCount = molecule.atoms.length;
  const isChain = [0, 1, 2].every((place) =>
    molecule.neighbours[dihedral[place]!]?.includes(dihedral[place + 1]!),
  );
  if (!isChain || new Set(dihedral).size < 4) {
    throw new FittingError('not-a-dihedral', `${where}: these are not four atoms bonded in a chain`);
  }
  if (points.length === 0) throw new FittingError('no-points', `${where} has no points`);
  points.forEach(({ energyHartree, geometryAngstrom }, index) => {
    if (geometryAngstrom.length !== 3 * atomCount) {
      throw new FittingError(
        'wrong-atom-count',
        `${where}: point ${index + 1} has ${geometryAngstrom.length} coordinates, not 3 for each of ${atomCount} atoms`,
      );
    }
    if (!Number.isFinite(energyHartree) || !Array.from(geometryAngstrom).every(Number.isFinite)) {
      throw new FittingError(
        'not-finite',
        `${where}: point ${index + 1} has an energy or coordinate that is no number`,
      );
    }
  });
}

/** Atoms by map number, as in the SMILES beside them. */
export function nameOf({ dihedral, molecule }: Drive): string {
  return `the drive about atoms ${dihedral.map((atom) => atom + 1).join('-')} of ${molecule.mappedSmiles}`;
}
