import { rmsdAngstrom } from '@bespoke/molecule';
import {
  gridNeighbours,
  gridOf,
  nearestGridIndex,
  type Grid,
  type GridSettings,
} from '@bespoke/torsion-drive';
import { DeltaLearningError } from './delta-learning-error';

/** A torsion drive at the low level: the geometries that single points of the high level are computed at. */
export interface LowLevelScan {
  grid: GridSettings;
  /** Of each grid point that has a geometry, in any order; points are named by their place here. */
  points: readonly { gridDegrees: readonly number[]; energyHartree: number }[];
  /** How far the geometry moves between neighbours of the grid; where it is not known, as far as usual. */
  steps: readonly GeometryStep[];
}

/** What two neighbours of the grid differ by. */
export interface GeometryStep {
  points: readonly [number, number];
  /** Of all atoms, after superposition. */
  rmsdAngstrom: number;
}

/** A single point of the high level at a geometry of the scan. */
export interface HighLevelResult {
  point: number;
  /** Null where it failed for good. */
  energyHartree: number | null;
}

/** The steps between all neighbours of a scan, from its geometries. */
export function geometrySteps(
  settings: GridSettings,
  points: readonly { gridDegrees: readonly number[]; geometryAngstrom: ArrayLike<number> }[],
): GeometryStep[] {
  const grid = gridOf(settings);
  const pointAt = pointsByGridIndex(grid, points);
  return [...pointAt].flatMap(([index, point]) =>
    gridNeighbours(grid, index)
      .map((neighbour) => pointAt.get(neighbour))
      .filter((other): other is number => other !== undefined && other > point)
      .map((other) => ({
        points: [point, other],
        rmsdAngstrom: rmsdAngstrom(points[point]!.geometryAngstrom, points[other]!.geometryAngstrom),
      })),
  );
}

/**
 * Which point of a scan each index of the grid has.
 *
 * @throws DeltaLearningError
 */
export function pointsByGridIndex(
  grid: Grid,
  points: readonly { gridDegrees: readonly number[] }[],
): Map<number, number> {
  const pointAt = new Map<number, number>();
  points.forEach(({ gridDegrees }, point) => {
    const index = nearestGridIndex(grid, gridDegrees);
    if (index === null || pointAt.has(index)) {
      const fault = index === null ? 'is outside the ranges' : 'is there twice';
      throw new DeltaLearningError(
        'bad-scan',
        `The grid point ${gridDegrees.join(', ')} of the scan ${fault}; give each point of the grid once.`,
      );
    }
    pointAt.set(index, point);
  });
  return pointAt;
}
