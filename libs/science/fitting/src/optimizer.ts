import { MechanicsError } from '@bespoke/mechanics';
import { setImmediate } from 'node:timers/promises';
import { minimisePenalisedQuadratic } from './penalised-quadratic';
import {
  profileResiduals,
  type FittedTerm,
  type ProfileResiduals,
  type ProfileSettings,
  type TorsionProfile,
} from './torsion-profile';

/** How far parameters may go from where they start, and how long they may take. */
export interface OptimizerSettings extends ProfileSettings {
  penalty: 'L1' | 'L2';
  priorWidthKcalPerMol: number;
  maxIterations: number;
}

export interface Objective {
  /** target + penalty. */
  total: number;
  /** Σ over profiles of Σ w·(ΔE_MM − ΔE_QM)²/d². */
  target: number;
  penalty: number;
}

export interface FitProgress {
  iteration: number;
  objective: number;
}

export interface OptimizedTerms {
  /** In the order of the terms. */
  kKcalPerMol: Float64Array;
  before: Objective;
  after: Objective;
  /** Total after each iteration. */
  history: number[];
  /** Null when converged, otherwise why it stopped, in words for people. */
  stoppedBecause: string | null;
}

/** b of the hyperbola √(m² + b²) − b that is ForceBalance's L1 penalty. */
const HYPERBOLA = 1e-6;
/** Converged when the quadratic model promises no larger relative decrease of the objective than this. */
const CONVERGED = 1e-8;
const MAX_DAMPING = 1e8;

/**
 * Finds the force constants that minimise ForceBalance's objective of all profiles together with the penalty on
 * m = (k − k_start)/prior width: Levenberg-Marquardt on exact derivatives, the penalty being part of each
 * step's quadratic model, so that L1 really leaves parameters where they start. What it gives back is the best
 * that it has seen, always.
 *
 * @throws The signal's reason when aborted, MechanicsError when a profile has no energy at its start.
 */
export async function optimizeTerms(
  profiles: readonly TorsionProfile[],
  terms: readonly FittedTerm[],
  settings: OptimizerSettings,
  signal?: AbortSignal,
  onProgress?: (progress: FitProgress) => void,
): Promise<OptimizedTerms> {
  const size = terms.length;
  const width = settings.priorWidthKcalPerMol;
  const forceConstants = (m: Float64Array): Float64Array =>
    m.map((value, term) => terms[term]!.startKcalPerMol + width * value);
  const evaluate = async (m: Float64Array): Promise<Evaluation> => {
    const k = forceConstants(m);
    const normal = new Float64Array(size * size);
    const slope = new Float64Array(size);
    let target = 0;
    for (const profile of profiles) {
      await setImmediate(); // lets a cancellation in
      signal?.throwIfAborted();
      target += addNormalEquations(profileResiduals(profile, terms, k, settings), width, normal, slope);
    }
    return { m, normal, slope, objective: objective(target, penaltyOf(m, settings.penalty)) };
  };

  let best = await evaluate(new Float64Array(size));
  const before = best.objective;
  const history: number[] = [];
  let damping = 0;
  let stoppedBecause: string | null = null;
  for (let iteration = 1; ; iteration++) {
    const undamped = proposeStep(best, 0, settings.penalty);
    if (undamped.promised <= CONVERGED * best.objective.total) break;
    if (iteration > settings.maxIterations) {
      stoppedBecause =
        `the fit had not converged after ${settings.maxIterations} iterations: the objective is ` +
        `${best.objective.total.toPrecision(6)} and a further step promises ${undamped.promised.toExponential(1)} less`;
      break;
    }
    const step = damping === 0 ? undamped : proposeStep(best, damping, settings.penalty);
    const tried = await evaluate(step.m).catch(nullIfNoMinimum);
    const gained = tried === null ? -Infinity : best.objective.total - tried.objective.total;
    if (tried !== null && gained > 0) best = tried;
    history.push(best.objective.total);
    onProgress?.({ iteration, objective: best.objective.total });
    if (gained > 0.5 * step.promised) damping = damping < 0.1 ? 0 : damping / 10;
    else if (gained <= 0 || gained < 0.1 * step.promised) damping = Math.max(0.1, 5 * damping);
    if (damping > MAX_DAMPING) {
      stoppedBecause =
        `the fit stopped at an objective of ${best.objective.total.toPrecision(6)} because no step lowers it, ` +
        'although its derivatives promise one: a profile jumps between two relaxed shapes';
      break;
    }
  }
  return { kKcalPerMol: forceConstants(best.m), before, after: best.objective, history, stoppedBecause };
}

interface Evaluation {
  m: Float64Array;
  /** JᵀJ and JᵀV over m. */
  normal: Float64Array;
  slope: Float64Array;
  objective: Objective;
}

const objective = (target: number, penalty: number): Objective => ({
  total: target + penalty,
  target,
  penalty,
});

/** A step so long that a point no longer comes to rest is only a step too long. */
function nullIfNoMinimum(error: unknown): null {
  if (error instanceof MechanicsError) return null;
  throw error;
}

/** ForceBalance's penalty on m. */
function penaltyOf(m: Float64Array, norm: 'L1' | 'L2'): number {
  return m.reduce(
    (sum, value) => sum + (norm === 'L2' ? value * value : Math.hypot(value, HYPERBOLA) - HYPERBOLA),
    0,
  );
}

/** Adds one profile's JᵀJ and JᵀV over m = k/width; returns its objective VᵀV. */
function addNormalEquations(
  { values, jacobian }: ProfileResiduals,
  width: number,
  normal: Float64Array,
  slope: Float64Array,
): number {
  const size = slope.length;
  let target = 0;
  for (let row = 0; row < values.length; row++) {
    const start = row * size;
    target += values[row]! ** 2;
    for (let p = 0; p < size; p++) {
      const left = width * jacobian[start + p]!;
      if (left === 0) continue;
      slope[p]! += left * values[row]!;
      for (let q = 0; q < size; q++) normal[p * size + q]! += left * width * jacobian[start + q]!;
    }
  }
  return target;
}

/** The minimum of |V + J(m′ − m)|² + damping·|m′ − m|² + penalty(m′), and by how much the model then falls. */
function proposeStep(
  at: Evaluation,
  damping: number,
  norm: 'L1' | 'L2',
): { m: Float64Array; promised: number } {
  const size = at.m.length;
  const q = at.normal.slice();
  for (let p = 0; p < size; p++) q[p * size + p]! += damping;
  const c = at.m.map((_, p) => at.m.reduce((sum, m, j) => sum + q[p * size + j]! * m, -at.slope[p]!));
  const m = minimisePenalisedQuadratic(q, c, norm, 1, at.m);
  let change = penaltyOf(m, norm) - at.objective.penalty;
  for (let p = 0; p < size; p++) {
    const dp = m[p]! - at.m[p]!;
    change += 2 * at.slope[p]! * dp;
    for (let j = 0; j < size; j++) change += dp * q[p * size + j]! * (m[j]! - at.m[j]!);
  }
  return { m, promised: -change };
}
