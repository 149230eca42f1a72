/**
 * The lower triangle of a Hessian over all Cartesian coordinates, row-major with 3·atomCount columns; in
 * blocks on the diagonal both triangles are filled.
 */
export type Hessian = Float64Array;

/**
 * Adds the second derivatives of an energy that depends on the positions through difference vectors.
 *
 * @param signs For each atom its coefficient (+1, −1, 0) in each difference vector, row-major.
 * @param local Symmetric matrix of second derivatives over the components of the difference vectors, row-major.
 */
export function addFromDifferences(
  hessian: Hessian,
  columns: number,
  atoms: Int32Array,
  first: number,
  atomCount: number,
  vectorCount: number,
  signs: Int8Array,
  local: Float64Array,
): void {
  const localColumns = 3 * vectorCount;
  for (let a = 0; a < atomCount; a++) {
    for (let b = 0; b < atomCount; b++) {
      const row = 3 * atoms[first + a]!;
      const column = 3 * atoms[first + b]!;
      if (row < column) continue;
      for (let p = 0; p < vectorCount; p++) {
        const signA = signs[a * vectorCount + p]!;
        if (signA === 0) continue;
        for (let q = 0; q < vectorCount; q++) {
          const sign = signA * signs[b * vectorCount + q]!;
          if (sign === 0) continue;
          for (let x = 0; x < 3; x++) {
            const from = (3 * p + x) * localColumns + 3 * q;
            const to = (row + x) * columns + column;
            hessian[to]! += sign * local[from]!;
            hessian[to + 1]! += sign * local[from + 1]!;
            hessian[to + 2]! += sign * local[from + 2]!;
          }
        }
      }
    }
  }
}

/**
 * Adds the second derivatives of an energy of the distance between two atoms.
 *
 * @param slope U′(r)/r.
 * @param curvature (U″(r) − U′(r)/r)/r².
 */
export function addRadial(
  hessian: Hessian,
  columns: number,
  i: number,
  j: number,
  dx: number,
  dy: number,
  dz: number,
  slope: number,
  curvature: number,
): void {
  const xx = curvature * dx * dx + slope;
  const yy = curvature * dy * dy + slope;
  const zz = curvature * dz * dz + slope;
  const xy = curvature * dx * dy;
  const xz = curvature * dx * dz;
  const yz = curvature * dy * dz;
  addBlock(hessian, columns, 3 * i, 3 * i, 1, xx, yy, zz, xy, xz, yz);
  addBlock(hessian, columns, 3 * j, 3 * j, 1, xx, yy, zz, xy, xz, yz);
  addBlock(hessian, columns, 3 * Math.max(i, j), 3 * Math.min(i, j), -1, xx, yy, zz, xy, xz, yz);
}

function addBlock(
  hessian: Hessian,
  columns: number,
  row: number,
  column: number,
  sign: number,
  xx: number,
  yy: number,
  zz: number,
  xy: number,
  xz: number,
  yz: number,
): void {
  let at = row * columns + column;
  hessian[at]! += sign * xx;
  hessian[at + 1]! += sign * xy;
  hessian[at + 2]! += sign * xz;
  at += columns;
  hessian[at]! += sign * xy;
  hessian[at + 1]! += sign * yy;
  hessian[at + 2]! += sign * yz;
  at += columns;
  hessian[at]! += sign * xz;
  hessian[at + 1]! += sign * yz;
  hessian[at + 2]! += sign * zz;
}
