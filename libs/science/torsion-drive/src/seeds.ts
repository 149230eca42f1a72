import { rmsdAngstrom } from '@bespoke/molecule';
import { gridOf, nearestGridIndex, type GridSettings } from './grid';
import type { DriveSeed } from './wavefront';

/** A starting geometry with its coordinates, 3N in angstrom. */
export interface PlacedSeed extends DriveSeed {
  coordinatesAngstrom: ArrayLike<number>;
}

/**
 * The seeds of a drive without those that nearly repeat an earlier one of the same grid point: after superposition their
 * atoms lie within `withinAngstrom`, root mean square. Such seeds relax to one geometry, and each costs an optimisation.
 * torsiondrive keeps all: for the same jobs as its, leave this out.
 */
export function mergeSeeds<Seed extends PlacedSeed>(
  seeds: readonly Seed[],
  settings: GridSettings,
  withinAngstrom: number,
): Seed[] {
  const grid = gridOf(settings);
  const kept: Seed[] = [];
  const isRepeated = (seed: Seed): boolean =>
    kept.some(
      (other) =>
        nearestGridIndex(grid, other.dihedralsDegrees) === nearestGridIndex(grid, seed.dihedralsDegrees) &&
        rmsdAngstrom(other.coordinatesAngstrom, seed.coordinatesAngstrom) <= withinAngstrom,
    );
  for (const seed of seeds) if (!isRepeated(seed)) kept.push(seed);
  return kept;
}
