import { describe, expect, it } from 'vitest';
import { factorise, negativeDirection, solveFactorised } from './cholesky';

const SIZE = 11;

/** BᵀB + 0.1, symmetric and positive definite. */
function positive(): Float64Array {
  const b = (i: number, j: number): number => Math.sin(1 + i * SIZE + j * j);
  return Float64Array.from({ length: SIZE * SIZE }, (_, at) => {
    const [i, j] = [Math.floor(at / SIZE), at % SIZE];
    let sum = i === j ? 0.1 : 0;
    for (let k = 0; k < SIZE; k++) sum += b(k, i) * b(k, j);
    return sum;
  });
}

describe('the Cholesky factor', () => {
  it('solves for what was multiplied', () => {
    const matrix = positive();
    const x = Float64Array.from({ length: SIZE }, (_, i) => i - 4.5);
    const b = x.map((_, i) => x.reduce((sum, value, j) => sum + matrix[i * SIZE + j]! * value, 0));
    expect(factorise(matrix, SIZE)).toBe(true);
    solveFactorised(matrix, SIZE, b);
    b.forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 9));
  });

  it.each([0, 5, SIZE - 1])('does not exist with a negative direction (%i)', (direction) => {
    const matrix = positive();
    matrix[direction * SIZE + direction]! -= 100;
    const spoilt = matrix.slice();
    expect(factorise(spoilt, SIZE)).toBe(false);
    const v = negativeDirection(spoilt, SIZE);
    const value = v.reduce(
      (sum, vi, i) => sum + v.reduce((row, vj, j) => row + vi * matrix[i * SIZE + j]! * vj, 0),
      0,
    );
    expect(value).toBeLessThan(0);
  });
});
