export { compareDriveWithParent, type DriveComparisonRequest } from './drive-comparison';
export { ParentCheckError } from './parent-check-error';
export { compareWithParent, type ParentComparison, type ParentComparisonRequest } from './parent-comparison';
