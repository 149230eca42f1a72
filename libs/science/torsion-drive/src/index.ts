export { DriveError } from './drive-error';
export type { DriveSettings, DriveState } from './drive-state';
export { gridDegrees, gridNeighbours, gridOf, nearestGridIndex, type Grid, type GridSettings } from './grid';
export {
  bestPoints,
  missingPoints,
  progress,
  type BestPoint,
  type DriveProgress,
  type MissingPoint,
} from './profile';
export { mergeSeeds, type PlacedSeed } from './seeds';
export { nextTorsiondriveJobs, type NextJobs } from './torsiondrive-next';
export {
  readTorsiondriveState,
  TorsiondriveStateError,
  type FinishedJob,
  type TorsiondriveState,
} from './torsiondrive-state';
export {
  isFinished,
  openDrive,
  outstandingJobs,
  recordResult,
  type DriveJob,
  type DriveSeed,
  type DriveStep,
  type FinishedOptimization,
  type JobResult,
} from './wavefront';
