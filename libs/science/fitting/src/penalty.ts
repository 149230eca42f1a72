import { lasso, ridge } from './penalised-quadratic';

/** What holds figures near where they start; over m = (figure − start)/prior width. */
export interface Penalty {
  valueAt(m: Float64Array): number;
  /** The minimum of mᵀQm − 2cᵀm + the penalty, for a positive semidefinite Q, row-major; a descent begins at `start`. */
  minimiseWith(q: Float64Array, c: Float64Array, start: Float64Array): Float64Array;
  /** Whether it has derivatives at an m, so that a model of second order holds across it. */
  isSmoothAt(m: number): boolean;
  /** Half its second derivative where it is smooth. */
  halfCurvature: number;
  /** A decrease of the objective by less than this is as good as none. */
  negligible: number;
}

/** b of the hyperbola √(m² + b²) − b that is ForceBalance's L1 penalty. */
const HYPERBOLA = 1e-6;
/** A millionth of the objective that an RMSE of 0.003 kcal/mol makes. */
const NEGLIGIBLE = 1e-11;

const L2: Penalty = {
  valueAt: (m) => m.reduce((sum, value) => sum + value * value, 0),
  minimiseWith: (q, c) => ridge(q, c),
  isSmoothAt: () => true,
  halfCurvature: 1,
  negligible: NEGLIGIBLE,
};

/** ForceBalance's two; with `evidence` the points are weighed against L2 as `weighedByEvidence` says. */
export const PENALTIES: Readonly<Record<'L1' | 'L2' | 'evidence', Penalty>> = {
  L1: {
    valueAt: (m) => m.reduce((sum, value) => sum + Math.hypot(value, HYPERBOLA) - HYPERBOLA, 0),
    minimiseWith: (q, c, start) => lasso(q, c, start),
    isSmoothAt: (m) => m !== 0,
    halfCurvature: 0,
    negligible: NEGLIGIBLE,
  },
  L2,
  // The objective is then twice a logarithm of a probability.
  evidence: { ...L2, negligible: 0.01 },
};
