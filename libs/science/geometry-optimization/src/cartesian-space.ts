import { factorise, solveFactorised } from '@bespoke/mechanics';
import { ROW_LENGTH, type CoordinateValues } from './internal-coordinates';

/** Keeps matrices over directions that no coordinate sees invertible. */
const RIDGE = 1e-7;

/** Bᵀ·v: from a vector over internal coordinates to one over positions. */
export function toCartesian(
  { coordinates, rows }: CoordinateValues,
  v: Float64Array,
  size: number,
): Float64Array {
  const result = new Float64Array(size);
  coordinates.forEach(({ atoms }, c) => {
    atoms.forEach((atom, p) => {
      for (let a = 0; a < 3; a++) result[3 * atom + a]! += rows[ROW_LENGTH * c + 3 * p + a]! * v[c]!;
    });
  });
  return result;
}

/** B·v: from a vector over positions to one over internal coordinates. */
export function toInternal({ coordinates, rows }: CoordinateValues, v: Float64Array): Float64Array {
  return Float64Array.from(coordinates, ({ atoms }, c) => {
    let sum = 0;
    atoms.forEach((atom, p) => {
      for (let a = 0; a < 3; a++) sum += rows[ROW_LENGTH * c + 3 * p + a]! * v[3 * atom + a]!;
    });
    return sum;
  });
}

/** Row `c` of B over all positions. */
export function cartesianRow({ coordinates, rows }: CoordinateValues, c: number, size: number): Float64Array {
  const result = new Float64Array(size);
  coordinates[c]!.atoms.forEach((atom, p) => {
    for (let a = 0; a < 3; a++) result[3 * atom + a] = rows[ROW_LENGTH * c + 3 * p + a]!;
  });
  return result;
}

/**
 * Bᵀ·W·B over positions, for a matrix over internal coordinates (row-major) or its diagonal. Translations and
 * rotations, which B does not see, get 1, so that it can be inverted.
 */
export function cartesianMatrix(
  { coordinates, rows }: CoordinateValues,
  weights: Float64Array,
  rigidMotions: readonly Float64Array[],
  size: number,
): Float64Array {
  const count = coordinates.length;
  const matrix = new Float64Array(size * size);
  const weighted = new Float64Array(size);
  for (let c = 0; c < count; c++) {
    // Row c of W·B, then its share of Bᵀ·(W·B).
    weighted.fill(0);
    const [first, last] = weights.length === count ? [c, c + 1] : [0, count];
    for (let d = first; d < last; d++) {
      const weight = weights[weights.length === count ? d : c * count + d]!;
      if (weight === 0) continue;
      const { atoms } = coordinates[d]!;
      for (let p = 0; p < atoms.length; p++) {
        const [to, from] = [3 * atoms[p]!, ROW_LENGTH * d + 3 * p];
        weighted[to]! += weight * rows[from]!;
        weighted[to + 1]! += weight * rows[from + 1]!;
        weighted[to + 2]! += weight * rows[from + 2]!;
      }
    }
    const { atoms } = coordinates[c]!;
    for (let p = 0; p < atoms.length; p++) {
      for (let a = 0; a < 3; a++) {
        const factor = rows[ROW_LENGTH * c + 3 * p + a]!;
        const start = (3 * atoms[p]! + a) * size;
        for (let column = 0; column < size; column++) matrix[start + column]! += factor * weighted[column]!;
      }
    }
  }
  for (const motion of rigidMotions) {
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        matrix[row * size + column]! += motion[row]! * motion[column]!;
      }
    }
  }
  for (let row = 0; row < size; row++) matrix[row * size + row]! += RIDGE;
  return matrix;
}

/** Orthonormal translations and rotations of a geometry; a line of atoms has two rotations only. */
export function rigidMotions(x: Float64Array): Float64Array[] {
  const size = x.length;
  const centre = [0, 1, 2].map(
    (axis) => x.reduce((sum, value, c) => (c % 3 === axis ? sum + value : sum), 0) / (size / 3),
  );
  const motions: Float64Array[] = [];
  for (let motion = 0; motion < 6; motion++) {
    const v = new Float64Array(size);
    const [axis, next, other] = [motion % 3, (motion + 1) % 3, (motion + 2) % 3];
    for (let atom = 0; atom < size; atom += 3) {
      if (motion < 3) v[atom + axis] = 1;
      else {
        v[atom + next] = -(x[atom + other]! - centre[other]!);
        v[atom + other] = x[atom + next]! - centre[next]!;
      }
    }
    const before = norm(v);
    for (const earlier of motions) addScaled(v, -dot(earlier, v), earlier);
    const left = norm(v);
    if (left > 1e-4 * before && before > 1e-4) motions.push(v.map((value) => value / left));
  }
  return motions;
}

/** Solves equations with one symmetric positive definite matrix; null where it is not. */
export function solver(matrix: Float64Array, size: number): ((b: Float64Array) => Float64Array) | null {
  const factor = Float64Array.from(matrix);
  if (!factorise(factor, size)) return null;
  return (b) => {
    const x = Float64Array.from(b);
    solveFactorised(factor, size, x);
    return x;
  };
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c]! * b[c]!;
  return sum;
}

export function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

export function addScaled(a: Float64Array, scale: number, b: Float64Array): void {
  for (let c = 0; c < a.length; c++) a[c]! += scale * b[c]!;
}
