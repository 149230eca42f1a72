/**
 * The grid of a one-dimensional torsion drive: angles in (-180, 180], ascending, spaced evenly around the
 * circle. Point `index` and point `(index + 1) % size` are neighbours.
 */
export function gridAnglesDegrees(gridSpacingDegrees: number): number[] {
  const size = 360 / gridSpacingDegrees;
  return Array.from({ length: size }, (_, index) => -180 + (index + 1) * gridSpacingDegrees);
}

/** Index of the grid point nearest to an angle; halfway between two, the upper one. */
export function nearestGridIndex(angleDegrees: number, gridSpacingDegrees: number): number {
  const size = 360 / gridSpacingDegrees;
  const steps = Math.round((angleDegrees + 180) / gridSpacingDegrees) - 1;
  return ((steps % size) + size) % size;
}

/** Steps between two points the short way round. */
export function gridDistance(a: number, b: number, size: number): number {
  const steps = Math.abs(a - b);
  return Math.min(steps, size - steps);
}
