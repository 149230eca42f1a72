export { checkDirectory, defaultDirectory, type DirectoryCheck } from './directory';
export * from './executor';
export { ExecutorError, type ExecutorErrorCode } from './executor-error';
export { runningExecutor, type ExecutorRecord } from './executor-file';
export { STAGE_APPS, type StageApp } from './resources';
