import {
  bendAngle,
  difference,
  norm,
  perpendicular,
  unit,
  type InternalCoordinate,
} from './internal-coordinates';

/** From here on an angle is described by linear bends, and a torsion does not go through it. */
const LINEAR_RADIANS = (175 * Math.PI) / 180;
/** A bend that gets beyond this, or linear bends that get below it, want other coordinates. */
const TOO_LINEAR_RADIANS = (178 * Math.PI) / 180;
const TOO_BENT_RADIANS = (168 * Math.PI) / 180;

type Bond = readonly [number, number];

/** Atom by atom its neighbours, ascending. */
export function neighboursOf(atomCount: number, bonds: readonly Bond[]): number[][] {
  const neighbours = Array.from({ length: atomCount }, (): number[] => []);
  for (const [i, j] of bonds) {
    neighbours[i]!.push(j);
    neighbours[j]!.push(i);
  }
  for (const each of neighbours) each.sort((a, b) => a - b);
  return neighbours;
}

/**
 * The redundant internal coordinates of a molecule's bonds (Peng, Ayala, Schlegel, Frisch, J. Comput. Chem. 17, 49
 * (1996)): every stretch, every bend or, where it is nearly straight, its two linear bends, every torsion about a bond
 * or about a line of atoms, and an improper for each atom with three neighbours, whose bends alone do not see it leave
 * their plane.
 */
export function redundantCoordinates(bonds: readonly Bond[], x: Float64Array): InternalCoordinate[] {
  const neighbours = neighboursOf(x.length / 3, bonds);
  return [
    ...bonds.map((atoms) => ({ kind: 'stretch' as const, atoms })),
    ...bends(neighbours, x),
    ...torsions(neighbours, x),
    ...impropers(neighbours, x),
  ];
}

/** Whether an angle has become, or no longer is, so straight that the molecule wants other coordinates. */
export function outgrown(coordinates: readonly InternalCoordinate[], x: Float64Array): boolean {
  return coordinates.some(({ kind, atoms }) => {
    if (kind !== 'bend' && kind !== 'linear-bend') return false;
    const angle = bendAngle(x, ...(atoms as readonly [number, number, number]));
    return kind === 'bend' ? angle > TOO_LINEAR_RADIANS : angle < TOO_BENT_RADIANS;
  });
}

const isLinear = (x: Float64Array, i: number, j: number, k: number) => bendAngle(x, i, j, k) > LINEAR_RADIANS;

function bends(neighbours: readonly number[][], x: Float64Array): InternalCoordinate[] {
  return neighbours.flatMap((around, j) =>
    around.flatMap((i, n) =>
      around.slice(n + 1).flatMap((k): InternalCoordinate[] => {
        const atoms = [i, j, k] as const;
        if (!isLinear(x, i, j, k)) return [{ kind: 'bend', atoms }];
        const reference = farthestFromLine(x, i, k);
        return [
          { kind: 'linear-bend', atoms, reference, component: 0 },
          { kind: 'linear-bend', atoms, reference, component: 1 },
        ];
      }),
    ),
  );
}

/** The atom that is farthest from the line through two others; null when all are as good as on it. */
function farthestFromLine(x: Float64Array, i: number, k: number): number | null {
  const [axis] = unit(difference(x, k, i));
  let farthest: number | null = null;
  let distance = 0.1;
  for (let atom = 0; atom < x.length / 3; atom++) {
    const here = norm(perpendicular(difference(x, atom, i), axis));
    if (here > distance) [farthest, distance] = [atom, here];
  }
  return farthest;
}

function torsions(neighbours: readonly number[][], x: Float64Array): InternalCoordinate[] {
  return axes(neighbours, x).flatMap(({ from, first, to, last }) => {
    const ends = (atom: number, inward: number, other: number) =>
      neighbours[atom]!.filter((end) => end !== inward && !isLinear(x, end, atom, other));
    return ends(from, first, to).flatMap((i) =>
      ends(to, last, from)
        .filter((l) => l !== i)
        .map((l) => ({ kind: 'torsion' as const, atoms: [i, from, to, l] as const })),
    );
  });
}

/**
 * What torsions turn about: bonds, and lines of atoms such as an alkyne's four, of which only the ends have other
 * neighbours. `first` and `last` are the ends' neighbours within the line, which for a bond are the ends themselves.
 */
function axes(
  neighbours: readonly number[][],
  x: Float64Array,
): { from: number; first: number; to: number; last: number }[] {
  return neighbours.flatMap((around, from) =>
    around.flatMap((first) => {
      const found = [];
      let [last, to] = [from, first];
      for (const visited = new Set([from, first]); ; visited.add(to)) {
        if (from < to) found.push({ from, first, to, last });
        const next = neighbours[to]!.find((atom) => !visited.has(atom) && isLinear(x, last, to, atom));
        if (next === undefined) return found;
        [last, to] = [to, next];
      }
    }),
  );
}

function impropers(neighbours: readonly number[][], x: Float64Array): InternalCoordinate[] {
  return neighbours.flatMap((around, centre): InternalCoordinate[] => {
    if (around.length !== 3) return [];
    const [a, b, c] = around as [number, number, number];
    const order = [
      [a, b, c],
      [b, c, a],
      [c, a, b],
    ].find(([i, j]) => !isLinear(x, i!, centre, j!)) as [number, number, number] | undefined;
    return order === undefined ? [] : [{ kind: 'improper', atoms: [order[0], centre, order[1], order[2]] }];
  });
}
