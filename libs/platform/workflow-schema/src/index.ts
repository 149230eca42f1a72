export * from './built-in-workflows';
export * from './fit-report';
export * from './fit-view';
export * from './problem-details';
export * from './submit-fit';
export * from './tasks';
export * from './validate-dto';
export * from './workflow';
export { SOFTWARE_VERSION } from './software-version';
