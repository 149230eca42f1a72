import { bondBetween, type Atom, type Bond, type Molecule } from '@bespoke/molecule';

/** A fragment and everywhere in its parent that it stands for. */
export interface FragmentInParent {
  fragment: Molecule;
  parent: Molecule;
  /** For each atom of the fragment its index in the parent, null for a hydrogen that caps a cut. */
  occurrences: readonly { parentAtoms: readonly (number | null)[] }[];
}

export type Torsion = [number, number, number, number];

/**
 * SMIRKS of a torsion in its whole fragment: the four atoms, tagged :1 to :4, and every other heavy atom with every
 * bond between them, rings closed. Where fragment and parent differ, as at a cut, an atom or bond may be as in
 * either. Hydrogens stand in the counts of their heavy atoms, unless they are tagged.
 *
 * @param symmetryClass of each fragment atom; equivalent atoms get one description, so that the pattern also hits
 *   the torsions that are equivalent to this one
 */
export function fragmentPattern(
  place: FragmentInParent,
  symmetryClass: readonly number[],
  torsion: Torsion,
): string {
  return patternOf(place.fragment, torsion, {
    atom: (atom) => taggedAtom(tolerantAtom(place, symmetryClass, atom), torsion.indexOf(atom) + 1),
    bond: (i, j) => tolerantBond(place, symmetryClass, i, j),
  });
}

/**
 * The same, for a fragment that the parent holds elsewhere too where it is tolerant at a cut: the first tagged atom
 * must moreover stand either in exactly the fragment or, at one of the counterparts, in exactly the parent.
 *
 * @param counterparts of the torsion in the parent
 */
export function anchoredFragmentPattern(
  place: FragmentInParent,
  symmetryClass: readonly number[],
  torsion: Torsion,
  counterparts: readonly Torsion[],
): string {
  const anchors = [
    exactPattern(place.fragment, torsion),
    ...counterparts.map((counterpart) => exactPattern(place.parent, counterpart)),
  ].map((pattern) => `$(${pattern})`);
  const anchor = `;${anchors.join(',')}`;
  return patternOf(place.fragment, torsion, {
    atom: (atom) => {
      const tag = torsion.indexOf(atom) + 1;
      return taggedAtom(tolerantAtom(place, symmetryClass, atom) + (tag === 1 ? anchor : ''), tag);
    },
    bond: (i, j) => tolerantBond(place, symmetryClass, i, j),
  });
}

/** A whole molecule seen from a torsion, without tags. */
function exactPattern(molecule: Molecule, torsion: Torsion): string {
  return patternOf(molecule, torsion, {
    atom: (atom) => taggedAtom(atomDecorators(molecule, atom), 0),
    bond: (i, j) => bondDecorators([bondBetween(molecule, i, j)]),
  });
}

function taggedAtom(decorators: string, tag: number): string {
  return tag === 0 ? `[${decorators}]` : `[${decorators}:${tag}]`;
}

/** Writes the heavy atoms of a molecule and a torsion as SMARTS, beginning with the torsion's first atom. */
function patternOf(
  molecule: Molecule,
  torsion: Torsion,
  text: { atom: (atom: number) => string; bond: (i: number, j: number) => string },
): string {
  const tree = heavyAtomTree(molecule, torsion);
  const closures = ringClosures(molecule, tree);
  const written = (atom: number): string => {
    const rings = (closures.get(atom) ?? []).map(
      ({ label, to }) => (to === null ? '' : text.bond(atom, to)) + label,
    );
    const branches = (tree.children.get(atom) ?? []).map((child) => text.bond(atom, child) + written(child));
    const side = branches.slice(0, -1).map((branch) => `(${branch})`);
    return [text.atom(atom), ...rings, ...side, ...branches.slice(-1)].join('');
  };
  return written(torsion[0]);
}

interface Tree {
  /** The atoms of the pattern in the order in which they are written. */
  order: number[];
  children: Map<number, number[]>;
}

/** Spans the heavy atoms and the torsion; the torsion's own bonds are in it and are written behind the branches. */
function heavyAtomTree(molecule: Molecule, torsion: Torsion): Tree {
  const tree: Tree = { order: [], children: new Map() };
  const seen = new Set(torsion);
  const visit = (atom: number): void => {
    tree.order.push(atom);
    const children: number[] = [];
    tree.children.set(atom, children);
    for (const neighbour of molecule.neighbours[atom] ?? []) {
      if (!seen.has(neighbour) && molecule.atoms[neighbour]?.element !== 1) {
        seen.add(neighbour);
        children.push(neighbour);
        visit(neighbour);
      }
    }
    const tag = torsion.indexOf(atom);
    const next = tag < 0 ? undefined : torsion[tag + 1];
    if (next !== undefined) {
      children.push(next);
      visit(next);
    }
  };
  visit(torsion[0]);
  return tree;
}

/** The labels of ring closures by atom; `to` is the other end where a label is written first, and null at that end. */
function ringClosures(molecule: Molecule, tree: Tree): Map<number, { label: string; to: number | null }[]> {
  const position = new Map(tree.order.map((atom, index) => [atom, index]));
  const closures = new Map<number, { label: string; to: number | null }[]>();
  const add = (atom: number, label: string, to: number | null): void => {
    closures.set(atom, [...(closures.get(atom) ?? []), { label, to }]);
  };
  let count = 0;
  for (const first of tree.order) {
    for (const second of molecule.neighbours[first] ?? []) {
      const isAhead = (position.get(second) ?? -1) > (position.get(first) ?? 0);
      if (isAhead && !tree.children.get(first)?.includes(second)) {
        count += 1;
        const label = count < 10 ? String(count) : `%${count}`;
        add(first, label, second);
        add(second, label, null);
      }
    }
  }
  return closures;
}

function tolerantAtom(place: FragmentInParent, symmetryClass: readonly number[], atom: number): string {
  const { fragment, parent, occurrences } = place;
  const alternatives = new Set<string>();
  symmetryClass.forEach((atomClass, equivalent) => {
    if (atomClass !== symmetryClass[atom]) {
      return;
    }
    alternatives.add(atomDecorators(fragment, equivalent));
    for (const { parentAtoms } of occurrences) {
      const counterpart = parentAtoms[equivalent] ?? null;
      if (counterpart !== null) {
        alternatives.add(atomDecorators(parent, counterpart));
      }
    }
  });
  return [...alternatives].sort().join(',');
}

function tolerantBond(
  place: FragmentInParent,
  symmetryClass: readonly number[],
  i: number,
  j: number,
): string {
  const { fragment, parent, occurrences } = place;
  const ends = [symmetryClass[i], symmetryClass[j]];
  const bonds: (Bond | undefined)[] = [];
  for (const bond of fragment.bonds) {
    const [begin, end] = [symmetryClass[bond.begin], symmetryClass[bond.end]];
    if ((begin === ends[0] && end === ends[1]) || (begin === ends[1] && end === ends[0])) {
      bonds.push(bond);
      for (const { parentAtoms } of occurrences) {
        bonds.push(bondBetween(parent, parentAtoms[bond.begin] ?? -1, parentAtoms[bond.end] ?? -1));
      }
    }
  }
  return bondDecorators(bonds);
}

/** Element, connectivity, hydrogens, ring connectivity, charge, aromaticity. */
function atomDecorators(molecule: Molecule, index: number): string {
  const { element, formalCharge, aromatic } = molecule.atoms[index] as Atom;
  const around = molecule.neighbours[index] ?? [];
  const hydrogens = around.filter((neighbour) => molecule.atoms[neighbour]?.element === 1).length;
  const ringBonds = around.filter((neighbour) => bondBetween(molecule, index, neighbour)?.inRing).length;
  const charge = formalCharge < 0 ? String(formalCharge) : `+${formalCharge}`;
  return `#${element}X${around.length}H${hydrogens}x${ringBonds}${charge}${aromatic ? 'a' : 'A'}`;
}

const ORDERS = { 1: '-', 2: '=', 3: '#' } as const;

/** Any of the orders of these bonds, in a ring or not where they agree; undefined stands for no bond. */
function bondDecorators(bonds: readonly (Bond | undefined)[]): string {
  const orders = new Set<string>();
  const inRing = new Set<boolean>();
  for (const bond of bonds) {
    if (bond !== undefined) {
      orders.add(bond.aromatic ? ':' : ORDERS[bond.order]);
      inRing.add(bond.inRing);
    }
  }
  const ring = inRing.size > 1 ? '' : inRing.has(true) ? ';@' : ';!@';
  return [...orders].sort().join(',') + ring;
}
