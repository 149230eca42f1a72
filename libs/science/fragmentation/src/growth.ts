import type { Molecule } from '@bespoke/molecule';
import type { BondAtoms } from './target-bonds';

/** Bond order of the bond between two atoms. */
export type BondOrders = (i: number, j: number) => number;

/** What a fragment grows by first: the heavy atoms nearest to the target bond, or those bound most strongly. */
export const GROWTH_HEURISTICS = ['path_length', 'wbo'] as const;
export type GrowthHeuristic = (typeof GROWTH_HEURISTICS)[number];

const HYDROGEN = 1;

interface Candidate {
  /** Heavy, and not yet in the fragment. */
  atom: number;
  /** Bonds from each atom of the target bond. */
  distances: [number, number];
  /** Of its bond to the fragment. */
  bondOrder: number;
}

/**
 * The heavy atom by which a fragment grows next, or null where it has them all. By `wbo` the one that is bound most
 * strongly; by `path_length`, as openff-fragmenter reads that, the one nearest to that atom of the target bond which
 * has one nearer than the other has; where both have one as near, the most strongly bound of these.
 * @param bondOrders of the parent
 */
export function nextSubstituent(
  parent: Molecule,
  atoms: ReadonlySet<number>,
  targetBond: BondAtoms,
  heuristic: GrowthHeuristic,
  bondOrders: BondOrders,
): number | null {
  const candidates = candidatesFor(parent, atoms, targetBond, bondOrders);
  const [best] = heuristic === 'wbo' ? candidates.sort(byBondOrder) : nearest(candidates).sort(byBondOrder);
  return best?.atom ?? null;
}

function byBondOrder(a: Candidate, b: Candidate): number {
  return b.bondOrder - a.bondOrder || a.atom - b.atom;
}

function nearest(candidates: readonly Candidate[]): Candidate[] {
  const [first, second] = [0, 1].map((end) =>
    Math.min(...candidates.map(({ distances }) => distances[end]!)),
  ) as [number, number];
  return candidates.filter(
    ({ distances }) =>
      (first <= second && distances[0] === first) || (second <= first && distances[1] === second),
  );
}

function candidatesFor(
  parent: Molecule,
  atoms: ReadonlySet<number>,
  [first, second]: BondAtoms,
  bondOrders: BondOrders,
): Candidate[] {
  const [fromFirst, fromSecond] = [distancesFrom(parent, first), distancesFrom(parent, second)];
  return [...atoms].flatMap((inside) =>
    parent.neighbours[inside]!.flatMap((atom): Candidate[] => {
      if (atoms.has(atom) || parent.atoms[atom]!.element === HYDROGEN) return [];
      const distances: [number, number] = [fromFirst[atom]!, fromSecond[atom]!];
      return [{ atom, distances, bondOrder: bondOrders(inside, atom) }];
    }),
  );
}

/** Bonds to each atom on the shortest way. */
function distancesFrom({ atoms, neighbours }: Molecule, source: number): number[] {
  const distances = atoms.map(() => Number.POSITIVE_INFINITY);
  distances[source] = 0;
  const queue = [source];
  for (const atom of queue) {
    for (const neighbour of neighbours[atom]!) {
      if (distances[neighbour] !== Number.POSITIVE_INFINITY) continue;
      distances[neighbour] = distances[atom]! + 1;
      queue.push(neighbour);
    }
  }
  return distances;
}
