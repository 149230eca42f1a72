import type { Bond, Molecule } from '@bespoke/molecule';
import {
  atomCondition,
  bondCondition,
  smirksGraph,
  type AtomSurroundings,
  type Condition,
  type SmirksGraph,
} from './smirks-graph';

/**
 * Whether a pattern may match, at a hundredth of the cost of matching it: false only where it surely does not. Each atom
 * of the pattern keeps the atoms of the molecule that it may be, less those that lack a neighbour for one of its bonds.
 */
export function mayMatch(molecule: Molecule, smirks: string): boolean {
  const graph = graphOf(smirks);
  if (graph === null) {
    return true;
  }
  const index = indexOf(molecule);
  const first = graph.atoms.map((text) => index.candidates(text));
  if (first.some((candidates) => candidates === null)) {
    return false;
  }
  const candidates = first.map((places) => Uint8Array.from(places ?? []));
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const { begin, end, text } of graph.bonds) {
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

function indexMolecule({ atoms, bonds, neighbours }: Molecule): MoleculeIndex {
  const surroundings = atoms.map((atom, place): AtomSurroundings => ({
    element: atom.element,
    formalCharge: atom.formalCharge,
    aromatic: atom.aromatic,
    inRing: atom.inRing,
    neighbours: neighbours[place]?.length ?? 0,
    hydrogens: neighbours[place]?.filter((other) => atoms[other]?.element === 1).length ?? 0,
  }));
  const byAtomText = new Map<string, Uint8Array | null>();
  const byBondText = new Map<string, number[][]>();

  return {
    candidates(text) {
      let places = byAtomText.get(text);
      if (places === undefined) {
        const condition = remembered(atomConditions, text, atomCondition);
        const found = Uint8Array.from(surroundings, (atom) => (condition(atom) ? 1 : 0));
        places = found.includes(1) ? found : null;
        byAtomText.set(text, places);
      }
      return places;
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
