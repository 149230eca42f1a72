export * from './artifact-store';
export * from './record-store';
export * from './stores';
export * from './subjects';
export * from './task';
export * from './task-kinds';
export * from './task-queue';
export * from './wake-queue';
