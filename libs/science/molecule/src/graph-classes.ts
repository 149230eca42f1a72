import { at, neighboursOf, type Graph } from './graph';

/** A bond as its begin or end sees it: a small integer that tells what kind of bond it is. */
export type Edges = readonly (readonly (readonly [neighbour: number, kind: number])[])[];

const DELOCALISED = 4;

/** Bonds of each atom with their kind; a delocalised bond's order in the Kekulé structure does not count. */
export function edgesOf(graph: Graph): Edges {
  const edges: [number, number][][] = graph.atoms.map(() => []);
  for (const { begin, end, order, delocalised } of graph.bonds) {
    const kind = delocalised ? DELOCALISED : order;
    at(edges, begin).push([end, kind]);
    at(edges, end).push([begin, kind]);
  }
  return edges;
}

/** Ranks (0, 1, ...) of keys in lexicographic order, equal for equal keys. */
export function rankKeys(keys: readonly (readonly number[])[]): number[] {
  const order = keys.map((_, index) => index).sort((a, b) => compareKeys(at(keys, a), at(keys, b)));
  const ranks = keys.map(() => 0);
  order.forEach((index, place) => {
    if (place === 0) return;
    const previous = at(order, place - 1);
    const step = compareKeys(at(keys, previous), at(keys, index)) === 0 ? 0 : 1;
    ranks[index] = at(ranks, previous) + step;
  });
  return ranks;
}

export function compareKeys(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = at(a, i) - at(b, i);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Splits classes by the classes of the neighbours until nothing more splits (Weisfeiler and Lehman); order is kept. */
export function refine(classes: readonly number[], edges: Edges): number[] {
  let current = [...classes];
  let count = new Set(current).size;
  for (;;) {
    const keys = current.map((own, atom) => [
      own,
      ...at(edges, atom)
        .map(([neighbour, kind]) => at(current, neighbour) * 8 + kind)
        .sort((a, b) => a - b),
    ]);
    current = rankKeys(keys);
    const finer = new Set(current).size;
    if (finer === count) return current;
    count = finer;
  }
}

/** What tells atoms apart without their neighbours: element, charge, isotope, degree and the sizes of their rings. */
export function atomInvariants(graph: Graph, rings: readonly (readonly number[])[]): number[][] {
  const ringSizes: number[][] = graph.atoms.map(() => []);
  for (const ring of rings) for (const atom of ring) at(ringSizes, atom).push(ring.length);
  const neighbours = neighboursOf(graph);
  return graph.atoms.map((atom, index) => [
    atom.element,
    atom.formalCharge,
    atom.isotope,
    at(neighbours, index).length,
    ...at(ringSizes, index).sort((a, b) => a - b),
  ]);
}

/** Indices of the double bonds that could be E or Z and are neither. */
export function openDoubleBonds(graph: Graph, rings: readonly (readonly number[])[]): Set<number> {
  const open = new Set<number>();
  const unspecified = graph.bonds.some(
    (bond) => bond.order === 2 && bond.stereo === null && !bond.delocalised,
  );
  if (!unspecified) return open;
  const twoSided = doubleBondEnds(graph, graphClasses(graph, rings));
  const small = rings.filter((ring) => ring.length < 8);
  graph.bonds.forEach(({ begin, end, order, stereo, delocalised }, index) => {
    if (order !== 2 || stereo !== null || delocalised) return;
    if (small.some((ring) => ring.includes(begin) && ring.includes(end))) return;
    if (twoSided(begin, end) && twoSided(end, begin)) open.add(index);
  });
  return open;
}

/** Tells whether the two sides of a double bond differ at one end of it, `atom`; `other` is its other end. */
export function doubleBondEnds(
  graph: Graph,
  classes: readonly number[],
): (atom: number, other: number) => boolean {
  const neighbours = neighboursOf(graph);
  const doubleBonds = graph.atoms.map(() => 0);
  for (const { begin, end, order } of graph.bonds)
    if (order === 2) for (const atom of [begin, end]) doubleBonds[atom] = at(doubleBonds, atom) + 1;
  return (atom, other) => {
    const rest = at(neighbours, atom).filter((n) => n !== other);
    const { element } = at(graph.atoms, atom);
    if ((element !== 6 && element !== 7) || at(doubleBonds, atom) > 1) return false;
    if (rest.length === 1) return element === 7;
    return rest.length === 2 && at(classes, at(rest, 0)) !== at(classes, at(rest, 1));
  };
}

/** Symmetry class of each atom, stereo ignored. */
export function graphClasses(graph: Graph, rings: readonly (readonly number[])[]): number[] {
  return refine(rankKeys(atomInvariants(graph, rings)), edgesOf(graph));
}
