import { factorise, negativeDirection, solveFactorised } from './cholesky';
import { energy } from './energy';
import { curvatureMemory, dot } from './quasi-newton';
import { MechanicsError, type MechanicsSystem } from './system';

export interface MinimisationOptions {
  /** Atoms that stay where they are, from 0. */
  frozenAtoms?: readonly number[];
  /** k of the restraints k/2·|r − r_start|² on all atoms; their energy is left out of what is reported. */
  restraintKcalPerMolPerAngstrom2?: number;
}

export interface Minimum {
  coordinatesAngstrom: Float64Array;
  /** Without the restraints. */
  energyKcalPerMol: number;
  /** False when the steps ran out first: this is then the lowest point that was reached. */
  converged: boolean;
  iterations: number;
  /** d energy / d coordinates here of all atoms: restraints are left out and frozen atoms are in it, so neither need be at rest by it. */
  gradient: Float64Array;
  /**
   * Multiplies a vector over all coordinates in place by the inverse of the Hessian with restraints, over the
   * free atoms; frozen atoms get 0. At a minimum this is how it answers to a force. What has no curvature, as
   * rotation without restraints has none, counts as having 1e-5 kcal/mol/Å² of it.
   */
  respond(vector: Float64Array): void;
}

/** Largest component of the gradient with restraints at which a minimum counts as found, kcal/mol/Å. */
export const GRADIENT_TOLERANCE = 1e-6;
const MAX_ITERATIONS = 2000;
/** Å in a step. Longer ones cost no less in all, and leap into a neighbouring minimum now and then. */
const MAX_DISPLACEMENT = 0.1;
/** Energies differ by rounding below this, relative to their size. */
const ROUNDING = 1e-12;
/**
 * Without restraints a molecule moves and turns freely as a whole: this curvature, kcal/mol/Å², keeps the
 * Hessian regular and is well below that of internal motions.
 */
const FLOOR = 1e-5;
/** With one Hessian. At 20 the Hessians and their factors cost about as much as all gradients do. */
const STEPS = 20;
const MAX_HALVINGS = 30;

/**
 * The minimum below a geometry: limited-memory BFGS that starts from the exact Hessian, shifted where the
 * surface is not convex, and takes a new one every 20 steps. A point without forces that is no minimum (a
 * saddle, which a symmetric start leads to) is left along its direction of negative curvature.
 *
 * @param startAngstrom Where it starts; also the reference of the restraints.
 * @throws MechanicsError `wrong-atom-count`; `unknown-atom` for a frozen atom that there is not; `not-finite`
 *   for coordinates or a restraint that are no numbers and for atoms on top of each other.
 */
export function minimise(
  system: MechanicsSystem,
  startAngstrom: ArrayLike<number>,
  options: MinimisationOptions = {},
): Minimum {
  const size = 3 * system.atomCount;
  const k = options.restraintKcalPerMolPerAngstrom2 ?? 0;
  const frozen = new Set(options.frozenAtoms);
  refuseWrongInput(system, startAngstrom, k, frozen);
  const free = Int32Array.from({ length: size }, (_, c) => c).filter((c) => !frozen.has(Math.floor(c / 3)));
  const freedom = free.length;
  const start = Float64Array.from(startAngstrom);
  let x = start.slice();
  let trial = start.slice();
  let gradient = new Float64Array(size);
  let trialGradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const factor = new Float64Array(freedom * freedom);
  const downhill = new Float64Array(freedom);
  const step = new Float64Array(freedom);
  const change = new Float64Array(freedom);
  const memory = curvatureMemory(freedom);
  const solve = (vector: Float64Array): void => solveFactorised(factor, freedom, vector);

  /** With restraints; the gradient without them. */
  const evaluate = (at: Float64Array, atGradient: Float64Array): number => {
    const unrestrained = energy(system, at, atGradient);
    if (k === 0) return unrestrained;
    let sum = 0;
    for (let c = 0; c < size; c++) sum += (at[c]! - start[c]!) ** 2;
    return unrestrained + 0.5 * k * sum;
  };
  const factoriseShifted = (shift: number): boolean => {
    for (let row = 0; row < freedom; row++) {
      const from = free[row]! * size;
      for (let column = 0; column <= row; column++) {
        factor[row * freedom + column] = hessian[from + free[column]!]!;
      }
      factor[row * freedom + row]! += k + shift;
    }
    return factorise(factor, freedom);
  };
  const moveTo = (displacement: Float64Array, scale: number): number => {
    trial.set(x);
    for (let f = 0; f < freedom; f++) trial[free[f]!]! += scale * displacement[f]!;
    return evaluate(trial, trialGradient);
  };

  let current = evaluate(x, gradient);
  if (!Number.isFinite(current + largestOf(gradient))) {
    throw new MechanicsError(
      'not-finite',
      'the energy of a geometry is not finite: coordinates are missing or atoms lie on top of each other',
    );
  }
  const accept = (reached: number): void => {
    [x, trial] = [trial, x];
    [gradient, trialGradient] = [trialGradient, gradient];
    current = reached;
  };

  const floor = Math.max(0, FLOOR - k);
  let convex = false;
  let shift = 0;
  /** Since the Hessian was made; without one, as many as it may take. */
  let stepsTaken = STEPS;
  const renewHessian = (): void => {
    energy(system, x, trialGradient, hessian);
    memory.forget();
    stepsTaken = 0;
    convex = factoriseShifted(floor);
    shift = convex ? 0 : Math.max(1, shift / 16);
    if (!convex) while (!factoriseShifted(shift)) shift *= 4;
  };
  const leaveSaddle = (): boolean => {
    factoriseShifted(floor);
    const direction = negativeDirection(factor, freedom);
    const longest = largestOf(direction);
    for (let displacement = MAX_DISPLACEMENT; displacement > 1e-3; displacement /= 3) {
      const reached = moveTo(direction, displacement / longest);
      if (!(reached < current - ROUNDING * (1 + Math.abs(current)))) continue;
      accept(reached);
      stepsTaken = STEPS;
      return true;
    }
    return false;
  };

  let converged = false;
  let iterations = 0;
  for (; iterations < MAX_ITERATIONS; iterations++) {
    for (let f = 0; f < freedom; f++) {
      const c = free[f]!;
      downhill[f] = -gradient[c]! - k * (x[c]! - start[c]!);
    }
    const atRest = largestOf(downhill) <= GRADIENT_TOLERANCE;
    if (atRest && !convex) renewHessian();
    if (atRest) {
      converged = convex || !leaveSaddle();
      if (converged) break;
      continue;
    }
    if (stepsTaken >= STEPS) renewHessian();

    step.set(downhill);
    memory.solve(step, solve);
    const slope = dot(step, downhill);
    let scale = Math.min(1, MAX_DISPLACEMENT / largestOf(step));
    let reached = moveTo(step, scale);
    let halvings = 0;
    while (!descends(reached - current, scale * slope, current) && ++halvings <= MAX_HALVINGS) {
      // Where the parabola through both energies and the slope is lowest.
      const lowest = (0.5 * scale * slope) / ((reached - current) / scale + slope);
      scale *= lowest > 0.1 * scale ? Math.min(0.5, lowest / scale) : 0.1;
      reached = moveTo(step, scale);
    }
    if (halvings > MAX_HALVINGS) {
      if (stepsTaken === 0) break;
      stepsTaken = STEPS;
      continue;
    }
    for (let f = 0; f < freedom; f++) {
      const c = free[f]!;
      step[f]! *= scale;
      change[f] = trialGradient[c]! - gradient[c]! + k * step[f]!;
    }
    memory.learn(step, change);
    accept(reached);
    stepsTaken++;
  }
  return {
    coordinatesAngstrom: x,
    energyKcalPerMol: energy(system, x, gradient),
    converged,
    iterations,
    gradient,
    respond: (vector) => {
      if (stepsTaken > 0) renewHessian();
      for (let f = 0; f < freedom; f++) step[f] = vector[free[f]!]!;
      solve(step);
      vector.fill(0);
      for (let f = 0; f < freedom; f++) vector[free[f]!] = step[f]!;
    },
  };
}

/** Whether an energy has fallen by some of what the slope promised (Armijo's condition), but for rounding. */
function descends(difference: number, promised: number, current: number): boolean {
  return Number.isFinite(difference) && difference <= -1e-4 * promised + ROUNDING * (1 + Math.abs(current));
}

function largestOf(vector: Float64Array): number {
  let largest = 0;
  for (let c = 0; c < vector.length; c++) largest = Math.max(largest, Math.abs(vector[c]!));
  return largest;
}

function refuseWrongInput(
  { atomCount }: MechanicsSystem,
  startAngstrom: ArrayLike<number>,
  k: number,
  frozen: ReadonlySet<number>,
): void {
  if (startAngstrom.length !== 3 * atomCount) {
    throw new MechanicsError(
      'wrong-atom-count',
      `a geometry of ${startAngstrom.length / 3} atoms was given for a molecule of ${atomCount}`,
    );
  }
  for (const atom of frozen) {
    if (Number.isInteger(atom) && atom >= 0 && atom < atomCount) continue;
    throw new MechanicsError(
      'unknown-atom',
      `atom index ${atom} is to be frozen in a molecule of ${atomCount} atoms, counted from 0`,
    );
  }
  if (!(k >= 0 && Number.isFinite(k))) {
    throw new MechanicsError('not-finite', `the force constant of a restraint is ${k}, not 0 or more`);
  }
}
