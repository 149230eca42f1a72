import { symmetryClasses, type Molecule } from '@bespoke/molecule';
import type { TorsionFit } from '@bespoke/workflow-schema';

/** Beyond what geometry optimisations that end a little apart explain. */
const MAX_DIFFERENCE_KCAL_PER_MOL = 0.1;

/**
 * The grid points of a drive, in degrees, whose QM energy lies above that of their mirror image though the two must be
 * equal: the scan missed a lower path there. None where the molecule need not have a symmetric profile.
 */
export function missedDegrees(
  molecule: Molecule,
  { dihedral, points }: Pick<TorsionFit, 'dihedral' | 'points'>,
): number[] {
  if (!isItsMirrorImage(molecule, dihedral)) return [];
  const energies = new Map(points.map(({ gridDegrees, qmKcalPerMol }) => [gridDegrees, qmKcalPerMol]));
  return points
    .filter(
      ({ gridDegrees, qmKcalPerMol }) =>
        qmKcalPerMol - (energies.get(-gridDegrees) ?? qmKcalPerMol) > MAX_DIFFERENCE_KCAL_PER_MOL,
    )
    .map(({ gridDegrees }) => gridDegrees);
}

/**
 * Whether mirroring surely gives the molecule back with each atom of the dihedral in its place: each atom that keeps a
 * configuration has two alike neighbours, ends of the graph outside the dihedral, that may change places. Isopropyl is
 * left alone for that, and so is all that could be chiral.
 */
function isItsMirrorImage(molecule: Molecule, dihedral: readonly number[]): boolean {
  const classes = symmetryClasses(molecule);
  return molecule.neighbours.every((around, atom) => {
    // What is planar or inverts keeps none; sulphur and phosphorus do not invert.
    if (around.length < 3 || (around.length === 3 && molecule.atoms[atom]!.element <= 8)) return true;
    const ends = around.filter((end) => molecule.neighbours[end]!.length === 1 && !dihedral.includes(end));
    return new Set(ends.map((end) => classes[end])).size < ends.length;
  });
}
