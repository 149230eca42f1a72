export * from './engine';
export { engineEnvironment } from './engine-environment';
export { CONFORMATION_KEEPING_GRADIENT_NORM, mopacAm1, type Am1Request, type Am1Result } from './mopac-am1';
export { am1BondOrders } from './mopac-bond-orders';
export { probeMopac } from './mopac-program';
export { usableLibxtb } from './libxtb-processes';
export { engineNamed, engines } from './registry';
export { pyscf } from './pyscf';
export { xtb } from './xtb';
