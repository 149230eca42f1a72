// The valence terms of a molecule, each named once: atoms in the order in which SMIRNOFF names them.

type Neighbours = readonly (readonly number[])[];
type Pair = [number, number];
type Triple = [number, number, number];
type Quadruple = [number, number, number, number];

/** A chain of atoms, read from the end with the lower index. */
export function ascending<T extends readonly number[]>(atoms: T): T {
  return (atoms[0] ?? 0) <= (atoms.at(-1) ?? 0) ? atoms : (atoms.toReversed() as unknown as T);
}

/** An improper: the centre is second, the three around it ascend. */
export function outerAscending(atoms: readonly number[]): Quadruple {
  const [i = 0, centre = 0, k = 0, l = 0] = atoms;
  const [first = 0, second = 0, third = 0] = [i, k, l].sort((a, b) => a - b);
  return [first, centre, second, third];
}

/** Atoms whose order says which is which. */
export function unchanged(atoms: readonly number[]): readonly number[] {
  return atoms;
}

/** Names a term in a map. */
export function atomsKey(atoms: readonly number[]): string {
  return atoms.join(' ');
}

export function bondsOf(neighbours: Neighbours): Pair[] {
  return neighbours.flatMap((around, i) => around.filter((j) => i < j).map((j): Pair => [i, j]));
}

export function anglesOf(neighbours: Neighbours): Triple[] {
  return neighbours.flatMap((around, centre) =>
    pairs(around).map(([i, k]): Triple => ascending([i, centre, k])),
  );
}

export function propersOf(neighbours: Neighbours): Quadruple[] {
  return bondsOf(neighbours).flatMap((bond) => torsionsAcross(neighbours, bond).map(ascending));
}

/** All torsions a–b–c–d across a bond, hydrogens included, in the direction of the bond. */
export function torsionsAcross(neighbours: Neighbours, [b, c]: readonly [number, number]): Quadruple[] {
  const torsions: Quadruple[] = [];
  for (const a of neighbours[b] ?? []) {
    for (const d of neighbours[c] ?? []) {
      if (a !== c && d !== b && a !== d) {
        torsions.push([a, b, c, d]);
      }
    }
  }
  return torsions;
}

function pairs(items: readonly number[]): Pair[] {
  return items.flatMap((first, index) => items.slice(index + 1).map((second): Pair => [first, second]));
}
