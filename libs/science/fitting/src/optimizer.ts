import { factorise, MechanicsError } from '@bespoke/mechanics';
import { setImmediate } from 'node:timers/promises';
import { figuresOf, groupsWithoutCommonFigures } from './figure-groups';
import { PENALTIES, type Penalty } from './penalty';
import {
  profileResiduals,
  type ProfileResiduals,
  type ProfileSettings,
  type TorsionProfile,
} from './torsion-profile';

/** What holds figures near where they start, and how long they may take. */
export interface OptimizerSettings extends ProfileSettings {
  penalty: keyof typeof PENALTIES;
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

export interface OptimizedFigures {
  /** How far each has gone from its start. */
  shifts: Float64Array;
  before: Objective;
  after: Objective;
  /** Total after each iteration. */
  history: number[];
  /** Why it stopped short of convergence, in words for people; empty when converged. */
  stoppedBecause: string[];
}

/**
 * Converged when the quadratic model promises no larger relative decrease of the objective than this. ForceBalance
 * stops at 1e-4; with 1e-6 force constants of torsions are good to about 0.01 kcal/mol.
 */
const CONVERGED = 1e-6;
/** A step that promises a smaller relative decrease than this is near enough for Newton's model. */
const NEAR = 1e-1;
const MAX_DAMPING = 1e5;
const MAX_LEAPS = 3;

/**
 * Finds the figures that minimise ForceBalance's objective of all profiles together with the penalty on
 * m = (figure − start)/prior width: Levenberg-Marquardt on exact derivatives, near the minimum Newton's method, the
 * penalty being part of each step's quadratic model, so that L1 really leaves figures where they start. What
 * it gives back is the best that it has seen, always.
 *
 * @param priorWidths Of all figures. One that acts on no profile stays where it starts.
 * @throws The signal's reason when aborted, MechanicsError when a profile has no energy at its start.
 */
export async function optimizeFigures(
  profiles: readonly TorsionProfile[],
  priorWidths: readonly number[],
  settings: OptimizerSettings,
  signal?: AbortSignal,
  onProgress?: (progress: FitProgress) => void,
): Promise<OptimizedFigures> {
  const problems: Problem[] = [];
  for (const group of groupsWithoutCommonFigures(profiles)) {
    problems.push(await openProblem(group, priorWidths, settings, signal));
  }
  const sum = (of: (problem: Problem) => Objective): Objective => ({
    total: problems.reduce((value, problem) => value + of(problem).total, 0),
    target: problems.reduce((value, problem) => value + of(problem).target, 0),
    penalty: problems.reduce((value, problem) => value + of(problem).penalty, 0),
  });
  const before = sum(({ best }) => best.objective);
  const history: number[] = [];
  const stoppedBecause: string[] = [];
  for (const problem of problems) {
    const reason = await solve(problem, settings, () => {
      const objective = sum(({ best }) => best.objective).total;
      history.push(objective);
      onProgress?.({ iteration: history.length, objective });
    });
    if (reason !== null) stoppedBecause.push(reason);
  }
  const shifts = new Float64Array(priorWidths.length);
  for (const { figures, best } of problems) {
    figures.forEach((figure, p) => (shifts[figure] = priorWidths[figure]! * best.m[p]!));
  }
  return { shifts, before, after: sum(({ best }) => best.objective), history, stoppedBecause };
}

/** Some of the fit's figures, which no other problem has, and the best that is known of them. */
interface Problem {
  /** Their indices among those of the fit. */
  figures: number[];
  best: Evaluation;
  evaluate(m: Float64Array): Promise<Evaluation>;
}

async function openProblem(
  profiles: readonly TorsionProfile[],
  allPriorWidths: readonly number[],
  settings: OptimizerSettings,
  signal: AbortSignal | undefined,
): Promise<Problem> {
  const figures = [...new Set(profiles.flatMap(figuresOf))];
  const own = profiles.map((profile) => ({
    ...profile,
    adjustables: profile.adjustables.map(({ figure, adjustable }) => ({
      figure: figures.indexOf(figure),
      adjustable,
    })),
  }));
  const size = figures.length;
  const widths = Float64Array.from(figures, (figure) => allPriorWidths[figure]!);
  const evaluate = async (m: Float64Array): Promise<Evaluation> => {
    const shifts = m.map((value, p) => widths[p]! * value);
    const at = {
      m,
      slope: new Float64Array(size),
      normal: new Float64Array(size * size),
      curvature: new Float64Array(size * size),
    };
    let target = 0;
    for (const profile of own) {
      await setImmediate(); // lets a cancellation in
      signal?.throwIfAborted();
      target += addProfile(at, profileResiduals(profile, shifts, settings), widths);
    }
    const penalty = PENALTIES[settings.penalty].valueAt(m);
    return { ...at, objective: { total: target + penalty, target, penalty } };
  };
  return { figures, best: await evaluate(new Float64Array(size)), evaluate };
}

/**
 * Improves what is best until it has converged; returns why it stopped short of that, or null.
 *
 * Where a profile jumps between two relaxed shapes no step may lead down although the derivatives promise one.
 * It then leaps: goes on from where the undamped step leads, better or not.
 */
async function solve(
  problem: Problem,
  settings: OptimizerSettings,
  afterIteration: () => void,
): Promise<string | null> {
  const penalty = PENALTIES[settings.penalty];
  let current = problem.best;
  let damping = 0;
  let leaps = 0;
  for (let iteration = 1; ; iteration++) {
    const undamped = proposeStep(current, 0, penalty);
    const converged = undamped.promised <= Math.max(CONVERGED * current.objective.total, penalty.negligible);
    if (converged && current === problem.best) return null;
    const leap = damping > MAX_DAMPING;
    if (converged || iteration > settings.maxIterations || (leap && leaps === MAX_LEAPS)) {
      const { total } = problem.best.objective;
      const { promised } = proposeStep(problem.best, 0, penalty);
      return (
        `the fit stopped unconverged after ${iteration - 1} iterations` +
        (iteration > settings.maxIterations ? '' : ', where a profile jumps between two relaxed shapes') +
        `: its objective is ${total.toPrecision(6)}, from which a further step promises to take ${promised.toPrecision(2)}`
      );
    }
    const step = damping === 0 || leap ? undamped : proposeStep(current, damping, penalty);
    const tried = await problem.evaluate(step.m).catch(nullIfNoMinimum);
    const gained = tried === null ? -Infinity : current.objective.total - tried.objective.total;
    if (tried !== null && (gained > 0 || leap)) current = tried;
    if (current.objective.total < problem.best.objective.total) problem.best = current;
    if (leap) {
      leaps++;
      damping = 0;
    } else if (gained > 0.5 * step.promised) damping = damping < 0.1 ? 0 : damping / 10;
    else if (gained < 0.1 * step.promised) damping = Math.max(0.1, 5 * damping);
    afterIteration();
  }
}

interface Evaluation {
  m: Float64Array;
  objective: Objective;
  /** JᵀV over m: half the target's gradient. */
  slope: Float64Array;
  /** JᵀJ. */
  normal: Float64Array;
  /** Σ V·d²V/dm², the rest of half the target's second derivatives. */
  curvature: Float64Array;
}

/** A step so long that a point no longer comes to rest is only a step too long. */
function nullIfNoMinimum(error: unknown): null {
  if (error instanceof MechanicsError) return null;
  throw error;
}

/** Adds one profile's derivatives over m = shift/width; returns its objective VᵀV. */
function addProfile(
  at: Omit<Evaluation, 'objective'>,
  { values, jacobian, curvature }: ProfileResiduals,
  widths: Float64Array,
): number {
  const size = at.m.length;
  let target = 0;
  for (let row = 0; row < values.length; row++) {
    const start = row * size;
    target += values[row]! ** 2;
    for (let p = 0; p < size; p++) {
      const left = widths[p]! * jacobian[start + p]!;
      if (left === 0) continue;
      at.slope[p]! += left * values[row]!;
      for (let q = 0; q < size; q++) at.normal[p * size + q]! += left * widths[q]! * jacobian[start + q]!;
    }
  }
  for (let p = 0; p < size; p++) {
    for (let q = 0; q < size; q++) {
      at.curvature[p * size + q]! += widths[p]! * widths[q]! * curvature[p * size + q]!;
    }
  }
  return target;
}

/**
 * The minimum of the objective's quadratic model + damping·|m′ − m|², and by how much that falls. Far from the
 * minimum the target's model is Gauss and Newton's |V + J(m′ − m)|², near it Newton's, if that is convex.
 */
function proposeStep(at: Evaluation, damping: number, penalty: Penalty): Step {
  const step = minimiseModel(at, at.normal, damping, penalty);
  if (step.promised > NEAR * at.objective.total) return step;
  const newton = newtonModel(at, damping, penalty);
  return newton === null ? step : minimiseModel(at, newton, damping, penalty);
}

interface Step {
  m: Float64Array;
  promised: number;
}

function minimiseModel(at: Evaluation, model: Float64Array, damping: number, penalty: Penalty): Step {
  const size = at.m.length;
  const q = model.slice();
  for (let p = 0; p < size; p++) q[p * size + p]! += damping;
  const c = at.m.map((_, p) => at.m.reduce((sum, m, j) => sum + q[p * size + j]! * m, -at.slope[p]!));
  const m = penalty.minimiseWith(q, c, at.m);
  let change = penalty.valueAt(m) - at.objective.penalty;
  for (let p = 0; p < size; p++) {
    const dp = m[p]! - at.m[p]!;
    change += 2 * at.slope[p]! * dp;
    for (let j = 0; j < size; j++) change += dp * q[p * size + j]! * (m[j]! - at.m[j]!);
  }
  return { m, promised: -change };
}

/**
 * Half the target's second derivatives, only among the figures across which the penalty is smooth; null where they
 * are not convex together with the penalty.
 */
function newtonModel(at: Evaluation, damping: number, penalty: Penalty): Float64Array | null {
  const size = at.m.length;
  const isSmooth = Array.from(at.m, (m) => penalty.isSmoothAt(m));
  const newton = at.normal.map((value, pq) =>
    isSmooth[Math.floor(pq / size)] && isSmooth[pq % size] ? value + at.curvature[pq]! : value,
  );
  const factor = newton.slice();
  // Next to nothing, for figures that no point depends on.
  for (let p = 0; p < size; p++) factor[p * size + p]! += penalty.halfCurvature + damping + 1e-8;
  return factorise(factor, size) ? newton : null;
}
