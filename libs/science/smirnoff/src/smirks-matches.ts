import { matchSmarts, requireReadableSmarts, rings, type Bond, type Molecule } from '@bespoke/molecule';
import {
  atomCondition,
  bondCondition,
  smirksGraph,
  type AtomSurroundings,
  type Condition,
  type SmirksGraph,
} from './smirks-graph';

/**
 * As `matchSmarts`, match for match in the same order, at a small part of its cost: most patterns of a force field have
 * no place on a molecule for want of some atom, and the places of those without recursion, ring closures and chirality
 * are found by looking, in less time than it takes to ask RDKit. RDKit is asked about the others.
 *
 * @throws SmartsError if the pattern is looked for and cannot be read
 */
export function matchSmirks(molecule: Molecule, smirks: string): number[][] {
  const graph = graphOf(smirks);
  if (graph === null) {
    return matchSmarts(molecule, smirks);
  }
  const index = indexOf(molecule);
  const candidates: Uint8Array[] = [];
  for (const text of graph.atoms) {
    const places = index.candidates(text);
    if (places === null) {
      return [];
    }
    candidates.push(places);
  }
  if (graph.isExactTree) {
    // What RDKit refuses is refused here.
    requireReadableSmarts(smirks);
    return placesOf(graph, candidates, index);
  }
  return mayMatch(graph, candidates, index) ? matchSmarts(molecule, smirks) : [];
}

/** Where a tree of atoms lies on the molecule: lowest places of its first atom first, then of its second, and so on. */
function placesOf(
  { atoms, bonds, tagged }: SmirksGraph,
  candidates: readonly Uint8Array[],
  index: MoleculeIndex,
): number[][] {
  let chains: number[][] = [];
  candidates[0]?.forEach((isPossible, atom) => isPossible === 1 && chains.push([atom]));
  for (const { begin, end, text } of bonds) {
    const partners = index.partners(text);
    const longer: number[][] = [];
    for (const chain of chains) {
      for (const atom of partners[chain[begin] ?? -1] ?? []) {
        if (candidates[end]?.[atom] === 1 && !chain.includes(atom)) {
          longer.push([...chain, atom]);
        }
      }
    }
    chains = longer;
  }
  const matches = chains.map((chain) => tagged.map((place) => chain[place] ?? -1));
  // Untagged atoms may fit in several ways.
  return tagged.length === atoms.length
    ? matches
    : [...new Map(matches.map((match) => [match.join(), match])).values()];
}

/**
 * False only where a pattern surely does not match. Each of its atoms keeps the candidates that have a neighbour for
 * each of its bonds.
 */
function mayMatch({ bonds }: SmirksGraph, first: readonly Uint8Array[], index: MoleculeIndex): boolean {
  const candidates = first.map((places) => places.slice());
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const { begin, end, text } of bonds) {
      for (const [one, other] of [
        [begin, end],
        [end, begin],
      ] as const) {
        const removed = withoutPartner(candidates[one], candidates[other], index.partners(text));
        if (removed === 'all') {
          return false;
        }
        isChanged ||= removed === 'some';
      }
    }
  }
  return true;
}

/** Takes out of `places` the atoms without a partner in `others`. */
function withoutPartner(
  places: Uint8Array | undefined,
  others: Uint8Array | undefined,
  partners: readonly (readonly number[])[],
): 'none' | 'some' | 'all' {
  let isLeft = false;
  let isRemoved = false;
  for (let atom = 0; places !== undefined && atom < places.length; atom += 1) {
    if (places[atom] === 1) {
      if (partners[atom]?.some((partner) => others?.[partner] === 1) === true) {
        isLeft = true;
      } else {
        places[atom] = 0;
        isRemoved = true;
      }
    }
  }
  return !isLeft ? 'all' : isRemoved ? 'some' : 'none';
}

/** The atoms and bonds of a molecule by the expressions of patterns. */
interface MoleculeIndex {
  /** 1 for the atoms that an expression may mean, null if it means none. */
  candidates(text: string): Uint8Array | null;
  /** For each atom, the neighbours across a bond that an expression may mean. */
  partners(text: string): readonly (readonly number[])[];
}

const indices = new WeakMap<Molecule, MoleculeIndex>();

function indexOf(molecule: Molecule): MoleculeIndex {
  let index = indices.get(molecule);
  if (index === undefined) {
    indices.set(molecule, (index = indexMolecule(molecule)));
  }
  return index;
}

function indexMolecule(molecule: Molecule): MoleculeIndex {
  const { atoms, bonds } = molecule;
  const kinds = kindsOfAtoms(molecule);
  const byAtomText = new Map<string, Uint8Array | null>();
  const byBondText = new Map<string, number[][]>();

  return {
    candidates(text) {
      let found = byAtomText.get(text);
      if (found === undefined) {
        const condition = remembered(atomConditions, text, atomCondition);
        found = null;
        for (const { surroundings, places } of kinds) {
          if (condition(surroundings)) {
            found ??= new Uint8Array(atoms.length);
            for (const place of places) {
              found[place] = 1;
            }
          }
        }
        byAtomText.set(text, found);
      }
      return found;
    },
    partners(text) {
      let partners = byBondText.get(text);
      if (partners === undefined) {
        const condition = remembered(bondConditions, text, bondCondition);
        partners = atoms.map(() => []);
        for (const bond of bonds.filter(condition)) {
          partners[bond.begin]?.push(bond.end);
          partners[bond.end]?.push(bond.begin);
        }
        byBondText.set(text, partners);
      }
      return partners;
    },
  };
}

/** Few atoms are of different kinds, and a condition is asked about each kind once. */
function kindsOfAtoms(molecule: Molecule): { surroundings: AtomSurroundings; places: number[] }[] {
  const { atoms, bonds, neighbours } = molecule;
  const ringBonds = atoms.map(() => 0);
  for (const { begin, end, inRing } of bonds) {
    for (const atom of inRing ? [begin, end] : []) {
      ringBonds[atom] = (ringBonds[atom] ?? 0) + 1;
    }
  }
  const smallestRing = atoms.map(() => 0);
  for (const ring of rings(molecule).sort((a, b) => b.length - a.length)) {
    for (const atom of ring) {
      smallestRing[atom] = ring.length;
    }
  }
  const kinds = new Map<string, { surroundings: AtomSurroundings; places: number[] }>();
  atoms.forEach(({ element, formalCharge, aromatic, inRing }, place) => {
    const around = neighbours[place] ?? [];
    const surroundings: AtomSurroundings = {
      element,
      formalCharge,
      aromatic,
      inRing,
      neighbours: around.length,
      hydrogens: around.filter((other) => atoms[other]?.element === 1).length,
      ringBonds: ringBonds[place] ?? 0,
      smallestRing: smallestRing[place] ?? 0,
    };
    const name = Object.values(surroundings).join();
    const kind = kinds.get(name);
    if (kind === undefined) {
      kinds.set(name, { surroundings, places: [place] });
    } else {
      kind.places.push(place);
    }
  });
  return [...kinds.values()];
}

/** Far more than a force field has; beyond it, all are made anew. */
const MAX_KNOWN = 10_000;
const graphs = new Map<string, SmirksGraph | null>();
const atomConditions = new Map<string, Condition<AtomSurroundings>>();
const bondConditions = new Map<string, Condition<Bond>>();

function graphOf(smirks: string): SmirksGraph | null {
  return remembered(graphs, smirks, smirksGraph);
}

function remembered<T>(known: Map<string, T>, text: string, make: (text: string) => T): T {
  let value = known.get(text);
  if (value === undefined) {
    value = make(text);
    if (known.size >= MAX_KNOWN) {
      known.clear();
    }
    known.set(text, value);
  }
  return value;
}
