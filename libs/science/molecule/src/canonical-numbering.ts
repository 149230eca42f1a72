import { at, neighboursOf, renumber, type Graph } from './graph';
import type { Molecule } from './molecule';
import { moleculeFromGraph, structureOf } from './structure';
import { atomInvariants, compareKeys, edgesOf, rankKeys, refine, type Edges } from './graph-classes';
import { symmetryClasses } from './symmetry';

export interface CanonicalMolecule {
  molecule: Molecule;
  /** Old index of each new atom. */
  order: number[];
  /** New indices of the bond's atoms: always 0 and 1. */
  bond: [0, 1];
}

/** Numberings that are compared in full before the search settles for the best so far. */
const MAX_NUMBERINGS = 256;

/**
 * Numbers the atoms in a way that depends on nothing but the structure and the bond: not on the order of the input,
 * nor on which of several equivalent bonds is meant, nor on its direction. The bond's atoms come first, then heavy
 * atoms by their distance from the bond, then hydrogens. Equal `molecule.mappedSmiles` mean the same bond in the
 * same molecule (the key by which torsion drives are shared).
 */
export function canonicalAroundBond(
  molecule: Molecule,
  [b, c]: readonly [number, number],
): CanonicalMolecule {
  const { graph } = structureOf(molecule);
  if (!at(molecule.neighbours, b).includes(c))
    throw new RangeError(`Atoms ${b + 1} and ${c + 1} of ${molecule.mappedSmiles} are not bonded.`);
  const forward = bestNumbering(molecule, b, c);
  const backward = bestNumbering(molecule, c, b);
  const { order } = forward.code <= backward.code ? forward : backward;
  const conformer = molecule.conformerAngstrom;
  const canonical = moleculeFromGraph(
    renumber(graph, order),
    molecule.name,
    order.map((old) => at(molecule.atoms, old).mapNumber),
    conformer && Float64Array.from(order.flatMap((old) => [...conformer.subarray(3 * old, 3 * old + 3)])),
  );
  return { molecule: canonical, order, bond: [0, 1] };
}

interface Numbering {
  order: number[];
  /** The whole structure in this numbering. */
  code: string;
}

function bestNumbering(molecule: Molecule, first: number, second: number): Numbering {
  const { graph, rings } = structureOf(molecule);
  const edges = edgesOf(graph);
  const invariants = atomInvariants(graph, rings);
  const distance = distances(molecule, [first, second]);
  const stereo = stereoKeys(molecule);
  const start = molecule.atoms.map((atom, index) => [
    index === first ? 0 : index === second ? 1 : 2,
    atom.element === 1 ? 1 : 0,
    at(distance, index),
    at(stereo, index),
    ...at(invariants, index),
  ]);
  // Equal surroundings mean equal atoms, unless swapping them would turn a stereo centre over.
  const compareAll = hasSymmetricStereo(molecule, graph);
  let best: Numbering | null = null;
  let numberings = 0;

  const search = (classes: readonly number[]): void => {
    const tied = firstTie(classes);
    if (tied === null) {
      numberings += 1;
      const order: number[] = [];
      classes.forEach((place, atom) => (order[place] = atom));
      const code = structureCode(renumber(graph, order));
      if (best === null || code < best.code) best = { order, code };
      return;
    }
    const branches = tied.map((atom) => individualise(classes, atom, edges));
    if (compareAll) {
      for (const branch of branches) if (best === null || numberings < MAX_NUMBERINGS) search(branch);
      return;
    }
    const [firstBranch, ...others] = branches;
    if (firstBranch === undefined) return;
    let chosen = { classes: firstBranch, keys: others.length === 0 ? [] : partitionKeys(firstBranch, edges) };
    for (const other of others) {
      const keys = partitionKeys(other, edges);
      if (compareKeyLists(keys, chosen.keys) < 0) chosen = { classes: other, keys };
    }
    search(chosen.classes);
  };
  search(splitTwins(refine(rankKeys(start), edges), molecule));
  if (best === null) throw new Error('A search over numberings ended without one.');
  return best;
}

/** Bonds from each atom to the nearest of `sources`. */
function distances(molecule: Molecule, sources: readonly number[]): number[] {
  const distance = molecule.atoms.map(() => -1);
  const queue = [...sources];
  for (const source of sources) distance[source] = 0;
  for (let next = 0; next < queue.length; next++) {
    const atom = at(queue, next);
    for (const neighbour of at(molecule.neighbours, atom)) {
      if (at(distance, neighbour) >= 0) continue;
      distance[neighbour] = at(distance, atom) + 1;
      queue.push(neighbour);
    }
  }
  return distance;
}

function stereoKeys(molecule: Molecule): number[] {
  const keys: number[] = molecule.atoms.map(({ stereo }) =>
    stereo === null ? 0 : { undefined: 1, R: 2, S: 3 }[stereo],
  );
  for (const { begin, end, stereo } of molecule.bonds)
    if (stereo !== null)
      for (const atom of [begin, end]) keys[atom] = at(keys, atom) * 4 + { undefined: 1, E: 2, Z: 3 }[stereo];
  return keys;
}

/** Is there a centre or double bond with two neighbours that only stereo tells apart (1,4-dimethylcyclohexane)? */
function hasSymmetricStereo(molecule: Molecule, graph: Graph): boolean {
  const classes = symmetryClasses(molecule);
  const hasAlike = (atom: number, without: number | null): boolean => {
    const neighbours = at(molecule.neighbours, atom).filter((n) => n !== without);
    return new Set(neighbours.map((n) => at(classes, n))).size < neighbours.length;
  };
  return (
    graph.atoms.some((atom, index) => atom.chirality !== null && hasAlike(index, null)) ||
    graph.bonds.some(
      ({ stereo, begin, end }) => stereo !== null && (hasAlike(begin, end) || hasAlike(end, begin)),
    )
  );
}

function firstTie(classes: readonly number[]): number[] | null {
  const members = new Map<number, number[]>();
  classes.forEach((own, atom) => members.set(own, [...(members.get(own) ?? []), atom]));
  const tied = [...members].filter(([, atoms]) => atoms.length > 1).sort(([a], [b]) => a - b);
  return tied[0]?.[1] ?? null;
}

/** Orders ends of the same atom (the hydrogens of a methyl group): any order of them gives the same numbering. */
function splitTwins(classes: readonly number[], molecule: Molecule): number[] {
  const twins = new Map<string, number>();
  return rankKeys(
    classes.map((own, atom) => {
      const neighbours = at(molecule.neighbours, atom);
      if (neighbours.length !== 1) return [own, 0];
      const family = `${own}-${neighbours[0]}`;
      const elder = twins.get(family) ?? 0;
      twins.set(family, elder + 1);
      return [own, elder];
    }),
  );
}

function individualise(classes: readonly number[], chosen: number, edges: Edges): number[] {
  return refine(rankKeys(classes.map((own, atom) => [own, atom === chosen ? 0 : 1])), edges);
}

function partitionKeys(classes: readonly number[], edges: Edges): number[][] {
  return classes
    .map((own, atom) => [
      own,
      ...at(edges, atom)
        .map(([neighbour, kind]) => at(classes, neighbour) * 8 + kind)
        .sort((a, b) => a - b),
    ])
    .sort(compareKeys);
}

function compareKeyLists(a: readonly number[][], b: readonly number[][]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = compareKeys(at(a, i), at(b, i));
    if (difference !== 0) return difference;
  }
  return 0;
}

function structureCode(graph: Graph): string {
  const neighbours = neighboursOf(graph);
  const atoms = graph.atoms.map(
    ({ element, formalCharge, isotope, chirality }, index) =>
      `${element},${formalCharge},${isotope},${chirality ?? ''},${at(neighbours, index).length}`,
  );
  const bonds = graph.bonds.map(
    ({ begin, end, order, delocalised, stereo }) =>
      `${begin},${end},${delocalised ? 'a' : order},${stereo === null ? '' : stereo.cis ? 'c' : 't'}`,
  );
  return `${atoms.join(';')}|${bonds.join(';')}`;
}
