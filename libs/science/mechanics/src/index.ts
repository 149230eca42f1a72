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
export { addCosineTerm, torsionSeries, type TorsionSeries } from './torsion-series';
export { torsionAngle, type TorsionAngle } from './torsion-angle';
