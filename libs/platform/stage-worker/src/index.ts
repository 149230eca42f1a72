export { installedEngines } from './installed-engines';
export { endingTaskOn } from './refusal';
export * from './run-in-thread';
export * from './run-stage-worker';
export * from './stage-worker';
export { currentTask, type TaskContext } from './task-context';
export * from './task-failure';
export * from './task-handler';
export { WorkerConfigurationError } from './worker-resources';
