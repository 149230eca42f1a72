import { lowestOf, upToDate, type Best, type CurrentDriveState, type DriveState } from './drive-state';
import { gridDegrees, gridOf } from './grid';
import { outstandingJobs } from './wavefront';

export interface BestPoint {
  gridDegrees: number[];
  geometry: string;
  energyHartree: number;
}

export interface MissingPoint {
  gridDegrees: number[];
  reason: string;
}

export interface DriveProgress {
  pointsDone: number;
  pointsTotal: number;
  jobsDone: number;
  /** Done and outstanding; more may become known. */
  jobsKnown: number;
}

/** The lowest result on target of every grid point that has one, in the order of the grid. */
export function bestPoints(state: DriveState): BestPoint[] {
  return eachPoint(state).flatMap(({ gridDegrees, best }) =>
    best === null ? [] : [{ gridDegrees, ...best }],
  );
}

/** The grid points without a result, and why, in the order of the grid. */
export function missingPoints(state: DriveState): MissingPoint[] {
  return eachPoint(state).flatMap(({ gridDegrees, best, reason }) =>
    best !== null ? [] : [{ gridDegrees, reason: reason ?? 'No geometry of a neighbouring point got here.' }],
  );
}

export function progress(state: DriveState): DriveProgress {
  const { jobsDone, points } = upToDate(state);
  return {
    pointsDone: bestPoints(state).length,
    pointsTotal: points.length,
    jobsDone,
    jobsKnown: jobsDone + outstandingJobs(state).length,
  };
}

function eachPoint(stored: DriveState) {
  const state = upToDate(stored);
  const grid = gridOf(state.settings);
  return state.points.map(({ reason }, index) => ({
    gridDegrees: gridDegrees(grid, index),
    best: lowestSoFar(state, index),
    reason,
  }));
}

/** Open rounds count too: what has been computed is known. */
function lowestSoFar({ points, open }: CurrentDriveState, gridIndex: number): Best | null {
  const rounds = open.filter((each) => each.gridIndex === gridIndex);
  return lowestOf([
    points[gridIndex]!.best,
    ...rounds.flatMap(({ jobs }) => jobs.map(({ outcome }) => outcome)),
  ]);
}
