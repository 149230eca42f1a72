/**
 * Factorises a symmetric matrix in place into L·Lᵀ.
 *
 * @param matrix Row-major, size × size; its lower triangle is read and becomes L.
 * @returns False when the matrix is not positive definite; it is then spoilt and good for `negativeDirection`.
 */
export function factorise(matrix: Float64Array, size: number): boolean {
  for (let column = 0; column < size; column++) {
    const top = column * size;
    let pivot = matrix[top + column]!;
    for (let k = 0; k < column; k++) pivot -= matrix[top + k]! * matrix[top + k]!;
    if (!(pivot > 0)) {
      matrix[top + column] = pivot;
      return false;
    }
    const diagonal = Math.sqrt(pivot);
    matrix[top + column] = diagonal;
    // Four rows at a time, whose sums do not wait for each other.
    let row = column + 1;
    for (; row + 3 < size; row += 4) {
      const r0 = row * size;
      const r1 = r0 + size;
      const r2 = r1 + size;
      const r3 = r2 + size;
      let v0 = matrix[r0 + column]!;
      let v1 = matrix[r1 + column]!;
      let v2 = matrix[r2 + column]!;
      let v3 = matrix[r3 + column]!;
      for (let k = 0; k < column; k++) {
        const factor = matrix[top + k]!;
        v0 -= matrix[r0 + k]! * factor;
        v1 -= matrix[r1 + k]! * factor;
        v2 -= matrix[r2 + k]! * factor;
        v3 -= matrix[r3 + k]! * factor;
      }
      matrix[r0 + column] = v0 / diagonal;
      matrix[r1 + column] = v1 / diagonal;
      matrix[r2 + column] = v2 / diagonal;
      matrix[r3 + column] = v3 / diagonal;
    }
    for (; row < size; row++) {
      let value = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) value -= matrix[row * size + k]! * matrix[top + k]!;
      matrix[row * size + column] = value / diagonal;
    }
  }
  return true;
}

/** Solves L·Lᵀ·x = b for a factor from `factorise`; b becomes x. */
export function solveFactorised(factor: Float64Array, size: number, b: Float64Array): void {
  for (let row = 0; row < size; row++) {
    let value = b[row]!;
    for (let k = 0; k < row; k++) value -= factor[row * size + k]! * b[k]!;
    b[row] = value / factor[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    const value = b[row]! / factor[row * size + row]!;
    b[row] = value;
    for (let k = 0; k < row; k++) b[k]! -= factor[row * size + k]! * value;
  }
}

/**
 * A direction v in which vᵀ·matrix·v is not positive.
 *
 * @param spoilt What `factorise` left of a matrix that is not positive definite.
 */
export function negativeDirection(spoilt: Float64Array, size: number): Float64Array {
  const v = new Float64Array(size);
  let failed = 0;
  while (spoilt[failed * size + failed]! > 0) failed++;
  // Over the leading block L·Lᵀ and the row l below it: (−L⁻ᵀ·l, 1) gives the pivot.
  v[failed] = 1;
  for (let row = failed - 1; row >= 0; row--) {
    let value = -spoilt[failed * size + row]!;
    for (let below = row + 1; below < failed; below++) value -= spoilt[below * size + row]! * v[below]!;
    v[row] = value / spoilt[row * size + row]!;
  }
  return v;
}
