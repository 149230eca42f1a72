import { matchSmarts, type Molecule } from '@bespoke/molecule';

/** The OpenFF toolkit's rotatable bonds; those with hydrogens only at one end are not counted as rotors here. */
const ROTATABLE = '[!$(*#*)&!D1:1]-,=;!@[!$(*#*)&!D1:2]';
const HYDROGEN = 1;

/** The heavy atoms beside a ring system that no rotor joins to it: halogens, methyl, hydroxyl, nitrile. */
export function nonRotorSubstituents(molecule: Molecule, system: ReadonlySet<number>): Set<number> {
  const isHeavy = (atom: number): boolean => molecule.atoms[atom]!.element !== HYDROGEN;
  const heavyDegree = (atom: number): number => molecule.neighbours[atom]!.filter(isHeavy).length;
  const rotors = new Set(
    matchSmarts(molecule, ROTATABLE)
      .filter((bond) => bond.every((atom) => heavyDegree(atom) >= 2))
      .flatMap(([i, j]) => [`${i}-${j}`, `${j}-${i}`]),
  );
  const found = new Set<number>();
  for (const atom of system)
    for (const neighbour of molecule.neighbours[atom]!)
      if (!system.has(neighbour) && isHeavy(neighbour) && !rotors.has(`${atom}-${neighbour}`))
        found.add(neighbour);
  return found;
}
