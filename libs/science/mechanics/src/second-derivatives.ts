/**
 * The lower triangle of a Hessian over all Cartesian coordinates, row-major with 3·atomCount columns; in
 * blocks on the diagonal both triangles are filled.
 */
export type Hessian = Float64Array;

/**
 * Adds the second derivatives of a term over the positions of its few atoms.
 *
 * @param local Over the coordinates of these atoms, row-major, both triangles.
 */
export function addLocal(
  hessian: Hessian,
  columns: number,
  atoms: Int32Array,
  first: number,
  atomCount: number,
  local: Float64Array,
): void {
  const localColumns = 3 * atomCount;
  for (let a = 0; a < atomCount; a++) {
    const row = 3 * atoms[first + a]!;
    for (let b = 0; b < atomCount; b++) {
      const column = 3 * atoms[first + b]!;
      if (row < column) continue;
      for (let x = 0; x < 3; x++) {
        const from = (3 * a + x) * localColumns + 3 * b;
        const to = (row + x) * columns + column;
        hessian[to]! += local[from]!;
        hessian[to + 1]! += local[from + 1]!;
        hessian[to + 2]! += local[from + 2]!;
      }
    }
  }
}

/**
 * Adds the second derivatives of an energy of the distance between two atoms.
 *
 * @param i Where the coordinates of the first atom start, 3·atom; j of the second.
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
  addBlock(hessian, columns, i, i, 1, xx, yy, zz, xy, xz, yz);
  addBlock(hessian, columns, j, j, 1, xx, yy, zz, xy, xz, yz);
  addBlock(hessian, columns, Math.max(i, j), Math.min(i, j), -1, xx, yy, zz, xy, xz, yz);
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
