import { dot, solver } from './cartesian-space';
import { constrainStep } from './constraints';
import { OptimizationError } from './optimization-error';

const MAX_TRIES = 12;

/** A quadratic model of the energy over positions, and the metric that a step's length is measured by. */
export interface QuadraticModel {
  gradient: Float64Array;
  /** Symmetric, positive definite, row-major. */
  hessian: Float64Array;
  metric: Float64Array;
}

/**
 * The step to the lowest point of the model within a radius that moves along the constraints' gradients by given
 * amounts: −(H + λM)⁻¹·g with the smallest λ ≥ 0 that makes it short enough (Nocedal and Wright, Numerical
 * Optimization, section 4.3).
 * @throws OptimizationError when the Hessian is not positive definite
 */
export function restrictedStep(
  { gradient, hessian, metric }: QuadraticModel,
  constraints: { gradients: readonly Float64Array[]; wanted: Float64Array },
  radius: number,
): Float64Array {
  const size = gradient.length;
  const downhill = gradient.map((component) => -component);
  const stepWith = (shift: number): { step: Float64Array; length: number } => {
    const shifted = shift === 0 ? hessian : hessian.map((entry, index) => entry + shift * metric[index]!);
    const solve = solver(shifted, size);
    if (solve === null) throw new OptimizationError('not-converged', 'the Hessian has lost its meaning');
    const step = solve(downhill);
    constrainStep(step, constraints.gradients, constraints.wanted, solve);
    return { step, length: Math.sqrt(dot(step, times(metric, step))) };
  };

  let found = stepWith(0);
  if (found.length <= radius) return found.step;
  // 1/length is nearly linear in the shift: the secant through the last two points hits it in a few tries.
  let [before, lengthBefore] = [0, found.length];
  let shift = (found.length / radius - 1) * 0.1;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    found = stepWith(shift);
    if (Math.abs(found.length - radius) < 0.02 * radius) break;
    const slope = (1 / found.length - 1 / lengthBefore) / (shift - before);
    [before, lengthBefore] = [shift, found.length];
    shift = Math.max(shift + (1 / radius - 1 / found.length) / slope, shift / 10);
  }
  return found.step;
}

/** How much the model's energy changes by a step. */
export function modelChange({ gradient, hessian }: QuadraticModel, step: Float64Array): number {
  return dot(gradient, step) + dot(step, times(hessian, step)) / 2;
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  return vector.map((_, row) => dot(matrix.subarray(row * size, (row + 1) * size), vector));
}
