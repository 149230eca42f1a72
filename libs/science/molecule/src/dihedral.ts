/**
 * Dihedral angle in degrees, in (-180, 180], of four atoms: positive if, seen along j-k, the front bond j-i has to
 * turn clockwise to cover k-l (IUPAC). NaN where three of the atoms lie on a line.
 *
 * @param geometry 3N coordinates, any unit of length
 */
export function dihedralDegrees(
  geometry: ArrayLike<number>,
  [i, j, k, l]: readonly [number, number, number, number],
): number {
  const b1 = difference(geometry, j, i);
  const b2 = difference(geometry, k, j);
  const b3 = difference(geometry, l, k);
  const n1 = cross(b1, b2);
  const n2 = cross(b2, b3);
  if (dot(n1, n1) === 0 || dot(n2, n2) === 0) return Number.NaN;
  const angle = (Math.atan2(Math.sqrt(dot(b2, b2)) * dot(b1, n2), dot(n1, n2)) * 180) / Math.PI;
  return angle === -180 ? 180 : angle;
}

type Vector = readonly [number, number, number];

function difference(geometry: ArrayLike<number>, to: number, from: number): Vector {
  const along = (axis: number): number =>
    (geometry[3 * to + axis] ?? NaN) - (geometry[3 * from + axis] ?? NaN);
  return [along(0), along(1), along(2)];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
