import { DriveError } from './drive-error';
import type { DriveSettings } from './drive-state';

/** More would be no drive that ends: two dihedrals every 5 degrees have 5,184. */
const MAX_GRID_POINTS = 20_000;

/** The settings alone, whatever else the object has: they are stored with the drive. */
export function readSettings({
  gridSpacingDegrees,
  rangesDegrees,
  energyDecreaseThresholdHartree,
  energyUpperLimitHartree,
  waitsForWholeRounds,
}: DriveSettings): DriveSettings {
  const settings: DriveSettings = {
    gridSpacingDegrees,
    ...(rangesDegrees !== undefined && { rangesDegrees }),
    energyDecreaseThresholdHartree,
    ...(energyUpperLimitHartree !== undefined && { energyUpperLimitHartree }),
    ...(waitsForWholeRounds !== undefined && { waitsForWholeRounds }),
  };
  const fault = faultOf(settings);
  if (fault !== null) throw new DriveError('bad-settings', fault);
  return settings;
}

function faultOf(settings: DriveSettings): string | null {
  const { gridSpacingDegrees, rangesDegrees, energyDecreaseThresholdHartree, energyUpperLimitHartree } =
    settings;
  if (gridSpacingDegrees.length === 0) return 'A torsion drive needs a dihedral to drive.';
  const badSpacing = gridSpacingDegrees.find(
    (degrees) => !Number.isInteger(degrees) || degrees < 1 || degrees > 180 || 360 % degrees !== 0,
  );
  if (badSpacing !== undefined) {
    return `The grid spacing has to be a whole number of degrees that divides 360, at most 180; it is ${badSpacing}.`;
  }
  if (gridSpacingDegrees.reduce((size, degrees) => (size * 360) / degrees, 1) > MAX_GRID_POINTS) {
    return `A torsion drive can have ${MAX_GRID_POINTS} grid points; a spacing of ${gridSpacingDegrees.join(', ')} degrees makes more. Take a larger one.`;
  }
  if (rangesDegrees !== undefined && rangesDegrees.length !== gridSpacingDegrees.length) {
    return `There are ${rangesDegrees.length} ranges for ${gridSpacingDegrees.length} dihedrals; give one for each, [-180, 180] for the whole circle.`;
  }
  const badRange = rangesDegrees?.find(
    ([lowest, highest]) => !(lowest >= -180 && highest <= 360 && lowest < highest),
  );
  if (badRange !== undefined) {
    return `A range has to be from -180 at the lowest to 360 at the highest, in degrees; one is ${badRange.join(' to ')}.`;
  }
  if (!isNotNegative(energyDecreaseThresholdHartree)) {
    return `The energy decrease threshold has to be a number of hartree, not below 0; it is ${energyDecreaseThresholdHartree}.`;
  }
  if (energyUpperLimitHartree !== undefined && !isNotNegative(energyUpperLimitHartree)) {
    return `The upper limit of energy has to be a number of hartree, not below 0; it is ${energyUpperLimitHartree}.`;
  }
  return null;
}

function isNotNegative(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
