export { changedConnectivity } from './connectivity';
export * from './engine';
export { mopacAm1, probeMopac, type Am1Request, type Am1Result } from './mopac';
export { engineNamed, engines } from './registry';
export { xtb } from './xtb';
