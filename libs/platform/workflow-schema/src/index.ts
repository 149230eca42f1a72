export * from './fit-report';
export * from './fit-view';
export * from './submit-fit';
export * from './tasks';
export * from './workflow';
