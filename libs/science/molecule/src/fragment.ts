import { at, connectedParts, type Graph, type GraphBond } from './graph';
import type { Molecule } from './molecule';
import { MoleculeError } from './molecule-error';
import { moleculeFromGraph, structureOf } from './structure';

export interface ExtractedFragment {
  molecule: Molecule;
  /** The atom of the parent that each atom of the fragment is, null for the hydrogens that cap cut bonds. */
  parentAtoms: (number | null)[];
}

/**
 * Cuts a piece out of a molecule: the atoms to keep with the hydrogens on them, in the parent's order, then one
 * hydrogen for each unit of bond order that was cut. A cap takes the place of what was cut off, so centres and double
 * bonds keep their configuration as long as they are stereogenic at all. Formal charges stay.
 *
 * @throws MoleculeError 'not-connected' if the atoms to keep do not hang together
 */
export function extractFragment(parent: Molecule, keepAtoms: ReadonlySet<number>): ExtractedFragment {
  const { graph } = structureOf(parent);
  const kept = parent.atoms.flatMap(({ element }, index) => {
    const onKept =
      element === 1 && at(parent.neighbours, index).some((neighbour) => keepAtoms.has(neighbour));
    return keepAtoms.has(index) || onKept ? [index] : [];
  });
  const indexOfParent = new Map(kept.map((atom, index) => [atom, index]));
  const atoms = kept.map((atom) => at(graph.atoms, atom));
  const parentAtoms: (number | null)[] = [...kept];
  const capOf = new Map<string, number>();
  const bonds: GraphBond[] = [];
  // In the order of the parent's bonds, caps where the cut bonds were: chirality is told by this order.
  for (const bond of graph.bonds) {
    const begin = indexOfParent.get(bond.begin);
    const end = indexOfParent.get(bond.end);
    if (begin !== undefined && end !== undefined) {
      bonds.push({ ...bond, begin, end });
      continue;
    }
    const remaining = begin ?? end;
    if (remaining === undefined) continue;
    capOf.set(cutKey(remaining, begin === undefined ? bond.begin : bond.end), atoms.length);
    for (let lost = 0; lost < bond.order; lost++) {
      bonds.push({ begin: remaining, end: atoms.length, order: 1, stereo: null, delocalised: false });
      atoms.push({ element: 1, formalCharge: 0, isotope: 0, chirality: null });
      parentAtoms.push(null);
    }
  }
  const place = (atom: number, parentNeighbour: number): number | undefined =>
    indexOfParent.get(parentNeighbour) ?? capOf.get(cutKey(atom, parentNeighbour));
  const fragment: Graph = {
    atoms,
    bonds: bonds.map((bond) => {
      if (bond.stereo === null) return bond;
      const beginNeighbour = place(bond.begin, bond.stereo.beginNeighbour);
      const endNeighbour = place(bond.end, bond.stereo.endNeighbour);
      if (beginNeighbour === undefined || endNeighbour === undefined) return { ...bond, stereo: null };
      return { ...bond, stereo: { cis: bond.stereo.cis, beginNeighbour, endNeighbour } };
    }),
  };
  const parts = connectedParts(fragment).length;
  if (parts !== 1)
    throw new MoleculeError(
      'not-connected',
      `The atoms to keep of ${parent.name || parent.mappedSmiles} make ${parts} separate parts, not one fragment.`,
    );
  const mapNumbers = parentAtoms.map((atom) => (atom === null ? 0 : at(parent.atoms, atom).mapNumber));
  return { molecule: moleculeFromGraph(fragment, parent.name, mapNumbers, null), parentAtoms };
}

function cutKey(remaining: number, parentNeighbour: number): string {
  return `${remaining}-${parentNeighbour}`;
}
