import { factorise, solveFactorised } from '@bespoke/mechanics';

const MAX_SWEEPS = 2000;
const SWEEPS_BETWEEN_SOLVES = 8;

/**
 * The minimum of mᵀQm − 2cᵀm + penalty·Σ|m|^p, p = 1 or 2, for a positive semidefinite Q.
 *
 * With p = 1 by coordinate descent, which finds out which m are exactly 0, and a direct solve for the others as
 * soon as their signs have settled (Friedman, Hastie, Tibshirani, J. Stat. Softw. 33, 1 (2010)).
 *
 * @param q Row-major, square.
 * @param start Where the descent starts.
 */
export function minimisePenalisedQuadratic(
  q: Float64Array,
  c: Float64Array,
  norm: 'L1' | 'L2',
  penalty: number,
  start: Float64Array,
): Float64Array {
  return norm === 'L2' ? ridge(q, c, penalty) : lasso(q, c, penalty, start);
}

function ridge(q: Float64Array, c: Float64Array, penalty: number): Float64Array {
  const size = c.length;
  const factor = q.slice();
  for (let j = 0; j < size; j++) factor[j * size + j]! += penalty;
  factorise(factor, size); // positive definite by the penalty
  const m = c.slice();
  solveFactorised(factor, size, m);
  return m;
}

function lasso(q: Float64Array, c: Float64Array, penalty: number, start: Float64Array): Float64Array {
  const size = c.length;
  const m = start.slice();
  for (let sweep = 1; sweep <= MAX_SWEEPS; sweep++) {
    let largestChange = 0;
    for (let j = 0; j < size; j++) {
      let pull = c[j]!;
      for (let k = 0; k < size; k++) if (k !== j) pull -= q[j * size + k]! * m[k]!;
      const beyond = Math.abs(pull) - penalty / 2;
      const next = beyond > 0 ? (Math.sign(pull) * beyond) / q[j * size + j]! : 0;
      largestChange = Math.max(largestChange, Math.abs(next - m[j]!));
      m[j] = next;
    }
    if (largestChange < 1e-12) break;
    if (sweep % SWEEPS_BETWEEN_SOLVES === 0) solveForNonzero(q, c, penalty, m);
  }
  return m;
}

/** Moves the nonzero m to the minimum on the face where their signs stay, unless that lies outside of it. */
function solveForNonzero(q: Float64Array, c: Float64Array, penalty: number, m: Float64Array): void {
  const nonzero = [...m.keys()].filter((j) => m[j] !== 0);
  const size = nonzero.length;
  const factor = Float64Array.from({ length: size * size }, (_, at) => {
    return q[nonzero[Math.floor(at / size)]! * m.length + nonzero[at % size]!]!;
  });
  const solution = Float64Array.from(nonzero, (j) => c[j]! - (penalty / 2) * Math.sign(m[j]!));
  if (!factorise(factor, size)) return;
  solveFactorised(factor, size, solution);
  if (nonzero.some((j, at) => Math.sign(solution[at]!) !== Math.sign(m[j]!))) return;
  nonzero.forEach((j, at) => (m[j] = solution[at]!));
}
