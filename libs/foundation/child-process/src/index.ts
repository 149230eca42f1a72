export * from './app-message';
export * from './bound-process';
export * from './find-program';
export * from './group-memory';
export * from './machine-resources';
export * from './program-error';
export * from './run-program';
