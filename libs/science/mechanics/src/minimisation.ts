import { factorise, solveFactorised } from './cholesky';
import { energy } from './energy';
import { MechanicsError, type MechanicsSystem } from './system';

export interface MinimisationOptions {
  /** Atoms that stay where they are. */
  frozenAtoms?: readonly number[];
  /** k of the restraints k/2·|r − r_start|² on all atoms; their energy is left out of what is reported. */
  restraintKcalPerMolPerAngstrom2?: number;
}

export interface Minimum {
  coordinatesAngstrom: Float64Array;
  /** Without the restraints. */
  energyKcalPerMol: number;
  iterations: number;
  /** d energy / d coordinates at the minimum, restraints left out. */
  gradient: Float64Array;
  /**
   * Multiplies a vector over all coordinates in place by the inverse of the Hessian with restraints, over the
   * free atoms; frozen atoms get 0. At a minimum this is how it answers to a force.
   */
  respond(vector: Float64Array): void;
}

/** Largest component of the gradient with restraints at which a minimum counts as found, kcal/mol/Å. */
export const GRADIENT_TOLERANCE = 1e-6;
const MAX_ITERATIONS = 500;
/** Nothing is known of the surface further away than this from a point, Å. */
const MAX_DISPLACEMENT = 0.3;
/** Energies differ by rounding below this, relative to their size. */
const ROUNDING = 1e-12;

/**
 * The minimum nearest to a geometry, by Newton's method with exact second derivatives; a shift of the Hessian
 * keeps each step downhill where the surface is not convex (Nocedal and Wright, Numerical Optimization, 3.4).
 *
 * @param startAngstrom Where it starts; also the reference of the restraints.
 * @throws MechanicsError `wrong-atom-count`, `not-finite` for coordinates that are no numbers or atoms on top
 *   of each other, `no-minimum` when there is none within 500 steps.
 */
export function minimise(
  system: MechanicsSystem,
  startAngstrom: ArrayLike<number>,
  options: MinimisationOptions = {},
): Minimum {
  const size = 3 * system.atomCount;
  if (startAngstrom.length !== size) {
    throw new MechanicsError(
      'wrong-atom-count',
      `a geometry of ${startAngstrom.length / 3} atoms was given for a molecule of ${system.atomCount}`,
    );
  }
  const k = options.restraintKcalPerMolPerAngstrom2 ?? 0;
  const frozen = new Set(options.frozenAtoms);
  const free = Int32Array.from({ length: size }, (_, c) => c).filter((c) => !frozen.has(Math.floor(c / 3)));
  const start = Float64Array.from(startAngstrom);
  let x = start.slice();
  let trial = start.slice();
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const factor = new Float64Array(free.length * free.length);
  const step = new Float64Array(free.length);

  const restraintEnergy = (at: Float64Array): number => {
    let sum = 0;
    for (let c = 0; c < size; c++) sum += (at[c]! - start[c]!) ** 2;
    return 0.5 * k * sum;
  };
  const factoriseShifted = (shift: number): boolean => {
    for (let row = 0; row < free.length; row++) {
      const from = free[row]! * size;
      for (let column = 0; column <= row; column++) {
        factor[row * free.length + column] = hessian[from + free[column]!]!;
      }
      factor[row * free.length + row]! += k + shift;
    }
    return factorise(factor, free.length);
  };

  let shift = 0;
  for (let iteration = 0; iteration <= MAX_ITERATIONS; iteration++) {
    const unrestrained = energy(system, x, gradient, hessian);
    const current = unrestrained + restraintEnergy(x);
    if (!Number.isFinite(current)) {
      throw new MechanicsError(
        'not-finite',
        'the energy of a geometry is not finite: coordinates are missing or atoms lie on top of each other',
      );
    }
    let largest = 0;
    for (let f = 0; f < free.length; f++) {
      const c = free[f]!;
      step[f] = -(gradient[c]! + k * (x[c]! - start[c]!));
      largest = Math.max(largest, Math.abs(step[f]!));
    }
    if (largest <= GRADIENT_TOLERANCE) {
      // A minimum that is flat in some direction (no restraints, nothing frozen) has a singular Hessian.
      for (shift = 0; !factoriseShifted(shift); shift = Math.max(1e-6, 10 * shift));
      return {
        coordinatesAngstrom: x,
        energyKcalPerMol: unrestrained,
        iterations: iteration,
        gradient,
        respond: (vector) => {
          for (let f = 0; f < free.length; f++) step[f] = vector[free[f]!]!;
          solveFactorised(factor, free.length, step);
          vector.fill(0);
          for (let f = 0; f < free.length; f++) vector[free[f]!] = step[f]!;
        },
      };
    }
    const downhill = step.slice();
    shift = shift < 1e-3 ? 0 : shift / 10;
    for (;;) {
      if (factoriseShifted(shift)) {
        step.set(downhill);
        solveFactorised(factor, free.length, step);
        let longest = 0;
        for (let f = 0; f < free.length; f++) longest = Math.max(longest, Math.abs(step[f]!));
        const scale = Math.min(1, MAX_DISPLACEMENT / longest);
        trial.set(x);
        let expected = 0;
        for (let f = 0; f < free.length; f++) {
          trial[free[f]!]! += scale * step[f]!;
          expected += scale * step[f]! * downhill[f]!;
        }
        const reached = energy(system, trial) + restraintEnergy(trial);
        if (reached <= current - 1e-4 * expected + ROUNDING * (1 + Math.abs(current))) break;
      }
      shift = Math.max(1, 4 * shift);
      if (shift > 1e12) {
        throw new MechanicsError(
          'no-minimum',
          `no step lowers the energy; largest force ${largest} kcal/mol/Å`,
        );
      }
    }
    [x, trial] = [trial, x];
  }
  throw new MechanicsError('no-minimum', `no minimum was found in ${MAX_ITERATIONS} steps`);
}
