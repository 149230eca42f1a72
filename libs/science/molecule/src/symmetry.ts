import { graphClasses } from './graph-classes';
import type { Molecule } from './molecule';
import { structureOf } from './structure';

const classesOf = new WeakMap<Molecule, readonly number[]>();

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
