export * from './command';
export * from './drive';
export * from './fit';
export * from './fit-view';
export { drivenMolecules, type DrivenInFit, type ParentChecks } from './parent-check';
export * from './supply';
export * from './task-request';
export * from './torsion-drive-record';
