/**
 * Factorises a symmetric matrix in place into L·Lᵀ.
 *
 * @param matrix Row-major, size × size; its lower triangle is read and becomes L.
 * @returns False when the matrix is not positive definite; it is then spoilt.
 */
export function factorise(matrix: Float64Array, size: number): boolean {
  for (let row = 0; row < size; row++) {
    const rowStart = row * size;
    for (let column = 0; column <= row; column++) {
      const columnStart = column * size;
      let value = matrix[rowStart + column]!;
      for (let k = 0; k < column; k++) value -= matrix[rowStart + k]! * matrix[columnStart + k]!;
      if (column < row) {
        matrix[rowStart + column] = value / matrix[columnStart + column]!;
      } else {
        if (!(value > 0)) return false;
        matrix[rowStart + row] = Math.sqrt(value);
      }
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
