export { FittingError } from './fitting-error';
export type { FitProgress, Objective, OptimizerSettings } from './optimizer';
export { fitProfiles, type Drive, type DriveFit, type FittedParameter, type ProfileFit } from './profile-fit';
