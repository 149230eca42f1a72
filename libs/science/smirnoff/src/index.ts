export {
  appendCopies,
  appendTorsions,
  distinctTorsions,
  withProvenance,
  type CopyToAppend,
  type TorsionToAppend,
} from './append-parameters';
export {
  assignParameters,
  termsIn,
  type AssignedAngle,
  type AssignedBond,
  type AssignedConstraint,
  type AssignedImproper,
  type AssignedProper,
  type AssignedVdw,
  type Assignment,
  type AssignmentOptions,
  type MissingParameter,
  type TorsionTerm,
} from './assignment';
export { bondsThatNeedOrders, type WibergBondOrders } from './bond-orders';
export {
  bespokeCopies,
  type BespokeCopiesRequest,
  type BespokeCopy,
  type CopiedSection,
} from './bespoke-copies';
export {
  bespokeTorsions,
  symmetricTorsions,
  torsionsHit,
  type BespokeTorsion,
  type BespokeTorsionsRequest,
} from './bespoke-torsions';
export { builtInForceField, builtInForceFieldNames } from './built-in-force-fields';
export { chargeIncrements, libraryCharges, wantedChargeModel, type WantedChargeModel } from './charges';
export {
  figureKind,
  figuresOf,
  markedFigures,
  parameterId,
  periodicityOf,
  unitOf,
  SIGMA_PER_RMIN_HALF,
  withFigures,
  type Figure,
  type FigureName,
  type FigureSection,
  type ParameterName,
} from './figures';
export { fitGroups, type FitGroup } from './fit-groups';
export { generalParameters, type MeantTerms } from './general-parameters';
export { mergeForceFields } from './merge';
export { labelMolecule, type AtomsAndId, type MoleculeLabels } from './molecule-labels';
export { parseOffxml, writeOffxml, type ForceField } from './offxml';
export { unknownSections } from './sections';
export { SmirnoffError, type SmirnoffErrorCode } from './smirnoff-error';
