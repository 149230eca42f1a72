import type { GridSettings } from './grid';

export interface DriveSettings extends GridSettings {
  /** A grid point hands a geometry on when its energy fell by more than this (torsiondrive: 1e-5). */
  energyDecreaseThresholdHartree: number;
  /**
   * A geometry that lies higher than this above the lowest of the whole drive is not handed on. Without it, all are.
   * Since it takes the whole drive to know the lowest, every round then waits for all of its jobs.
   */
  energyUpperLimitHartree?: number;
  /** Whether a round waits for all of its jobs even without a limit, as in torsiondrive. The jobs are the same. */
  waitsForWholeRounds?: boolean;
}

/** An energy at a grid point, and the geometry that has it, by the caller's reference. */
export interface Best {
  energyHartree: number;
  geometry: string;
}

export interface PointState {
  /** The lowest of all results on target. */
  best: Best | null;
  /** The energy that was last handed on to the neighbours; may lie above the best by up to the threshold. */
  handedOnHartree: number | null;
  /** Why the last unusable result was unusable. */
  reason: string | null;
  /** Of all rounds that are closed. */
  jobsDone: number;
}

/** A round of a grid point that has jobs and is not closed. */
export interface OpenRound {
  gridIndex: number;
  round: number;
  /** In torsiondrive's order. */
  jobs: readonly OpenJob[];
}

export interface OpenJob {
  /** Grid index that it comes from; the number of the seed in round 0. */
  source: number;
  startGeometry: string;
  /** Null while it is outstanding. */
  outcome: Best | { failure: string } | null;
  /** Where it was told with the result. */
  folderNumber?: number;
}

export interface CurrentDriveState {
  v: 2;
  settings: DriveSettings;
  /** By grid index. */
  points: readonly PointState[];
  /** By round, then by grid index. */
  open: readonly OpenRound[];
  jobsDone: number;
}

/** What was written before there were several dihedrals. */
interface DriveStateV1 extends Omit<CurrentDriveState, 'v' | 'settings' | 'points'> {
  v: 1;
  settings: { gridSpacingDegrees: number; energyDecreaseThresholdHartree: number };
  points: readonly Omit<PointState, 'jobsDone'>[];
}

/** Plain JSON, a few kilobytes for each dihedral's grid. Treat as opaque. */
export type DriveState = CurrentDriveState | DriveStateV1;

/** A state in the form that this version writes. */
export function upToDate(state: DriveState): CurrentDriveState {
  if (state.v === 2) return state;
  const { gridSpacingDegrees, energyDecreaseThresholdHartree } = state.settings;
  return {
    ...state,
    v: 2,
    settings: { gridSpacingDegrees: [gridSpacingDegrees], energyDecreaseThresholdHartree },
    points: state.points.map((point) => ({ ...point, jobsDone: 0 })),
  };
}

/** The first of the lowest. */
export function lowestOf(outcomes: readonly OpenJob['outcome'][]): Best | null {
  let lowest: Best | null = null;
  for (const outcome of outcomes) {
    if (outcome === null || 'failure' in outcome) continue;
    if (lowest === null || outcome.energyHartree < lowest.energyHartree) lowest = outcome;
  }
  return lowest;
}
