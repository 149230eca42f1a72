import { targetBondNames } from '@bespoke/fragmentation';
import { moleculeFromSmiles, symmetryClasses, type Molecule } from '@bespoke/molecule';
import type { FitReport, TorsionFit } from '@bespoke/workflow-schema';

/** Beyond what geometry optimisations that end a little apart explain. */
const MAX_DIFFERENCE_KCAL_PER_MOL = 0.1;

/** What a person should know of each torsion whose QM profile is asymmetric and must not be. */
export function asymmetryWarnings({ mappedSmiles, fragments, fit }: FitReport): string[] {
  const parent = moleculeFromSmiles(mappedSmiles);
  return fragments.flatMap(({ torsion, occurrences }) => {
    const text = torsion === null ? null : asymmetryText(fit!.torsions[torsion]!);
    return text === null ? [] : [`Bond ${targetBondNames(parent, occurrences)}: the ${text}`];
  });
}

/** By how much a QM profile lacks the symmetry that it must have, where, and what to do; null where it lacks none. */
export function asymmetryText(torsion: TorsionFit): string | null {
  const missed = missedPoints(moleculeFromSmiles(torsion.mappedSmiles), torsion);
  if (missed.length === 0) return null;
  const where = missed.map(({ gridDegrees }) => `${gridDegrees}°`).join(', ');
  const most = Math.max(...missed.map(({ aboveKcalPerMol }) => aboveKcalPerMol));
  return `QM profile differs by up to ${most.toFixed(1)} kcal/mol between +φ and −φ, where symmetry makes it equal: a lower path was missed at ${where}. More starting conformers (torsionDrive.maxConformers in the workflow) may find it.`;
}

/**
 * The grid points of a drive whose QM energy lies above that of their mirror image though the two must be equal, and by
 * how much: the scan missed a lower path there. None where the molecule need not have a symmetric profile.
 */
export function missedPoints(
  molecule: Molecule,
  { dihedral, points }: Pick<TorsionFit, 'dihedral' | 'points'>,
): { gridDegrees: number; aboveKcalPerMol: number }[] {
  if (!isItsMirrorImage(molecule, dihedral)) return [];
  const energies = new Map(points.map(({ gridDegrees, qmKcalPerMol }) => [gridDegrees, qmKcalPerMol]));
  return points
    .map(({ gridDegrees, qmKcalPerMol }) => ({
      gridDegrees,
      aboveKcalPerMol: qmKcalPerMol - (energies.get(-gridDegrees) ?? qmKcalPerMol),
    }))
    .filter(({ aboveKcalPerMol }) => aboveKcalPerMol > MAX_DIFFERENCE_KCAL_PER_MOL);
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
