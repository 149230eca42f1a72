export type {
  AssignedAngle,
  AssignedBond,
  AssignedImproper,
  AssignedProper,
  AssignedVdw,
  Assignment,
  MissingParameter,
  TorsionTerm,
} from './assignment';
export { SmirnoffError, type SmirnoffErrorCode } from './smirnoff-error';
