export * from './engine';
export {
  CONFORMATION_KEEPING_GRADIENT_NORM,
  mopacAm1,
  probeMopac,
  type Am1Request,
  type Am1Result,
} from './mopac';
export { am1BondOrders } from './mopac-bond-orders';
export { usableLibxtb } from './libxtb-processes';
export { engineNamed, engines } from './registry';
export { xtb } from './xtb';
