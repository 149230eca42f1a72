import { atomName, undefinedStereo, type ExtractedFragment, type Molecule } from '@bespoke/molecule';

/**
 * The centres and double bonds of a fragment that are stereogenic although they are not in the parent: two arms that
 * were alike are cut at different places. Nothing says which configuration to take. Named by the parent's atoms
 * (counted from 1), as in C4.
 */
export function newStereo(parent: Molecule, { molecule, parentAtoms }: ExtractedFragment): string[] {
  const open = undefinedStereo(molecule);
  const name = (atom: number): string => atomName(parent, atom);
  // A cap is a hydrogen and no centre.
  const inParent = (atom: number): number => parentAtoms[atom]!;
  const atoms = open.atoms.map(inParent).filter((atom) => parent.atoms[atom]!.stereo === null);
  const bonds = open.bonds
    .map((bond) => bond.map(inParent) as [number, number])
    .filter(([i, j]) => parent.bonds.every((bond) => !joins(bond, i, j) || bond.stereo === null));
  return [...atoms.map(name), ...bonds.map(([i, j]) => `${name(i)}=${name(j)}`)];
}

function joins({ begin, end }: { begin: number; end: number }, i: number, j: number): boolean {
  return (begin === i && end === j) || (begin === j && end === i);
}
