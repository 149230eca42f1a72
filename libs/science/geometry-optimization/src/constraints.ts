import { factorise, solveFactorised } from '@bespoke/mechanics';
import { cartesianRow, dot, addScaled } from './cartesian-space';
import { evaluate, wrapRadians, type Torsion } from './internal-coordinates';
import { OptimizationError } from './optimization-error';

/** A torsion that is held at an angle. */
export interface HeldTorsion extends Torsion {
  radians: number;
}

/** Held torsions at a geometry: what is still missing to their angles and how they change with the positions. */
export interface ConstraintValues {
  missingRadians: Float64Array;
  /** One over positions for each of them. */
  gradients: Float64Array[];
}

export function evaluateConstraints(held: readonly HeldTorsion[], x: Float64Array): ConstraintValues {
  const values = evaluate(held, x);
  return {
    missingRadians: Float64Array.from(held, ({ radians }, c) => wrapRadians(radians - values.values[c]!)),
    gradients: held.map((_, c) => cartesianRow(values, c, x.length)),
  };
}

/**
 * Changes a step, which solves equations with some matrix, into the one that solves them under constraints: each
 * gradient's product with it becomes the amount wanted. (Lagrange multipliers, by the Schur complement.)
 * @throws OptimizationError when the constraints do not leave each other free
 */
export function constrainStep(
  step: Float64Array,
  gradients: readonly Float64Array[],
  wanted: Float64Array,
  solve: (b: Float64Array) => Float64Array,
): void {
  const count = gradients.length;
  if (count === 0) return;
  const responses = gradients.map(solve);
  const schur = new Float64Array(count * count);
  for (let r = 0; r < count; r++) {
    for (let c = 0; c < count; c++) schur[r * count + c] = dot(gradients[r]!, responses[c]!);
  }
  const diagonal = gradients.map((_, c) => schur[c * (count + 1)]!);
  const factorised = factorise(schur, count);
  if (!factorised || diagonal.some((before, c) => schur[c * (count + 1)]! ** 2 < 1e-8 * before)) {
    throw new OptimizationError(
      'conflicting-constraints',
      'the dihedrals to be held are not independent of each other: hold one of those that turn together',
    );
  }
  const multipliers = Float64Array.from(gradients, (gradient, c) => wanted[c]! - dot(gradient, step));
  solveFactorised(schur, count, multipliers);
  responses.forEach((response, c) => addScaled(step, multipliers[c]!, response));
}
