import type { Molecule } from '@bespoke/molecule';
import type { BondAtoms } from './target-bonds';

/**
 * The dihedral that is driven to turn about a bond: at each end the heaviest other neighbour, and among
 * equals the one with the smaller index, as BespokeFit chooses it.
 */
export function drivenDihedral(
  molecule: Molecule,
  [second, third]: BondAtoms,
): [number, number, number, number] {
  return [
    heaviestNeighbour(molecule, second, third),
    second,
    third,
    heaviestNeighbour(molecule, third, second),
  ];
}

function heaviestNeighbour(molecule: Molecule, atom: number, other: number): number {
  const candidates = (molecule.neighbours[atom] ?? []).filter((neighbour) => neighbour !== other);
  const [heaviest] = candidates.sort(
    (a, b) => (molecule.atoms[b]?.element ?? 0) - (molecule.atoms[a]?.element ?? 0) || a - b,
  );
  if (heaviest === undefined) throw new RangeError(`atom ${atom} has no neighbour to make a dihedral with`);
  return heaviest;
}
