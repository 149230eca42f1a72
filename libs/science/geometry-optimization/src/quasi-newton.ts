import { dot } from './cartesian-space';

/** How much of the curvature along a step an update may take away at most. */
const DAMPING = 0.2;

/**
 * Teaches a Hessian, in place, the change of the gradient over a step: BFGS, damped as Powell does where the curvature
 * found is small or negative, so that the matrix stays positive definite (Nocedal and Wright, Numerical Optimization,
 * procedure 18.2).
 */
export function updateHessian(hessian: Float64Array, step: Float64Array, change: Float64Array): void {
  const size = step.length;
  const known = step.map((_, row) => dot(hessian.subarray(row * size, (row + 1) * size), step));
  const knownCurvature = dot(step, known);
  const curvature = dot(step, change);
  if (!(knownCurvature > 0)) return;
  const share =
    curvature >= DAMPING * knownCurvature
      ? 1
      : ((1 - DAMPING) * knownCurvature) / (knownCurvature - curvature);
  const learnt = change.map((value, c) => share * value + (1 - share) * known[c]!);
  const learntCurvature = dot(step, learnt);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      hessian[row * size + column]! +=
        (learnt[row]! * learnt[column]!) / learntCurvature - (known[row]! * known[column]!) / knownCurvature;
    }
  }
}
