// The wavefront of torsiondrive (Qiu, Smith, Stern, Feng, Jang, Wang, J. Chem. Phys. 152, 244116 (2020)) as a
// pure state machine. Instead of waiting for all jobs of a round everywhere it waits for those only that can
// still reach a grid point (the local barrier), which runs the same jobs with the same results.

import { wrapDegrees } from '@bespoke/units';
import { gridAnglesDegrees, gridDistance, nearestGridIndex } from './grid';

/** A result whose dihedral is further from the target than this is dropped, as torsiondrive does. */
const ON_TARGET_DEGREES = 0.5;

/** A drive's state is kept in small records: the engine's whole output belongs elsewhere. */
const MAX_REASON_LENGTH = 300;

export interface DriveSettings {
  /** A whole number of degrees that divides 360, at most 120. */
  gridSpacingDegrees: number;
  /** A grid point hands a geometry on when its energy fell by more than this (torsiondrive: 1e-5). */
  energyDecreaseThresholdHartree: number;
}

/** A starting geometry, by an opaque reference of the caller's, and its driven dihedral. */
export interface DriveSeed {
  geometry: string;
  dihedralDegrees: number;
}

/** One constrained optimisation: from `startGeometry` to `gridDegrees`. Its id is unique within the drive. */
export interface DriveJob {
  id: string;
  gridDegrees: number;
  round: number;
  startGeometry: string;
}

/** What became of a job. `energyHartree` is the energy at the target angle; `geometry` an opaque reference. */
export type JobResult =
  { energyHartree: number; dihedralDegrees: number; geometry: string } | { failure: string };

interface Best {
  energyHartree: number;
  geometry: string;
}

interface PointState {
  /** The lowest of all results on target. */
  best: Best | null;
  /** The energy that was last handed on to the neighbours; may lie above the best by up to the threshold. */
  handedOnHartree: number | null;
  /** Why the last unusable result was unusable. */
  reason: string | null;
}

/** A round of a grid point that has jobs and is not closed. */
interface OpenRound {
  gridIndex: number;
  round: number;
  /** Sorted by source, so that equal energies do not depend on the order of arrival. */
  jobs: OpenJob[];
}

interface OpenJob {
  /** Grid index that it comes from; the number of the seed in round 0. */
  source: number;
  startGeometry: string;
  /** Null while it is outstanding. */
  outcome: Best | { failure: string } | null;
}

/** Plain JSON, a few kilobytes. Treat as opaque. */
export interface DriveState {
  v: 1;
  settings: DriveSettings;
  /** By grid index. */
  points: PointState[];
  open: OpenRound[];
  jobsDone: number;
}

/** The new state and the jobs that it adds to the outstanding ones. */
export interface DriveStep {
  state: DriveState;
  jobs: DriveJob[];
}

export interface BestPoint {
  gridDegrees: number;
  geometry: string;
  energyHartree: number;
}

export interface MissingPoint {
  gridDegrees: number;
  reason: string;
}

export interface DriveProgress {
  pointsDone: number;
  pointsTotal: number;
  jobsDone: number;
  /** Done and outstanding; more may become known. */
  jobsKnown: number;
}

/** A drive that cannot be opened. */
export class DriveError extends Error {
  constructor(
    readonly code: 'bad-settings' | 'no-seeds' | 'bad-seed',
    message: string,
  ) {
    super(message);
    this.name = 'DriveError';
  }
}

/**
 * Open a drive: the seeds' jobs, each to the grid point nearest to it.
 * @throws DriveError when the grid is not a whole division of the circle or a seed has no angle.
 */
export function openDrive(drive: DriveSettings & { seeds: readonly DriveSeed[] }): DriveStep {
  const { gridSpacingDegrees, energyDecreaseThresholdHartree, seeds } = drive;
  if (
    !Number.isInteger(gridSpacingDegrees) ||
    gridSpacingDegrees < 1 ||
    gridSpacingDegrees > 120 ||
    360 % gridSpacingDegrees !== 0
  ) {
    throw new DriveError(
      'bad-settings',
      `The grid spacing has to be a whole number of degrees that divides 360, at most 120; it is ${gridSpacingDegrees}.`,
    );
  }
  if (!(energyDecreaseThresholdHartree >= 0 && Number.isFinite(energyDecreaseThresholdHartree))) {
    throw new DriveError(
      'bad-settings',
      `The energy decrease threshold has to be a number of hartree, not below 0; it is ${energyDecreaseThresholdHartree}.`,
    );
  }
  if (seeds.length === 0) throw new DriveError('no-seeds', 'A torsion drive needs a starting geometry.');
  const state: DriveState = {
    v: 1,
    settings: { gridSpacingDegrees, energyDecreaseThresholdHartree },
    points: gridAnglesDegrees(gridSpacingDegrees).map(() => ({
      best: null,
      handedOnHartree: null,
      reason: null,
    })),
    open: [],
    jobsDone: 0,
  };
  const jobs = seeds.map(({ geometry, dihedralDegrees }, index) => {
    if (!Number.isFinite(dihedralDegrees)) {
      throw new DriveError('bad-seed', `Starting geometry ${index + 1} has no dihedral angle.`);
    }
    return addJob(state, nearestGridIndex(dihedralDegrees, gridSpacingDegrees), 0, index, geometry);
  });
  return { state, jobs };
}

/**
 * Take in what became of a job. Results may come in any order: the final state does not depend on it. One for a
 * job that is not outstanding changes nothing, since messages may come twice.
 */
export function recordResult(state: DriveState, jobId: string, result: JobResult): DriveStep {
  const place = findOutstanding(state, jobId);
  if (place === null) return { state, jobs: [] };
  const next = structuredClone(state);
  const { gridIndex, jobs } = next.open[place.round]!;
  const job = jobs[place.job]!;
  job.outcome = judge(result, gridAnglesDegrees(next.settings.gridSpacingDegrees)[gridIndex]!);
  next.jobsDone += 1;
  return { state: next, jobs: closeRounds(next) };
}

/** The jobs that are to be run now, in a fixed order. */
export function outstandingJobs(state: DriveState): DriveJob[] {
  return state.open.flatMap((open) =>
    open.jobs.filter(({ outcome }) => outcome === null).map((job) => publicJob(state, open, job)),
  );
}

export function isFinished(state: DriveState): boolean {
  return state.open.length === 0;
}

/** The lowest result on target of every grid point that has one, ascending in angle. */
export function bestPoints(state: DriveState): BestPoint[] {
  return gridAnglesDegrees(state.settings.gridSpacingDegrees).flatMap((gridDegrees, index) => {
    const best = lowestSoFar(state, index);
    return best === null ? [] : [{ gridDegrees, ...best }];
  });
}

/** The grid points without a result, and why, ascending in angle. */
export function missingPoints(state: DriveState): MissingPoint[] {
  return gridAnglesDegrees(state.settings.gridSpacingDegrees).flatMap((gridDegrees, index) =>
    lowestSoFar(state, index) !== null
      ? []
      : [
          {
            gridDegrees,
            reason: state.points[index]!.reason ?? 'No geometry of a neighbouring point got here.',
          },
        ],
  );
}

export function progress(state: DriveState): DriveProgress {
  return {
    pointsDone: bestPoints(state).length,
    pointsTotal: state.points.length,
    jobsDone: state.jobsDone,
    jobsKnown: state.jobsDone + outstandingJobs(state).length,
  };
}

/** Drops what is of no use, as torsiondrive does, and says why. */
function judge(result: JobResult, targetDegrees: number): Best | { failure: string } {
  if ('failure' in result) return { failure: result.failure.slice(0, MAX_REASON_LENGTH) };
  const { energyHartree, dihedralDegrees, geometry } = result;
  if (!Number.isFinite(energyHartree)) return { failure: 'The energy is not a number.' };
  const offDegrees = Math.abs(wrapDegrees(dihedralDegrees - targetDegrees));
  if (!(offDegrees <= ON_TARGET_DEGREES)) {
    return { failure: `The geometry ended ${offDegrees.toFixed(1)} degrees off the target.` };
  }
  return { energyHartree, geometry };
}

/**
 * Close every round that nothing can add to any more, lowest first, and hand geometries on. Works on `state` in
 * place; gives the jobs that were opened.
 *
 * Round k of a grid point is settled when no open round j of a point d steps away has j + d <= k: a geometry
 * moves one step in one round, so nothing that is still open can reach it.
 */
function closeRounds(state: DriveState): DriveJob[] {
  const size = state.points.length;
  const opened: DriveJob[] = [];
  for (;;) {
    const closable = state.open.findIndex(
      (open) =>
        open.jobs.every(({ outcome }) => outcome !== null) &&
        state.open.every(
          (other) =>
            other === open || other.round + gridDistance(other.gridIndex, open.gridIndex, size) > open.round,
        ),
    );
    if (closable === -1) return opened;
    const [{ gridIndex, round, jobs }] = state.open.splice(closable, 1) as [OpenRound];
    const point = state.points[gridIndex]!;
    for (const { outcome } of jobs) {
      if (outcome !== null && 'failure' in outcome) point.reason = outcome.failure;
    }
    const lowest = lowestOf(jobs.map(({ outcome }) => outcome));
    if (lowest === null) continue;
    point.best = lowestOf([point.best, lowest]);
    const { energyDecreaseThresholdHartree } = state.settings;
    if (
      point.handedOnHartree !== null &&
      !(lowest.energyHartree < point.handedOnHartree - energyDecreaseThresholdHartree)
    ) {
      continue;
    }
    point.handedOnHartree = lowest.energyHartree;
    for (const step of [1, size - 1]) {
      opened.push(addJob(state, (gridIndex + step) % size, round + 1, gridIndex, lowest.geometry));
    }
  }
}

/** Add a job to the round of a grid point; rounds stay sorted by number and point, jobs by source. */
function addJob(
  state: DriveState,
  gridIndex: number,
  round: number,
  source: number,
  startGeometry: string,
): DriveJob {
  let open = state.open.find((other) => other.gridIndex === gridIndex && other.round === round);
  if (open === undefined) {
    open = { gridIndex, round, jobs: [] };
    state.open.push(open);
    state.open.sort((a, b) => a.round - b.round || a.gridIndex - b.gridIndex);
  }
  const job = { source, startGeometry, outcome: null };
  open.jobs.push(job);
  open.jobs.sort((a, b) => a.source - b.source);
  return publicJob(state, open, job);
}

function publicJob(state: DriveState, open: OpenRound, { source, startGeometry }: OpenJob): DriveJob {
  const angles = gridAnglesDegrees(state.settings.gridSpacingDegrees);
  const gridDegrees = angles[open.gridIndex]!;
  const from = open.round === 0 ? `seed${source}` : String(angles[source]);
  return { id: `${open.round}:${gridDegrees}:${from}`, gridDegrees, round: open.round, startGeometry };
}

function findOutstanding(state: DriveState, jobId: string): { round: number; job: number } | null {
  for (const [round, open] of state.open.entries()) {
    const job = open.jobs.findIndex(
      (each) => each.outcome === null && publicJob(state, open, each).id === jobId,
    );
    if (job !== -1) return { round, job };
  }
  return null;
}

/** Open rounds count too: what has been computed is known. */
function lowestSoFar(state: DriveState, gridIndex: number): Best | null {
  const open = state.open.filter((each) => each.gridIndex === gridIndex);
  return lowestOf([
    state.points[gridIndex]!.best,
    ...open.flatMap(({ jobs }) => jobs.map(({ outcome }) => outcome)),
  ]);
}

/** The first of the lowest. */
function lowestOf(outcomes: readonly OpenJob['outcome'][]): Best | null {
  let lowest: Best | null = null;
  for (const outcome of outcomes) {
    if (outcome === null || 'failure' in outcome) continue;
    if (lowest === null || outcome.energyHartree < lowest.energyHartree) lowest = outcome;
  }
  return lowest;
}
