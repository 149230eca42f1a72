/**
 * Root mean square deviation of all atoms after the best superposition (D. L. Theobald, Acta Cryst. A 2005, 61, 478):
 * from the largest root of the characteristic polynomial of the quaternions' matrix, by Newton's method. Mirror images
 * differ.
 *
 * @param a 3N coordinates in angstrom, as `b`
 */
export function rmsdAngstrom(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [centred(a), centred(b)];
  const m = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  let squares = 0;
  for (let i = 0; i < x.length; i += 3) {
    for (let j = 0; j < 3; j++) {
      squares += x[i + j]! ** 2 + y[i + j]! ** 2;
      for (let k = 0; k < 3; k++) m[3 * j + k]! += x[i + j]! * y[i + k]!;
    }
  }
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = m as [
    ...[number, number, number],
    ...[number, number, number],
    ...[number, number, number],
  ];
  const quaternions = [
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, -xx + yy - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, -xx - yy + zz],
  ];
  const c2 = -2 * m.reduce((sum, value) => sum + value ** 2, 0);
  const c1 = -8 * determinant([m.slice(0, 3), m.slice(3, 6), m.slice(6, 9)]);
  const c0 = determinant(quaternions);
  let root = squares / 2;
  for (let iteration = 0; iteration < 50; iteration++) {
    const slope = 4 * root ** 3 + 2 * c2 * root + c1;
    const step = slope === 0 ? 0 : (root ** 4 + c2 * root ** 2 + c1 * root + c0) / slope;
    root -= step;
    if (Math.abs(step) < 1e-12 * squares) break;
  }
  return Math.sqrt(Math.max(0, squares - 2 * root) / (x.length / 3));
}

function centred(geometry: ArrayLike<number>): number[] {
  const atoms = geometry.length / 3;
  const centre = [0, 0, 0];
  for (let i = 0; i < geometry.length; i++) centre[i % 3]! += geometry[i]! / atoms;
  return Array.from(geometry, (coordinate, i) => coordinate - centre[i % 3]!);
}

function determinant(matrix: readonly (readonly number[])[]): number {
  if (matrix.length === 1) return matrix[0]![0]!;
  return matrix[0]!.reduce((sum, value, column) => {
    const minor = matrix.slice(1).map((row) => row.filter((_, other) => other !== column));
    return sum + (column % 2 === 0 ? 1 : -1) * value * determinant(minor);
  }, 0);
}
