import { canonicalAroundBond } from './canonical-numbering';
import { at, isOddPermutation, mirrored, neighboursOf, type Graph, type GraphAtom } from './graph';
import type { Molecule } from './molecule';
import { moleculeFromGraph, structureOf } from './structure';

// In a small bicycle both bridgeheads point outwards (where the rings are fused: cis). The other way is not made up
// to these sizes; beyond them it is: trans-bicyclo[4.1.0]- and [3.2.0]heptanes, ingenol's bicyclo[4.4.1]undecane.
const LARGEST_FUSED_BICYCLE = 6;
const LARGEST_BRIDGED_BICYCLE = 9;

/** More ring systems of open stereo than are looked at. */
const MAX_OPEN_SYSTEMS = 8;

type Chirality = NonNullable<GraphAtom['chirality']>;

/** Two centres of which each has the configuration that the other one's has. */
interface ForcedPair {
  centres: [number, number];
  /** Do both have the same handedness, each in the order of its own neighbours? */
  alike: boolean;
}

/**
 * Do small bridged and fused rings leave but one compound, or that and its mirror image, of all that the centres given
 * could be? So it is for cubane and camphor; energies and charges of mirror images are the same.
 *
 * @param open stereo centres whose configuration the molecule does not tell
 */
export function ringsSettle(molecule: Molecule, open: readonly number[]): boolean {
  const { graph, rings } = structureOf(molecule);
  const isCentre = (atom: number): boolean =>
    at(molecule.atoms, atom).stereo !== null || at(graph.atoms, atom).chirality !== null;
  const pairs = forcedPairs(graph, rings).filter(({ centres }) => centres.every(isCentre));
  const known = new Map<number, Chirality>();
  /** Follows the pairs from a centre; the centres reached, or null where the rings contradict each other. */
  const spread = (start: number, chirality: Chirality): number[] | null => {
    known.set(start, chirality);
    const reached = [start];
    for (const centre of reached) {
      const own = known.get(centre) ?? chirality;
      for (const { centres, alike } of pairs) {
        const [i, j] = centres;
        if (i !== centre && j !== centre) continue;
        const other = i === centre ? j : i;
        const expected = alike ? own : mirrored(own);
        if (!known.has(other)) {
          known.set(other, expected);
          reached.push(other);
        } else if (known.get(other) !== expected) return null;
      }
    }
    return reached;
  };
  for (const [atom, { chirality }] of graph.atoms.entries())
    if (chirality !== null && spread(atom, chirality) === null) return false;

  const groups: number[][] = [];
  for (const centre of open) {
    if (known.has(centre)) continue;
    const group = spread(centre, 'cw');
    if (group === null || group.length === 1) return false;
    if (groups.push(group) > MAX_OPEN_SYSTEMS) return false;
  }
  // What all isomers share: a bond out of the rings, which a turned ring system leaves in its place.
  const isHydrogen = (atom: number): boolean => at(graph.atoms, atom).element === 1;
  const { begin, end } = at(
    molecule.bonds
      .filter((bond) => !bond.inRing && ![bond.begin, bond.end].some(isHydrogen))
      .concat(molecule.bonds),
    0,
  );
  // RDKit's canonical SMILES is not the same for all drawings of a bicyclo[1.1.1]pentane.
  const isomer = (turned: ReadonlySet<number>): string => {
    const atoms = graph.atoms.map((atom, index) => {
      const chirality = known.get(index) ?? atom.chirality;
      return { ...atom, chirality: chirality && turned.has(index) ? mirrored(chirality) : chirality };
    });
    return canonicalAroundBond(moleculeFromGraph({ ...graph, atoms }, '', [], null), [begin, end]).molecule
      .mappedSmiles;
  };
  const same = new Set([isomer(new Set()), isomer(new Set(graph.atoms.keys()))]);
  return groups.every((group) => same.has(isomer(new Set(group))));
}

/** The bridgeheads of bicycles so small that the configuration of one is that of the other. */
function forcedPairs(graph: Graph, rings: readonly (readonly number[])[]): ForcedPair[] {
  const neighbours = neighboursOf(graph);
  return rings.flatMap((ring, index) =>
    rings.slice(index + 1).flatMap((other): ForcedPair[] => {
      const shared = ring.filter((atom) => other.includes(atom));
      const largest = shared.length === 2 ? LARGEST_FUSED_BICYCLE : LARGEST_BRIDGED_BICYCLE;
      if (shared.length < 2 || ring.length + other.length - shared.length > largest) return [];
      const isBridge = (atom: number): boolean => !shared.includes(atom);
      const ends = shared.filter((atom) => around(ring, atom).some(isBridge));
      const [i, j] = ends;
      if (ends.length !== 2 || i === undefined || j === undefined) return [];
      const [turnedI, turnedJ] = [i, j].map((end) => {
        const inRing = around(ring, end);
        // The bridges in one order at both ends, and last what is no bridge.
        const bridges = [...inRing.filter(isBridge), ...around(other, end).filter(isBridge)];
        const ways = [...bridges, ...inRing.filter((atom) => !isBridge(atom))];
        const rest = at(neighbours, end).filter((atom) => !ways.includes(atom));
        return ways.length === 3 ? isOddPermutation(at(neighbours, end), [...ways, ...rest]) : undefined;
      });
      // Seen from outside, the bridges run clockwise at one end and counterclockwise at the other.
      return turnedI === undefined || turnedJ === undefined
        ? []
        : [{ centres: [i, j], alike: turnedI !== turnedJ }];
    }),
  );
}

function around(ring: readonly number[], atom: number): [number, number] {
  const place = ring.indexOf(atom);
  return [at(ring, (place + 1) % ring.length), at(ring, (place + ring.length - 1) % ring.length)];
}
