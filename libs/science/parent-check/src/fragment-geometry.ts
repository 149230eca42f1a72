import { bondBetween, type Molecule } from '@bespoke/molecule';

const CAP_LENGTH_ANGSTROM = 1.09;

/**
 * The fragment as it lies in a geometry of its parent: atoms of both are where they are there, and caps stand on the
 * bonds that were cut. Where several caps stand for one bond of higher order they are spread about it, roughly.
 *
 * @param parentAtoms for each atom of the fragment its index in the parent, or null for a cap
 */
export function fragmentGeometry(
  fragment: Molecule,
  parent: Molecule,
  parentAtoms: readonly (number | null)[],
  parentGeometryAngstrom: ArrayLike<number>,
): Float64Array {
  const geometry = new Float64Array(3 * fragment.atoms.length);
  const inParent = (atom: number): Vector =>
    [0, 1, 2].map((axis) => parentGeometryAngstrom[3 * atom + axis]!) as Vector;
  parentAtoms.forEach((parentAtom, atom) => {
    if (parentAtom === null) return;
    geometry.set(inParent(parentAtom), 3 * atom);
    const caps = fragment.neighbours[atom]!.filter((neighbour) => parentAtoms[neighbour] === null);
    const cut = parent.neighbours[parentAtom]!.filter((neighbour) => !parentAtoms.includes(neighbour));
    const places = cut.flatMap((neighbour) =>
      capPlaces(
        inParent(parentAtom),
        inParent(neighbour),
        bondBetween(parent, parentAtom, neighbour)?.order ?? 1,
      ),
    );
    caps.forEach((cap, index) => geometry.set(places[index]!, 3 * cap));
  });
  return geometry;
}

type Vector = [number, number, number];

/** As many places as the order of the bond, at the length of a bond to hydrogen, around its direction. */
function capPlaces(from: Vector, to: Vector, order: number): Vector[] {
  const along = unit(to.map((x, axis) => x - from[axis]!) as Vector);
  const axis = along.findIndex((x) => Math.abs(x) < 0.6);
  const across = unit(along.map((x, place) => (place === axis ? 1 : 0) - along[axis]! * x) as Vector);
  return Array.from({ length: order }, (_, cap) => {
    const aside = cap - (order - 1) / 2;
    const direction = unit(along.map((x, place) => x + aside * across[place]!) as Vector);
    return direction.map((x, place) => from[place]! + CAP_LENGTH_ANGSTROM * x) as Vector;
  });
}

function unit(vector: Vector): Vector {
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length) as Vector;
}
