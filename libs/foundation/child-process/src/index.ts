export * from './bound-process';
export * from './find-program';
export * from './program-error';
export * from './run-program';
