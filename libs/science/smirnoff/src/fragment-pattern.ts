import { bondBetween, matchSmarts, type Atom, type Bond, type Molecule } from '@bespoke/molecule';
import type { FigureSection } from './figures';

/** A fragment and everywhere in its parent that it stands for. */
export interface FragmentInParent {
  fragment: Molecule;
  parent: Molecule;
  /** For each atom of the fragment its index in the parent, null for a hydrogen that caps a cut. */
  occurrences: readonly { parentAtoms: readonly (number | null)[] }[];
}

/** By atom; atoms of one class are taken as the same, even if one Lewis structure draws them differently. */
export interface AtomClasses {
  fragment: readonly number[];
  parent: readonly number[];
}

export type Torsion = [number, number, number, number];

/** The tagged atoms of a pattern, :1 first, and which of them are written behind each: atoms that it is bonded to. */
interface TaggedAtoms {
  atoms: readonly number[];
  behind: readonly (readonly number[])[];
}

/** Atoms of which each is bonded to the next. */
function chain(atoms: readonly number[]): TaggedAtoms {
  return { atoms, behind: atoms.map((_, place) => atoms.slice(place + 1, place + 2)) };
}

/** An improper, its centre second. */
function star([i = -1, centre = -1, k = -1, l = -1]: readonly number[]): TaggedAtoms {
  return { atoms: [i, centre, k, l], behind: [[centre], [k, l], [], []] };
}

/** A molecule for patterns, which say of all atoms of a class the same. */
export interface Described {
  molecule: Molecule;
  classes: readonly number[];
}

/** Where a pattern must fit: a molecule, and the atom of it for each atom of the fragment. */
interface Embedding {
  described: Described;
  atoms: readonly (number | null)[];
}

/**
 * SMIRKS of a group of equivalent torsions in their whole fragment: the four atoms, tagged :1 to :4, and every other
 * heavy atom with every bond between them, rings closed. It fits the fragment, and the parent wherever a torsion
 * of the group is; where these differ, as at a cut, an atom or bond may be as in any of them. Nor does it mind which
 * of several equivalent atoms is drawn how: either oxygen of a carboxylate may be the charged one. Hydrogens stand in
 * the counts of their heavy atoms, unless they are tagged.
 */
export function fragmentPattern(
  place: FragmentInParent,
  classes: AtomClasses,
  group: readonly [Torsion, ...Torsion[]],
): string {
  const embeddings = embeddingsOf(place, classes, group);
  const [torsion] = group;
  return patternOf(place.fragment, chain(torsion), {
    atom: (atom) => taggedAtom(tolerantAtom(embeddings, atom), torsion.indexOf(atom) + 1),
    bond: (i, j) => tolerantBond(embeddings, i, j),
  }).smarts;
}

/**
 * The same, for a fragment that the parent holds elsewhere too when it is tolerant at the cuts: both ends of the
 * torsion must moreover be in exactly the fragment or, at one of the counterparts, in exactly the parent.
 *
 * @param counterparts of the group in the parent
 */
export function anchoredFragmentPattern(
  place: FragmentInParent,
  classes: AtomClasses,
  group: readonly [Torsion, ...Torsion[]],
  counterparts: readonly Torsion[],
): string {
  const embeddings = embeddingsOf(place, classes, group);
  const [torsion] = group;
  const anchors = new Map([
    [torsion[0], anchor(place, classes, torsion, counterparts)],
    [torsion[3], anchor(place, classes, reversed(torsion), counterparts.map(reversed))],
  ]);
  return patternOf(place.fragment, chain(torsion), {
    atom: (atom) =>
      taggedAtom(tolerantAtom(embeddings, atom) + (anchors.get(atom) ?? ''), torsion.indexOf(atom) + 1),
    bond: (i, j) => tolerantBond(embeddings, i, j),
  }).smarts;
}

/**
 * SMIRKS of torsions in whole molecules: each end must be where it is in one of these. It hits them, what the
 * symmetry of their molecule makes equal to them, and nothing in any other molecule.
 */
export function wholeMoleculePattern(places: readonly { molecule: Molecule; torsion: Torsion }[]): string {
  const end = (from: (torsion: Torsion) => Torsion): string =>
    places
      .map(({ molecule, torsion }) =>
        exactPattern({ molecule, classes: [...molecule.atoms.keys()] }, from(torsion)),
      )
      .map(({ smarts }) => `$(${smarts})`)
      .sort()
      .join(',');
  return `[*;${end((torsion) => torsion)}:1]~[*:2]~[*:3]~[*;${end(reversed)}:4]`;
}

/**
 * SMIRKS of a term (an atom, a bond, an angle, an improper with its centre second) and of every heavy atom that is at
 * most so many bonds away from it, with every bond between them, and hydrogens in the counts of their heavy atoms
 * unless they are tagged. It minds no more than `fragmentPattern` which of several equivalent atoms is drawn how.
 *
 * @returns `isWhole` where it says all that there is to say, so that no more bonds would make it another
 */
export function environmentPattern(
  described: Described,
  section: FigureSection,
  term: readonly number[],
  bondsAway: number,
): { smirks: string; isWhole: boolean } {
  const { molecule } = described;
  const near = new Set(term);
  for (let step = 0; step < bondsAway; step += 1) {
    for (const atom of [...near]) {
      for (const neighbour of molecule.neighbours[atom] ?? []) near.add(neighbour);
    }
  }
  const { smarts } = patternOf(
    molecule,
    section === 'ImproperTorsions' ? star(term) : chain(term),
    {
      atom: (atom) => taggedAtom(exactAtom(described, atom), term.indexOf(atom) + 1),
      bond: (i, j) => bondDecorators(equivalentBonds(described, i, j)),
    },
    near,
  );
  return { smirks: smarts, isWhole: near.size === molecule.atoms.length };
}

function anchor(
  { fragment, parent }: FragmentInParent,
  classes: AtomClasses,
  torsion: Torsion,
  counterparts: readonly Torsion[],
): string {
  const patterns = [
    exactPattern({ molecule: fragment, classes: classes.fragment }, torsion),
    ...counterparts.map((counterpart) =>
      exactPattern({ molecule: parent, classes: classes.parent }, counterpart),
    ),
  ];
  return `;${patterns.map(({ smarts }) => `$(${smarts})`).join(',')}`;
}

function reversed([a, b, c, d]: Torsion): Torsion {
  return [d, c, b, a];
}

/**
 * The fragment itself, and each way in which it lies in the parent with its first torsion upon the counterpart of a
 * torsion of the group. Where symmetry leaves a choice, the way that needs the least tolerance.
 */
function embeddingsOf(
  { fragment, parent, occurrences }: FragmentInParent,
  classes: AtomClasses,
  group: readonly [Torsion, ...Torsion[]],
): Embedding[] {
  const inFragment: Described = { molecule: fragment, classes: classes.fragment };
  const inParent: Described = { molecule: parent, classes: classes.parent };
  const embeddings: Embedding[] = [{ described: inFragment, atoms: [...fragment.atoms.keys()] }];
  const seen = fragment.atoms.map((_, atom) => new Set([exactAtom(inFragment, atom)]));
  const decorators = parent.atoms.map((_, atom) => exactAtom(inParent, atom));
  // Where nothing was cut fragment and parent are one, and there is nothing to be tolerant of.
  const cut = occurrences.filter(({ parentAtoms }) => parentAtoms.includes(null));
  const automorphisms = cut.length === 0 ? [] : automorphismsOf(inFragment, group[0]);
  for (const { parentAtoms } of cut) {
    for (const torsion of group.filter(
      (member) => !member.some((atom) => (parentAtoms[atom] ?? null) === null),
    )) {
      let best: { atoms: (number | null)[]; strange: number } | undefined;
      for (const image of automorphisms.filter((candidate) => maps(candidate, group[0], torsion))) {
        const atoms = image.map((atom) => (atom === null ? null : (parentAtoms[atom] ?? null)));
        const strange = atoms.filter(
          (atom, index) => atom !== null && !seen[index]?.has(decorators[atom] ?? ''),
        ).length;
        if (best === undefined || strange < best.strange) {
          best = { atoms, strange };
        }
      }
      if (best !== undefined) {
        best.atoms.forEach((atom, index) => atom !== null && seen[index]?.add(decorators[atom] ?? ''));
        embeddings.push({ described: inParent, atoms: best.atoms });
      }
    }
  }
  return embeddings;
}

/** The fragment's symmetries: for each, the image of every atom; null for hydrogens outside the torsion. */
function automorphismsOf(fragment: Described, torsion: Torsion): (number | null)[][] {
  const { smarts, order } = exactPattern(fragment, torsion);
  return matchSmarts(fragment.molecule, smarts).map((match) => {
    const image = fragment.molecule.atoms.map((): number | null => null);
    order.forEach((atom, place) => (image[atom] = match[place] ?? null));
    return image;
  });
}

function maps(image: readonly (number | null)[], from: Torsion, to: Torsion): boolean {
  const forward = from.every((atom, place) => image[atom] === to[place]);
  return forward || from.every((atom, place) => image[atom] === to[3 - place]);
}

/** A whole molecule seen from a torsion, without tags. */
function exactPattern(described: Described, torsion: Torsion): { smarts: string; order: number[] } {
  return patternOf(described.molecule, chain(torsion), {
    atom: (atom) => taggedAtom(exactAtom(described, atom), 0),
    bond: (i, j) => bondDecorators(equivalentBonds(described, i, j)),
  });
}

function taggedAtom(decorators: string, tag: number): string {
  return tag === 0 ? `[${decorators}]` : `[${decorators}:${tag}]`;
}

/** Writes the tagged atoms of a molecule and the heavy ones among some, all if none are named, as SMARTS that begins with :1. */
function patternOf(
  molecule: Molecule,
  tagged: TaggedAtoms,
  text: { atom: (atom: number) => string; bond: (i: number, j: number) => string },
  among?: ReadonlySet<number>,
): { smarts: string; order: number[] } {
  const tree = heavyAtomTree(molecule, tagged, among);
  const closures = ringClosures(molecule, tree);
  const written = (atom: number): string => {
    const rings = (closures.get(atom) ?? []).map(
      ({ label, to }) => (to === null ? '' : text.bond(atom, to)) + label,
    );
    const branches = (tree.children.get(atom) ?? []).map((child) => text.bond(atom, child) + written(child));
    const side = branches.slice(0, -1).map((branch) => `(${branch})`);
    return [text.atom(atom), ...rings, ...side, ...branches.slice(-1)].join('');
  };
  return { smarts: written(tagged.atoms[0]!), order: tree.order };
}

interface Tree {
  /** The atoms of the pattern in the order in which they are written. */
  order: number[];
  children: Map<number, number[]>;
}

/** Spans the heavy atoms and the tagged ones, whose bonds to each other are in it and are written behind the branches. */
function heavyAtomTree(
  molecule: Molecule,
  { atoms: tagged, behind }: TaggedAtoms,
  among?: ReadonlySet<number>,
): Tree {
  const tree: Tree = { order: [], children: new Map() };
  const seen = new Set(tagged);
  const visit = (atom: number): void => {
    tree.order.push(atom);
    const children: number[] = [];
    tree.children.set(atom, children);
    for (const neighbour of molecule.neighbours[atom] ?? []) {
      const isWritten = among?.has(neighbour) !== false && molecule.atoms[neighbour]?.element !== 1;
      if (isWritten && !seen.has(neighbour)) {
        seen.add(neighbour);
        children.push(neighbour);
        visit(neighbour);
      }
    }
    for (const next of behind[tagged.indexOf(atom)] ?? []) {
      children.push(next);
      visit(next);
    }
  };
  visit(tagged[0]!);
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

function tolerantAtom(embeddings: readonly Embedding[], atom: number): string {
  const alternatives = embeddings.flatMap(({ described, atoms }) => {
    const image = atoms[atom] ?? null;
    return image === null ? [] : alternativesOf(described, image);
  });
  return anyOf(alternatives);
}

function tolerantBond(embeddings: readonly Embedding[], i: number, j: number): string {
  return bondDecorators(
    embeddings.flatMap(({ described, atoms }) => equivalentBonds(described, atoms[i] ?? -1, atoms[j] ?? -1)),
  );
}

/** The atom as it is in this molecule, whichever atom of its class it is drawn as. */
function exactAtom(described: Described, atom: number): string {
  return anyOf(alternativesOf(described, atom));
}

function anyOf(alternatives: readonly string[]): string {
  return [...new Set(alternatives)].sort().join(',');
}

function alternativesOf({ molecule, classes }: Described, atom: number): string[] {
  return molecule.atoms.flatMap((_, other) =>
    classes[other] === classes[atom] ? [atomDecorators(molecule, other)] : [],
  );
}

/** The bonds between atoms of the same classes as these; none where these are not bonded. */
function equivalentBonds({ molecule, classes }: Described, i: number, j: number): Bond[] {
  if (bondBetween(molecule, i, j) === undefined) {
    return [];
  }
  const [first, second] = [classes[i], classes[j]];
  return molecule.bonds.filter(
    ({ begin, end }) =>
      (classes[begin] === first && classes[end] === second) ||
      (classes[begin] === second && classes[end] === first),
  );
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

/** Any of the orders of these bonds, in a ring or not where they agree. */
function bondDecorators(bonds: readonly Bond[]): string {
  const orders = new Set<string>();
  const inRing = new Set<boolean>();
  for (const bond of bonds) {
    orders.add(bond.aromatic ? ':' : ORDERS[bond.order]);
    inRing.add(bond.inRing);
  }
  const ring = inRing.size > 1 ? '' : inRing.has(true) ? ';@' : ';!@';
  return [...orders].sort().join(',') + ring;
}
