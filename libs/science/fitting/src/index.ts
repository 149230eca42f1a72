export type { Drive } from './drive';
export { harmonicPriorWidth } from './evidence';
export {
  figuresToFit,
  startOfFit,
  withPriors,
  type FittedFigure,
  type ParametersToFit,
  type PriorSettings,
} from './fitted-figures';
export { FittingError } from './fitting-error';
export type { FitProgress, Objective, OptimizerSettings } from './optimizer';
export { fitProfiles, type DriveFit, type ProfileFit } from './profile-fit';
export { profileMeasures, type ProfileMeasures } from './profile-measures';
export { profileOf } from './profile-of-drive';
