export { checkDirectory, defaultDirectory, type DirectoryCheck } from './directory';
export * from './executor';
export { ExecutorError, type ExecutorErrorCode } from './executor-error';
export { runningExecutor, type ExecutorRecord } from './executor-file';
export { machineResources, STAGE_APPS, type MachineResources, type StageApp } from './resources';
