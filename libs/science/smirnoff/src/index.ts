export { appendTorsions, type TorsionToAppend } from './append-torsions';
export {
  assignParameters,
  type AssignedAngle,
  type AssignedBond,
  type AssignedImproper,
  type AssignedProper,
  type AssignedVdw,
  type Assignment,
  type MissingParameter,
  type TorsionTerm,
} from './assignment';
export { bespokeTorsions, type BespokeTorsion, type BespokeTorsionsRequest } from './bespoke-torsions';
export { builtInForceField, builtInForceFieldNames } from './built-in-force-fields';
export { chargeMethod, libraryCharges, type ChargeMethod } from './charges';
export { parseOffxml, writeOffxml, type ForceField } from './offxml';
export { SmirnoffError, type SmirnoffErrorCode } from './smirnoff-error';
