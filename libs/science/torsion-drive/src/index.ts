export { DriveError } from './drive-error';
export type { DriveSettings, DriveState } from './drive-state';
export {
  bestPoints,
  missingPoints,
  progress,
  type BestPoint,
  type DriveProgress,
  type MissingPoint,
} from './profile';
export {
  isFinished,
  openDrive,
  outstandingJobs,
  recordResult,
  type DriveJob,
  type DriveSeed,
  type DriveStep,
  type JobResult,
} from './wavefront';
