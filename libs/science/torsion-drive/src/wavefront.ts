// The wavefront of torsiondrive (Qiu, Smith, Stern, Feng, Jang, Wang, J. Chem. Phys. 152, 244116 (2020)) as a
// pure state machine: the same jobs with the same results, in whatever order the results arrive.

import { closableRounds } from './barrier';
import { DriveError } from './drive-error';
import { readSettings } from './drive-settings';
import {
  lowestOf,
  upToDate,
  type Best,
  type CurrentDriveState,
  type DriveSettings,
  type DriveState,
  type OpenJob,
  type OpenRound,
  type PointState,
} from './drive-state';
import { gridDegrees, gridNeighbours, gridOf, nearestGridIndex, type Grid } from './grid';
import { compareText, folderOf, inFolderOrder } from './torsiondrive-order';

/** A result with a dihedral further from its target than this is dropped, as torsiondrive does. */
const ON_TARGET_DEGREES = 0.5;

/** A drive's state is kept in small records: the engine's whole output belongs elsewhere. */
const MAX_REASON_LENGTH = 300;

/** A starting geometry, by an opaque reference of the caller's, and its driven dihedrals. */
export interface DriveSeed {
  geometry: string;
  dihedralsDegrees: readonly number[];
}

/** One constrained optimisation: from `startGeometry` to `gridDegrees`. Its id is unique within the drive. */
export interface DriveJob {
  id: string;
  /** The target of each driven dihedral. */
  gridDegrees: number[];
  round: number;
  startGeometry: string;
}

/** What became of a job. */
export type JobResult = FinishedOptimization | { failure: string };

export interface FinishedOptimization {
  /** At the target angles. */
  energyHartree: number;
  dihedralsDegrees: readonly number[];
  /** An opaque reference. */
  geometry: string;
  /**
   * The number of torsiondrive's folder for the job, where that is another than its turn at the grid point. Decides which
   * of two equal energies comes first.
   */
  folderNumber?: number;
}

/** The new state and the jobs that it adds to the outstanding ones. */
export interface DriveStep {
  state: DriveState;
  jobs: DriveJob[];
}

interface CurrentStep extends DriveStep {
  state: CurrentDriveState;
}

/**
 * Open a drive: the seeds' jobs, each to the grid point nearest to it. Seeds outside the ranges are left out.
 * @throws DriveError when the settings make no grid, or no seed can start
 */
export function openDrive(drive: DriveSettings & { seeds: readonly DriveSeed[] }): DriveStep {
  const settings = readSettings(drive);
  const { seeds } = drive;
  const grid = gridOf(settings);
  if (seeds.length === 0) throw new DriveError('no-seeds', 'A torsion drive needs a starting geometry.');
  const point: PointState = { best: null, handedOnHartree: null, reason: null, jobsDone: 0 };
  const state: CurrentDriveState = {
    v: 2,
    settings,
    points: Array.from({ length: grid.size }, () => point),
    open: [],
    jobsDone: 0,
  };
  const jobs: NewJob[] = seeds.flatMap(({ geometry, dihedralsDegrees }, source) => {
    if (!settings.gridSpacingDegrees.every((_, axis) => Number.isFinite(dihedralsDegrees[axis]))) {
      throw new DriveError('bad-seed', `Starting geometry ${source + 1} has no dihedral angle.`);
    }
    const gridIndex = nearestGridIndex(grid, dihedralsDegrees);
    return gridIndex === null ? [] : [{ gridIndex, round: 0, source, startGeometry: geometry }];
  });
  if (jobs.length === 0) {
    throw new DriveError(
      'none-in-range',
      `None of the starting geometries lies in the ranges that are to be scanned (${seeds.length} given).`,
    );
  }
  return withJobs(state, grid, jobs);
}

/**
 * Take in what became of a job. Results may come in any order: the final state does not depend on it. One for a
 * job that is not outstanding changes nothing, since messages may come twice.
 */
export function recordResult(stored: DriveState, jobId: string, result: JobResult): DriveStep {
  const state = upToDate(stored);
  const grid = gridOf(state.settings);
  const isTheJob = (open: OpenRound, job: OpenJob): boolean =>
    job.outcome === null && describe(grid, open, job).id === jobId;
  const place = state.open.findIndex((open) => open.jobs.some((job) => isTheJob(open, job)));
  if (place === -1) return { state, jobs: [] };
  const open = state.open[place]!;
  const outcome = judge(result, gridDegrees(grid, open.gridIndex));
  const folder = 'folderNumber' in result && { folderNumber: result.folderNumber };
  const jobs = open.jobs.map((job) => (isTheJob(open, job) ? { ...job, outcome, ...folder } : job));
  return closeRounds(
    { ...state, open: state.open.with(place, { ...open, jobs }), jobsDone: state.jobsDone + 1 },
    grid,
  );
}

/** The jobs that are to be run now, in a fixed order. */
export function outstandingJobs(stored: DriveState): DriveJob[] {
  const state = upToDate(stored);
  const grid = gridOf(state.settings);
  return state.open.flatMap((open) =>
    open.jobs.filter(({ outcome }) => outcome === null).map((job) => describe(grid, open, job)),
  );
}

export function isFinished(state: DriveState): boolean {
  return state.open.length === 0;
}

/** Drops what is of no use, as torsiondrive does, and says why. */
function judge(result: JobResult, targetDegrees: readonly number[]): Best | { failure: string } {
  if ('failure' in result) return { failure: result.failure.slice(0, MAX_REASON_LENGTH) };
  const { energyHartree, dihedralsDegrees, geometry } = result;
  if (!Number.isFinite(energyHartree)) return { failure: 'The energy is not a number.' };
  const offDegrees = Math.max(
    ...targetDegrees.map((target, axis) => {
      const difference = Math.abs(dihedralsDegrees[axis]! - target);
      return Math.min(difference, Math.abs(360 - difference));
    }),
  );
  if (!(offDegrees <= ON_TARGET_DEGREES)) {
    return { failure: `The geometry ended ${offDegrees.toFixed(1)} degrees off the target.` };
  }
  return { energyHartree, geometry };
}

/** Close every round that nothing can add to any more, and what that allows in turn; hand geometries on. */
function closeRounds(start: CurrentDriveState, grid: Grid): CurrentStep {
  const { energyUpperLimitHartree, waitsForWholeRounds = false } = start.settings;
  const waitsForAll = waitsForWholeRounds || energyUpperLimitHartree !== undefined;
  let step: CurrentStep = { state: start, jobs: [] };
  for (;;) {
    const rounds = closableRounds(step.state.open, grid, waitsForAll);
    if (rounds.length === 0) return step;
    const { state, jobs } = handOn(step.state, grid, rounds);
    step = { state, jobs: [...step.jobs, ...jobs] };
  }
}

/** Close some rounds at once: what they improved by more than the threshold starts a job at every neighbour. */
function handOn(before: CurrentDriveState, grid: Grid, rounds: readonly OpenRound[]): CurrentStep {
  const points = [...before.points];
  const improved: { gridIndex: number; round: number; best: Best }[] = [];
  for (const { gridIndex, round, jobs } of rounds) {
    const point = points[gridIndex]!;
    const lowest = lowestOf(inFolderOrder(jobs, point.jobsDone).map(({ outcome }) => outcome));
    const hasImproved = lowest !== null && isImprovement(lowest, point, before.settings);
    if (hasImproved) improved.push({ gridIndex, round, best: lowest });
    points[gridIndex] = {
      best: lowestOf([point.best, lowest]),
      handedOnHartree: hasImproved ? lowest.energyHartree : point.handedOnHartree,
      reason: jobs.reduce(
        (reason, { outcome }) => (outcome !== null && 'failure' in outcome ? outcome.failure : reason),
        point.reason,
      ),
      jobsDone: point.jobsDone + jobs.length,
    };
  }
  const open = before.open.filter((round) => !rounds.includes(round));
  const state: CurrentDriveState = { ...before, points, open };
  const limitHartree = upperLimitHartree(state);
  const jobs = improved
    .filter(({ best }) => !(best.energyHartree > limitHartree))
    .flatMap(({ gridIndex, round, best }) =>
      gridNeighbours(grid, gridIndex).map((neighbour) => ({
        gridIndex: neighbour,
        round: round + 1,
        source: gridIndex,
        startGeometry: best.geometry,
      })),
    );
  return withJobs(state, grid, jobs);
}

function isImprovement(
  { energyHartree }: Best,
  { handedOnHartree }: PointState,
  { energyDecreaseThresholdHartree }: DriveSettings,
): boolean {
  return handedOnHartree === null || energyHartree < handedOnHartree - energyDecreaseThresholdHartree;
}

function upperLimitHartree({ points, settings: { energyUpperLimitHartree } }: CurrentDriveState): number {
  if (energyUpperLimitHartree === undefined) return Infinity;
  const energies = points.flatMap(({ best }) => (best === null ? [] : [best.energyHartree]));
  return Math.min(...energies) + energyUpperLimitHartree;
}

interface NewJob {
  gridIndex: number;
  round: number;
  source: number;
  startGeometry: string;
}

/** Add jobs to the rounds of their grid points; rounds stay sorted by number and point, jobs as torsiondrive has them. */
function withJobs(state: CurrentDriveState, grid: Grid, newJobs: readonly NewJob[]): CurrentStep {
  const open = [...state.open];
  const jobs = newJobs.map(({ gridIndex, round, source, startGeometry }) => {
    const job: OpenJob = { source, startGeometry, outcome: null };
    const place = open.findIndex((other) => other.gridIndex === gridIndex && other.round === round);
    const known: OpenRound = open[place] ?? { gridIndex, round, jobs: [] };
    const grown = { ...known, jobs: [...known.jobs, job].sort((a, b) => compareSources(grid, round, a, b)) };
    if (place === -1) open.push(grown);
    else open[place] = grown;
    return describe(grid, grown, job);
  });
  open.sort((a, b) => a.round - b.round || a.gridIndex - b.gridIndex);
  return { state: { ...state, open }, jobs };
}

/** Seeds in the order in which they were given; else torsiondrive's order of the points that hand on. */
function compareSources(grid: Grid, round: number, a: OpenJob, b: OpenJob): number {
  if (round === 0) return a.source - b.source;
  const folder = ({ source }: OpenJob): string => folderOf(gridDegrees(grid, source));
  return compareText(folder(a), folder(b));
}

function describe(grid: Grid, { gridIndex, round }: OpenRound, { source, startGeometry }: OpenJob): DriveJob {
  const target = gridDegrees(grid, gridIndex);
  const from = round === 0 ? `seed${source}` : gridDegrees(grid, source).join();
  return { id: `${round}:${target.join()}:${from}`, gridDegrees: target, round, startGeometry };
}
