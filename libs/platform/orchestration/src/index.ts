export * from './command';
export * from './drive';
export * from './fit';
export * from './fit-view';
export { parameterFitsOf, type Grouping, type ParameterFit } from './parameter-fits';
export { drivenMolecules, type DrivenInFit, type ParentChecks } from './parent-check';
export * from './supply';
export * from './task-request';
export * from './torsion-drive-record';
