export { changedConnectivity, describeBondChanges, type BondChange } from './connectivity';
export { OptimizationError, type OptimizationErrorCode } from './optimization-error';
export {
  OPTIMIZER_VERSION,
  optimizeGeometry,
  type EnergyAndGradient,
  type GradientProvider,
  type OptimizedGeometry,
} from './optimize-geometry';
export type { HeldDihedral, OptimizationRequest } from './request';
