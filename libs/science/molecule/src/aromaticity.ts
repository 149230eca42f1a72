import { at, neighboursOf, pairKey, type AromaticFlags, type Graph } from './graph';

const MAX_FUSED_RINGS = 6;
const MIN_RING_ATOMS = 6;
const OUTER_ELECTRONS: Partial<Record<number, number>> = { 6: 4, 7: 5 };
const VALENCE: Partial<Record<number, number>> = { 6: 4, 7: 3 };

/**
 * Aromaticity in the MDL model, the one that SMIRNOFF force fields are written for: rings (and fused systems of up
 * to six) of carbon and nitrogen atoms that give one electron each, six atoms or more, 4n + 2 electrons, no multiple
 * bond that leaves the rings. Five-membered heteroaromatics are therefore not aromatic.
 *
 * @param rings atoms of the rings of the symmetrised smallest set, in cyclic order
 */
export function mdlAromaticity(graph: Graph, rings: readonly (readonly number[])[]): AromaticFlags {
  const bondIndex = new Map(graph.bonds.map((bond, index) => [pairKey(bond.begin, bond.end), index]));
  const ringBonds = (ring: readonly number[]): number[] =>
    ring.map((atom, i) => bondIndex.get(pairKey(atom, at(ring, (i + 1) % ring.length))) ?? -1);
  const inRing = new Set(rings.flatMap(ringBonds));
  const givesOne = oneElectronDonors(graph, inRing);
  const candidates = rings
    .filter((ring) => ring.every((atom) => givesOne[atom]))
    .map((ring) => ({ atoms: ring, bonds: ringBonds(ring) }));

  const flags = { atoms: graph.atoms.map(() => false), bonds: graph.bonds.map(() => false) };
  for (const system of fusedSystems(candidates)) {
    const allBonds = new Set(system.flatMap((ring) => ring.bonds));
    const done = new Set<number>();
    for (let size = 1; size <= Math.min(system.length, MAX_FUSED_RINGS) && done.size < allBonds.size; size++)
      for (const group of connectedGroups(system, size)) {
        const ringsOfAtom = count(group.flatMap((ring) => ring.atoms));
        // An atom inside the system (shared by three rings) is no part of the perimeter's electrons.
        const electrons = [...ringsOfAtom.values()].filter((n) => n <= 2).length;
        if (electrons < MIN_RING_ATOMS || electrons % 4 !== 2) continue;
        for (const ring of group) for (const atom of ring.atoms) flags.atoms[atom] = true;
        // Only the outline is aromatic: azulene's shared bond is single.
        for (const [bond, n] of count(group.flatMap((ring) => ring.bonds)))
          if (n === 1) {
            flags.bonds[bond] = true;
            done.add(bond);
          }
      }
  }
  return flags;
}

interface Ring {
  atoms: readonly number[];
  bonds: readonly number[];
}

function oneElectronDonors(graph: Graph, ringBonds: ReadonlySet<number>): boolean[] {
  const neighbours = neighboursOf(graph);
  const valence = graph.atoms.map(() => 0);
  const ringMultiple = graph.atoms.map(() => 0);
  const outsideMultiple = graph.atoms.map(() => 0);
  const triple = graph.atoms.map(() => 0);
  graph.bonds.forEach((bond, index) => {
    for (const atom of [bond.begin, bond.end]) {
      valence[atom] = at(valence, atom) + bond.order;
      if (bond.order > 1) {
        const counted = ringBonds.has(index) ? ringMultiple : outsideMultiple;
        counted[atom] = at(counted, atom) + 1;
      }
      if (bond.order === 3) triple[atom] = 1;
    }
  });
  return graph.atoms.map((atom, index) => {
    const normal = VALENCE[atom.element];
    const outer = OUTER_ELECTRONS[atom.element];
    if (normal === undefined || outer === undefined) return false;
    const degree = at(neighbours, index).length;
    if (degree > 3 || at(triple, index) > 0 || at(outsideMultiple, index) > 0 || at(ringMultiple, index) > 1)
      return false;
    // As an isoelectronic neutral atom: N+ may have four bonds, C+ and C- three.
    const permitted = VALENCE[atom.element - atom.formalCharge] ?? 8 - (outer - atom.formalCharge);
    if (at(valence, index) > permitted) return false;
    let electrons = normal - degree + Math.max(outer - normal - atom.formalCharge, 0);
    if (electrons > 1 && at(valence, index) - degree > 1) electrons = 1;
    return electrons === 1 ? at(ringMultiple, index) === 1 : electrons > 1 && electrons % 2 === 1;
  });
}

/** Groups of rings that hang together by shared bonds. */
function fusedSystems(rings: readonly Ring[]): Ring[][] {
  const systems: Ring[][] = [];
  const left = new Set(rings);
  for (const ring of rings) {
    if (!left.delete(ring)) continue;
    const system = [ring];
    for (let next = 0; next < system.length; next++)
      for (const other of [...left])
        if (areFused(at(system, next), other)) {
          left.delete(other);
          system.push(other);
        }
    systems.push(system);
  }
  return systems;
}

/** All sets of `size` rings of a system that hang together themselves. */
function connectedGroups(system: readonly Ring[], size: number): Ring[][] {
  let groups = system.map((ring) => [ring]);
  for (let grown = 1; grown < size; grown++) {
    const larger = new Map<string, Ring[]>();
    for (const group of groups)
      for (const ring of system) {
        if (group.includes(ring) || !group.some((member) => areFused(member, ring))) continue;
        const next = [...group, ring].sort((a, b) => system.indexOf(a) - system.indexOf(b));
        larger.set(next.map((member) => system.indexOf(member)).join(), next);
      }
    groups = [...larger.values()];
  }
  return groups;
}

function areFused(a: Ring, b: Ring): boolean {
  return a.bonds.some((bond) => b.bonds.includes(bond));
}

function count(members: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const member of members) counts.set(member, (counts.get(member) ?? 0) + 1);
  return counts;
}
