import { factorise, solveFactorised } from '@bespoke/mechanics';

// Minima of mᵀQm − 2cᵀm and a norm of m, for a positive semidefinite Q, row-major.

const MAX_SWEEPS = 2000;
const SWEEPS_BETWEEN_SOLVES = 8;

/** The minimum with Σ m². */
export function ridge(q: Float64Array, c: Float64Array): Float64Array {
  const size = c.length;
  const factor = q.slice();
  for (let j = 0; j < size; j++) factor[j * size + j]! += 1;
  factorise(factor, size); // positive definite by the norm
  const m = c.slice();
  solveFactorised(factor, size, m);
  return m;
}

/**
 * The minimum with Σ|m|: by coordinate descent, which finds out which m are exactly 0, and a direct solve for the
 * others as soon as their signs have settled (Friedman, Hastie, Tibshirani, J. Stat. Softw. 33, 1 (2010)).
 *
 * @param start Where the descent starts.
 */
export function lasso(q: Float64Array, c: Float64Array, start: Float64Array): Float64Array {
  const size = c.length;
  const m = start.slice();
  for (let sweep = 1; sweep <= MAX_SWEEPS; sweep++) {
    let largestChange = 0;
    for (let j = 0; j < size; j++) {
      let pull = c[j]!;
      for (let k = 0; k < size; k++) if (k !== j) pull -= q[j * size + k]! * m[k]!;
      const beyond = Math.abs(pull) - 0.5;
      const next = beyond > 0 ? (Math.sign(pull) * beyond) / q[j * size + j]! : 0;
      largestChange = Math.max(largestChange, Math.abs(next - m[j]!));
      m[j] = next;
    }
    if (largestChange < 1e-12) break;
    if (sweep % SWEEPS_BETWEEN_SOLVES === 0) solveForNonzero(q, c, m);
  }
  return m;
}

/** Moves the nonzero m to the minimum on the face where their signs stay, unless that lies outside of it. */
function solveForNonzero(q: Float64Array, c: Float64Array, m: Float64Array): void {
  const nonzero = [...m.keys()].filter((j) => m[j] !== 0);
  const size = nonzero.length;
  const factor = Float64Array.from({ length: size * size }, (_, at) => {
    return q[nonzero[Math.floor(at / size)]! * m.length + nonzero[at % size]!]!;
  });
  const solution = Float64Array.from(nonzero, (j) => c[j]! - 0.5 * Math.sign(m[j]!));
  if (!factorise(factor, size)) return;
  solveFactorised(factor, size, solution);
  if (nonzero.some((j, at) => Math.sign(solution[at]!) !== Math.sign(m[j]!))) return;
  nonzero.forEach((j, at) => (m[j] = solution[at]!));
}
