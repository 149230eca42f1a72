// The aromaticity that the bond charge corrections are defined with: A. Jakalian, D. B. Jack, C. I. Bayly,
// J. Comput. Chem. 2002, 23, 1623, section "Atom types", five cases. It is neither MDL's nor Daylight's.

import { rings, type Molecule } from '@bespoke/molecule';

export interface Aromaticity {
  /** By atom. */
  atoms: boolean[];
  /** By bond. */
  bonds: boolean[];
}

/** Aromatic atoms and bonds in the sense of AM1-BCC, whichever Kekulé structure the bond orders are. */
export function am1bccAromaticity(molecule: Molecule): Aromaticity {
  const { atoms, bonds } = molecule;
  const bondIndex = new Map<number, number>();
  for (const [index, { begin, end }] of bonds.entries()) {
    bondIndex.set(begin * atoms.length + end, index);
    bondIndex.set(end * atoms.length + begin, index);
  }
  const bondOf = (i: number, j: number) => bondIndex.get(i * atoms.length + j)!;
  const isDouble = (i: number, j: number) => bonds[bondOf(i, j)]!.order === 2;
  const aromatic: Aromaticity = { atoms: atoms.map(() => false), bonds: bonds.map(() => false) };
  const inSixOrSeven = new Set<number>();
  const mark = (ring: readonly number[]) => {
    for (const [position, atom] of ring.entries()) {
      aromatic.atoms[atom] = true;
      aromatic.bonds[bondOf(atom, ring[(position + 1) % ring.length]!)] = true;
    }
  };
  const allRings = rings(molecule);

  // Cases 1 to 3: rings of six atoms that each give one electron. Each has its partner in the ring, or two or
  // four in a row have theirs in neighbouring rings that are aromatic already.
  const sixRings = allRings.filter(
    (ring) => ring.length === 6 && ring.every((atom) => givesOneElectron(molecule, atom)),
  );
  const paired = (walk: readonly number[], pairs: number) =>
    [0, 2, 4].slice(0, pairs).every((position) => isDouble(walk[position]!, walk[position + 1]!)) &&
    walk.slice(2 * pairs).every((atom) => inSixOrSeven.has(atom));
  for (const pairs of [3, 2, 1]) {
    for (let found = true; found;) {
      const next = sixRings.filter(
        (ring) =>
          !ring.every((atom, i) => aromatic.bonds[bondOf(atom, ring[(i + 1) % 6]!)]) &&
          walks(ring).some((walk) => paired(walk, pairs)),
      );
      for (const ring of next) {
        mark(ring);
        for (const atom of ring) inSixOrSeven.add(atom);
      }
      found = next.length > 0;
    }
  }

  // Case 4: tropylium.
  for (const ring of allRings) {
    if (ring.length !== 7) continue;
    const walk = walks(ring).find(
      ([cation, ...rest]) =>
        atoms[cation!]!.element === 6 &&
        atoms[cation!]!.formalCharge === 1 &&
        rest.every((atom) => givesOneElectron(molecule, atom)) &&
        [0, 2, 4].every((position) => isDouble(rest[position]!, rest[position + 1]!)),
    );
    if (walk === undefined) continue;
    mark(ring);
    for (const atom of ring) inSixOrSeven.add(atom);
  }

  // Case 5: five-membered rings around an atom with a lone pair, such as pyrrole and the furan of benzofuran.
  for (const ring of allRings) {
    if (ring.length !== 5) continue;
    const isAromatic = walks(ring).some(
      ([donor, z1, z2, x1, x2]) =>
        givesTwoElectrons(molecule, donor!) &&
        [z1, z2, x1, x2].every((atom) => givesOneElectron(molecule, atom!)) &&
        isDouble(z1!, z2!) &&
        // In another Kekulé structure of a ring that is aromatic already this bond would be the double one.
        (isDouble(x1!, x2!) || aromatic.bonds[bondOf(x1!, x2!)]) &&
        !inSixOrSeven.has(z1!) &&
        !inSixOrSeven.has(z2!),
    );
    if (isAromatic) mark(ring);
  }
  return aromatic;
}

/** A ring read from each of its atoms in both directions. */
function walks(ring: readonly number[]): number[][] {
  return [ring, ring.toReversed()].flatMap((direction) =>
    direction.map((_, start) => [...direction.slice(start), ...direction.slice(0, start)]),
  );
}

function givesOneElectron({ atoms, neighbours }: Molecule, atom: number): boolean {
  const { element, formalCharge } = atoms[atom]!;
  const degree = neighbours[atom]!.length;
  switch (element) {
    case 6:
      return degree === 3;
    case 7:
    case 15:
      return degree === 2 || (degree === 3 && formalCharge === 1);
    case 8:
    case 16:
      return degree === 2 && formalCharge === 1;
    default:
      return false;
  }
}

function givesTwoElectrons({ atoms, neighbours }: Molecule, atom: number): boolean {
  const { element, formalCharge } = atoms[atom]!;
  const degree = neighbours[atom]!.length;
  switch (element) {
    case 6:
      return degree === 2 && formalCharge === -1;
    case 7:
      return degree === 3 || (degree === 2 && formalCharge === -1);
    case 15:
      return degree === 3;
    case 8:
    case 16:
      return degree === 2;
    default:
      return false;
  }
}
