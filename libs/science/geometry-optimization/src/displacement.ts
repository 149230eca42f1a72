import { addScaled, cartesianMatrix, norm, rigidMotions, solver, toCartesian } from './cartesian-space';
import { constrainStep, evaluateConstraints, type HeldTorsion } from './constraints';
import { maxOverAtoms } from './convergence';
import { differences, evaluate, type InternalCoordinate } from './internal-coordinates';

const MAX_ITERATIONS = 40;
/** Root mean square of the last movement, bohr. */
const SETTLED = 1e-5;
/** Of a held torsion, radians: a hundred-thousandth of a degree. */
const HELD = 2e-7;
/** Further than this no atom goes at once, bohr. */
const MAX_MOVE = 1.5;

/**
 * The positions at which internal coordinates have given values as nearly as they can have them together, by weighted
 * least squares, and held torsions have their angles exactly. (Gauss and Newton's method: each move solves the
 * linearised problem.)
 * @returns Null when it does not settle.
 */
export function positionsAt(
  coordinates: readonly InternalCoordinate[],
  wanted: Float64Array,
  weights: Float64Array,
  held: readonly HeldTorsion[],
  start: Float64Array,
): Float64Array | null {
  const size = start.length;
  const x = Float64Array.from(start);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const now = evaluate(coordinates, x);
    const missing = differences(coordinates, wanted, now.values);
    const solve = solver(cartesianMatrix(now, weights, rigidMotions(x), size), size);
    if (solve === null) return null;
    const move = solve(
      toCartesian(
        now,
        missing.map((value, c) => value * weights[c]!),
        size,
      ),
    );
    const { missingRadians, gradients } = evaluateConstraints(held, x);
    constrainStep(move, gradients, missingRadians, solve);
    const longest = maxOverAtoms(move);
    if (!Number.isFinite(longest)) return null;
    addScaled(x, Math.min(1, MAX_MOVE / longest), move);
    const onTarget = missingRadians.every((angle) => Math.abs(angle) < HELD);
    if (onTarget && norm(move) < SETTLED * Math.sqrt(size)) return x;
  }
  return null;
}
