import { at } from './graph';
import { graphClasses, rankKeys, refine } from './graph-classes';
import type { Molecule } from './molecule';
import { structureOf } from './structure';

const classesOf = new WeakMap<Molecule, readonly number[]>();
const resonanceClassesOf = new WeakMap<Molecule, readonly number[]>();

/**
 * Class of each atom (0, 1, ...): atoms of one class have the same surroundings all through the molecular graph,
 * stereo ignored. Formal charges and orders count as drawn: the oxygens of a carboxylate differ.
 */
export function symmetryClasses(molecule: Molecule): number[] {
  let classes = classesOf.get(molecule);
  if (classes === undefined) {
    const { graph, rings } = structureOf(molecule);
    classes = graphClasses(graph, rings);
    classesOf.set(molecule, classes);
  }
  return [...classes];
}

/**
 * Classes of atoms that the molecule's graph cannot tell apart, whatever the bond orders, formal charges and isotopes:
 * the oxygens of a carboxylate are equivalent though a Lewis structure draws them differently.
 */
export function resonanceClasses(molecule: Molecule): number[] {
  let classes = resonanceClassesOf.get(molecule);
  if (classes === undefined) {
    const { rings } = structureOf(molecule);
    const ringSizes: number[][] = molecule.atoms.map(() => []);
    for (const ring of rings) for (const atom of ring) at(ringSizes, atom).push(ring.length);
    const start = molecule.atoms.map(({ element }, atom) => [
      element,
      at(molecule.neighbours, atom).length,
      ...at(ringSizes, atom).sort((a, b) => a - b),
    ]);
    const edges = molecule.neighbours.map((around) => around.map((neighbour) => [neighbour, 0] as const));
    classes = refine(rankKeys(start), edges);
    resonanceClassesOf.set(molecule, classes);
  }
  return [...classes];
}
