import { rankKeys, type Molecule } from '@bespoke/molecule';

/**
 * Splits classes by the sorted classes of the neighbours; new numbers follow the old ones and do not depend on the
 * order of the atoms. Bond orders do not count.
 */
export function splitByNeighbours(classes: readonly number[], { neighbours }: Molecule): number[] {
  return rankKeys(
    classes.map((own, atom) => [
      own,
      ...(neighbours[atom] ?? []).map((neighbour) => classes[neighbour] ?? -1).sort((a, b) => a - b),
    ]),
  );
}

/** Classes of atoms that elements and connections alone do not tell apart, 0, 1... as in `scripts/export-nagl.py`. */
export function connectivityClasses(molecule: Molecule): number[] {
  let classes = rankKeys(molecule.atoms.map(({ element }) => [element]));
  for (let count = 0; new Set(classes).size > count;) {
    count = new Set(classes).size;
    classes = splitByNeighbours(classes, molecule);
  }
  return classes;
}
