/**
 * An internal coordinate: lengths in bohr, angles in radians.
 *
 * A `linear-bend` is one of the two components of how far three atoms are from a line, which stay smooth where an
 * angle does not: the sum of the unit vectors from the middle atom to its neighbours, along the direction towards
 * the reference atom (component 0) and across it (component 1).
 * An `improper` is the torsion of a centre's neighbour, the centre, and the two other neighbours.
 */
export type InternalCoordinate =
  | { kind: 'stretch'; atoms: readonly [number, number] }
  | { kind: 'bend'; atoms: readonly [number, number, number] }
  | {
      kind: 'linear-bend';
      atoms: readonly [number, number, number];
      /** Null where all atoms of the molecule lie in one line: a fixed axis then. */
      reference: number | null;
      component: 0 | 1;
    }
  | Torsion
  | { kind: 'improper'; atoms: readonly [number, number, number, number] };

export interface Torsion {
  kind: 'torsion';
  /** The middle two are bonded or are the ends of a line of atoms. */
  atoms: readonly [number, number, number, number];
}

/** A row of Wilson's B matrix is at most so long: three numbers for each of four atoms. */
export const ROW_LENGTH = 12;

/** Coordinates at a geometry. */
export interface CoordinateValues {
  coordinates: readonly InternalCoordinate[];
  values: Float64Array;
  /**
   * Wilson's B matrix: ∂(coordinate c)/∂(axis a of its atom p) at [ROW_LENGTH·c + 3·p + a]; the derivatives of linear
   * bends leave out that their directions turn, which is of second order.
   */
  rows: Float64Array;
}

/** @param x Flat positions in bohr. */
export function evaluate(coordinates: readonly InternalCoordinate[], x: Float64Array): CoordinateValues {
  const values = new Float64Array(coordinates.length);
  const rows = new Float64Array(ROW_LENGTH * coordinates.length);
  coordinates.forEach((coordinate, c) => {
    values[c] = evaluateOne(coordinate, x, rows.subarray(ROW_LENGTH * c, ROW_LENGTH * (c + 1)));
  });
  return { coordinates, values, rows };
}

/** a − b of two sets of values, angles of torsions the short way round. */
export function differences(
  coordinates: readonly InternalCoordinate[],
  a: Float64Array,
  b: Float64Array,
): Float64Array {
  return a.map((value, c) => {
    const difference = value - b[c]!;
    const { kind } = coordinates[c]!;
    return kind === 'torsion' || kind === 'improper' ? wrapRadians(difference) : difference;
  });
}

export function wrapRadians(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}

/** The angle in radians at the middle one of three atoms. */
export function bendAngle(x: ArrayLike<number>, i: number, j: number, k: number): number {
  const u = difference(x, i, j);
  const v = difference(x, k, j);
  return Math.atan2(norm(cross(u, v)), dot(u, v));
}

function evaluateOne(coordinate: InternalCoordinate, x: Float64Array, row: Float64Array): number {
  switch (coordinate.kind) {
    case 'stretch':
      return stretch(x, coordinate.atoms, row);
    case 'bend':
      return bend(x, coordinate.atoms, row);
    case 'linear-bend':
      return linearBend(x, coordinate.atoms, coordinate.reference, coordinate.component, row);
    case 'torsion':
    case 'improper':
      return torsion(x, coordinate.atoms, row);
  }
}

function stretch(x: Float64Array, [i, j]: readonly [number, number], row: Float64Array): number {
  const u = difference(x, i, j);
  const length = norm(u);
  for (let a = 0; a < 3; a++) {
    row[a] = u[a]! / length;
    row[3 + a] = -u[a]! / length;
  }
  return length;
}

function bend(x: Float64Array, [i, j, k]: readonly [number, number, number], row: Float64Array): number {
  const [u, ru] = unit(difference(x, i, j));
  const [v, rv] = unit(difference(x, k, j));
  const cosine = dot(u, v);
  const sine = norm(cross(u, v));
  for (let a = 0; a < 3; a++) {
    const di = (cosine * u[a]! - v[a]!) / (ru * sine);
    const dk = (cosine * v[a]! - u[a]!) / (rv * sine);
    row[a] = di;
    row[3 + a] = -di - dk;
    row[6 + a] = dk;
  }
  return Math.atan2(sine, cosine);
}

function linearBend(
  x: Float64Array,
  [i, j, k]: readonly [number, number, number],
  reference: number | null,
  component: 0 | 1,
  row: Float64Array,
): number {
  const [u, ru] = unit(difference(x, i, j));
  const [v, rv] = unit(difference(x, k, j));
  const [axis] = unit(difference(x, k, i));
  const [towards] = unit(
    perpendicular(reference === null ? leastAligned(axis) : difference(x, reference, j), axis),
  );
  const direction = component === 0 ? towards : cross(axis, towards);
  const along = [dot(u, direction), dot(v, direction)] as const;
  for (let a = 0; a < 3; a++) {
    const di = (direction[a]! - along[0] * u[a]!) / ru;
    const dk = (direction[a]! - along[1] * v[a]!) / rv;
    row[a] = di;
    row[3 + a] = -di - dk;
    row[6 + a] = dk;
  }
  return along[0] + along[1];
}

/** Blondel and Karplus, J. Comput. Chem. 17, 1132 (1996); the IUPAC sign. */
function torsion(
  x: Float64Array,
  [i, j, k, l]: readonly [number, number, number, number],
  row: Float64Array,
): number {
  const f = difference(x, i, j);
  const g = difference(x, j, k);
  const h = difference(x, l, k);
  const a = cross(f, g);
  const b = cross(h, g);
  const length = norm(g);
  const a2 = dot(a, a);
  const b2 = dot(b, b);
  const fg = dot(f, g) / length;
  const hg = dot(h, g) / length;
  for (let c = 0; c < 3; c++) {
    const df = (-length / a2) * a[c]!;
    const dg = (fg / a2) * a[c]! - (hg / b2) * b[c]!;
    const dh = (length / b2) * b[c]!;
    row[c] = df;
    row[3 + c] = dg - df;
    row[6 + c] = -dg - dh;
    row[9 + c] = dh;
  }
  return Math.atan2(dot(cross(b, a), g) / length, dot(a, b));
}

type Vector = readonly [number, number, number];

/** From atom q to atom p. */
export function difference(x: ArrayLike<number>, p: number, q: number): Vector {
  return [x[3 * p]! - x[3 * q]!, x[3 * p + 1]! - x[3 * q + 1]!, x[3 * p + 2]! - x[3 * q + 2]!];
}

/** What of a vector is across a direction of length 1. */
export function perpendicular(vector: Vector, direction: Vector): Vector {
  const along = dot(vector, direction);
  return [
    vector[0] - along * direction[0],
    vector[1] - along * direction[1],
    vector[2] - along * direction[2],
  ];
}

export function norm(vector: Vector): number {
  return Math.hypot(...vector);
}

export function unit(vector: Vector): [direction: Vector, length: number] {
  const length = norm(vector);
  return [[vector[0] / length, vector[1] / length, vector[2] / length], length];
}

function leastAligned(direction: Vector): Vector {
  const sizes = direction.map(Math.abs);
  const axis = sizes.indexOf(Math.min(...sizes));
  return [axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0];
}

const dot = (p: Vector, q: Vector): number => p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
const cross = (p: Vector, q: Vector): Vector => [
  p[1] * q[2] - p[2] * q[1],
  p[2] * q[0] - p[0] * q[2],
  p[0] * q[1] - p[1] * q[0],
];
