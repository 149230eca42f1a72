export { am1bccCharges, bondChargeCorrections } from './am1bcc';
export { ChargeError, type ChargeErrorCode } from './charge-error';
export type { ChargeModel, ChargeProvenance } from './charge-model';
export { CHARGE_MODEL_NAMES, chargeModelNamed, chargeModels, type ChargeModelName } from './charge-models';
export { elf10BondOrders, NoBondOrdersError } from './elf10-bond-orders';
export {
  chargesOfTheForceField,
  forceFieldCharges,
  forceFieldChargesProgram,
  forceFieldChargesUnsupported,
  type ForceFieldChargeRequest,
  type ForceFieldCharges,
} from './force-field-charges';
export { naglUnsupported } from './nagl/domain';
export { naglCharges } from './nagl/nagl-charges';
