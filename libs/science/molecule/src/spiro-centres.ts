import { at, neighboursOf, type Graph } from './graph';
import { doubleBondEnds, graphClasses } from './graph-classes';

/**
 * Of open centres those that are none: two of their neighbours are alike, and the ring that joins these has no other
 * centre and no double bond out of it that has sides. RDKit counts a spiro atom of the ring for one, whether it is one
 * or not, in some orders of the atoms.
 *
 * @param centres every atom that RDKit calls a stereo centre
 * @param open those whose configuration is not told
 */
export function mistakenSpiroCentres(
  graph: Graph,
  rings: readonly (readonly number[])[],
  centres: Iterable<number>,
  open: readonly number[],
): Set<number> {
  const mistaken = new Set<number>();
  if (open.length === 0) return mistaken;
  const spiroRings = rings.filter((ring) =>
    rings.some((other) => ring.filter((atom) => other.includes(atom)).length === 1),
  );
  if (spiroRings.length === 0) return mistaken;

  const neighbours = neighboursOf(graph);
  const classes = graphClasses(graph, rings);
  const hasSides = doubleBondEnds(graph, classes);
  const partners = new Set(centres);
  for (const { begin, end, order } of graph.bonds) {
    if (order !== 2 || rings.some((ring) => ring.includes(begin) && ring.includes(end))) continue;
    if (hasSides(begin, end)) partners.add(end);
    if (hasSides(end, begin)) partners.add(begin);
  }
  const isAlone = (atom: number, ring: readonly number[]): boolean =>
    !ring.some((member) => member !== atom && partners.has(member));
  const isMistaken = (atom: number): boolean =>
    at(neighbours, atom).some((one, i, around) =>
      around.slice(0, i).some((other) => {
        if (at(classes, one) !== at(classes, other)) return false;
        const joining = rings.filter((ring) => [one, atom, other].every((member) => ring.includes(member)));
        return (
          joining.length > 0 && joining.every((ring) => spiroRings.includes(ring) && isAlone(atom, ring))
        );
      }),
    );
  // One that falls may have been the only reason for the next.
  for (let size = -1; size < mistaken.size;) {
    size = mistaken.size;
    for (const atom of open)
      if (!mistaken.has(atom) && isMistaken(atom)) {
        mistaken.add(atom);
        partners.delete(atom);
      }
  }
  return mistaken;
}
