export { adjustableCopy, type Adjustable } from './adjustable';
export { adjustableAngle, adjustableAngleForceConstant } from './adjustable-angles';
export { adjustableBondForceConstant, adjustableBondLength } from './adjustable-bonds';
export { adjustableTorsionForceConstant } from './adjustable-torsions';
export { adjustableEpsilon, adjustableVdwRadius } from './adjustable-vdw';
export { factorise, solveFactorised } from './cholesky';
export { energy, energyTerms, type EnergyTerms } from './energy';
export { GRADIENT_TOLERANCE, minimise, type MinimisationOptions, type Minimum } from './minimisation';
export type { Hessian } from './second-derivatives';
export {
  createSystem,
  MechanicsError,
  type HarmonicAngles,
  type HarmonicBonds,
  type MechanicsSystem,
  type NonbondedPairs,
} from './system';
export type { TorsionSeries } from './torsion-series';
