import { bondBetween, type Bond, type Molecule } from '@bespoke/molecule';

/** A fragment and where its atoms are in the molecule that it was cut from. */
export interface FragmentInParent {
  fragment: Molecule;
  parent: Molecule;
  /** For each atom of the fragment its index in the parent, null for a hydrogen that caps a cut. */
  parentAtoms: readonly (number | null)[];
}

/**
 * SMIRKS of a torsion in its whole fragment: the four atoms, tagged :1 to :4, then every other heavy atom with
 * every bond between them, rings closed. Where the fragment and its parent differ, as at a cut, an atom or bond may
 * be as in either. Hydrogens stand in the counts of their heavy atoms, unless they are tagged.
 *
 * @param symmetryClass of each fragment atom; equivalent atoms get one description, so that the pattern also hits
 *   the torsions that are equivalent to this one
 */
export function fragmentPattern(
  place: FragmentInParent,
  symmetryClass: readonly number[],
  torsion: readonly [number, number, number, number],
): string {
  const { fragment } = place;
  const tree = heavyAtomTree(fragment, torsion);
  const closures = ringClosures(fragment, tree);

  const written = (atom: number): string => {
    const tag = torsion.indexOf(atom);
    const rings = (closures.get(atom) ?? []).map(({ label, to }) =>
      to === null ? label : bondDescription(place, symmetryClass, [atom, to]) + label,
    );
    const branches = (tree.children.get(atom) ?? []).map(
      (child) => bondDescription(place, symmetryClass, [atom, child]) + written(child),
    );
    return [
      `[${atomDescription(place, symmetryClass, atom)}${tag < 0 ? '' : `:${tag + 1}`}]`,
      ...rings,
      ...branches.slice(0, -1).map((branch) => `(${branch})`),
      ...branches.slice(-1),
    ].join('');
  };
  return written(torsion[0]);
}

interface Tree {
  /** The atoms of the pattern in the order in which they are written. */
  order: number[];
  children: Map<number, number[]>;
}

/** Spans the heavy atoms and the torsion; the torsion's own bonds are in it and are written behind the branches. */
function heavyAtomTree(fragment: Molecule, torsion: readonly number[]): Tree {
  const tree: Tree = { order: [], children: new Map() };
  const seen = new Set(torsion);
  const visit = (atom: number): void => {
    tree.order.push(atom);
    const children: number[] = [];
    tree.children.set(atom, children);
    for (const neighbour of fragment.neighbours[atom] ?? []) {
      if (!seen.has(neighbour) && fragment.atoms[neighbour]?.element !== 1) {
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
  visit(torsion[0] ?? 0);
  return tree;
}

/** The labels of ring closures by atom; `to` is the other end where a label is written first, and null at that end. */
function ringClosures(fragment: Molecule, tree: Tree): Map<number, { label: string; to: number | null }[]> {
  const position = new Map(tree.order.map((atom, index) => [atom, index]));
  const closures = new Map<number, { label: string; to: number | null }[]>();
  const add = (atom: number, label: string, to: number | null): void => {
    closures.set(atom, [...(closures.get(atom) ?? []), { label, to }]);
  };
  let count = 0;
  for (const first of tree.order) {
    for (const second of fragment.neighbours[first] ?? []) {
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

function atomDescription(place: FragmentInParent, symmetryClass: readonly number[], atom: number): string {
  const alternatives = new Set<string>();
  symmetryClass.forEach((atomClass, equivalent) => {
    if (atomClass === symmetryClass[atom]) {
      alternatives.add(atomDecorators(place.fragment, equivalent));
      const counterpart = place.parentAtoms[equivalent] ?? null;
      if (counterpart !== null) {
        alternatives.add(atomDecorators(place.parent, counterpart));
      }
    }
  });
  return [...alternatives].sort().join(',');
}

/** Element, connectivity, hydrogens, ring connectivity, charge, aromaticity. */
function atomDecorators(molecule: Molecule, index: number): string {
  const atom = molecule.atoms[index];
  if (atom === undefined) {
    throw new RangeError(`The molecule has no atom ${index}.`);
  }
  const around = molecule.neighbours[index] ?? [];
  const hydrogens = around.filter((neighbour) => molecule.atoms[neighbour]?.element === 1).length;
  const ringBonds = around.filter((neighbour) => bondBetween(molecule, index, neighbour)?.inRing).length;
  const charge = atom.formalCharge < 0 ? String(atom.formalCharge) : `+${atom.formalCharge}`;
  return `#${atom.element}X${around.length}H${hydrogens}x${ringBonds}${charge}${atom.aromatic ? 'a' : 'A'}`;
}

function bondDescription(
  { fragment, parent, parentAtoms }: FragmentInParent,
  symmetryClass: readonly number[],
  [i, j]: readonly [number, number],
): string {
  const bonds: Bond[] = [];
  for (const bond of fragment.bonds) {
    const ends = [symmetryClass[bond.begin], symmetryClass[bond.end]];
    if (sameEnds(ends, [symmetryClass[i], symmetryClass[j]])) {
      bonds.push(bond);
      const [begin, end] = [parentAtoms[bond.begin] ?? null, parentAtoms[bond.end] ?? null];
      const counterpart = begin === null || end === null ? undefined : bondBetween(parent, begin, end);
      if (counterpart !== undefined) {
        bonds.push(counterpart);
      }
    }
  }
  const orders = [...new Set(bonds.map(({ aromatic, order }) => (aromatic ? ':' : ORDERS[order])))]
    .sort()
    .join(',');
  const inRing = new Set(bonds.map((bond) => bond.inRing));
  return orders + (inRing.size > 1 ? '' : inRing.has(true) ? ';@' : ';!@');
}

const ORDERS = { 1: '-', 2: '=', 3: '#' } as const;

function sameEnds(a: readonly (number | undefined)[], b: readonly (number | undefined)[]): boolean {
  return (a[0] === b[0] && a[1] === b[1]) || (a[0] === b[1] && a[1] === b[0]);
}
