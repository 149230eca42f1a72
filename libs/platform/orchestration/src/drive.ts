import { contentKey } from '@bespoke/content-key';
import type {
  Dihedral,
  DriveStatus,
  Failure,
  Lane,
  QcSpecification,
  TorsionDriveSettings,
} from '@bespoke/workflow-schema';
import type {
  BestPoint,
  DriveJob,
  DriveProgress,
  DriveSeed,
  DriveSettings,
  DriveState,
  DriveStep,
  JobResult,
  MissingPoint,
} from '@bespoke/torsion-drive';
import type { CorrectionSettings } from '@bespoke/delta-learning';
import { wakeOf, type Command } from './command';
import { missingSupply, type Supply } from './supply';
import { readOutcome } from './task-output';
import {
  parseGeometryReference,
  taskIdOf,
  type TaskOutcome,
  type TaskRequest,
  type TaskSubject,
  type Wanter,
} from './task-request';
import { torsionDriveArtifact } from './torsion-drive-record';

/** The functions of the torsion-drive library: the platform itself knows no chemistry. */
export interface Wavefront {
  openDrive(drive: DriveSettings & { seeds: readonly DriveSeed[] }): DriveStep;
  recordResult(state: DriveState, jobId: string, result: JobResult): DriveStep;
  outstandingJobs(state: DriveState): DriveJob[];
  isFinished(state: DriveState): boolean;
  bestPoints(state: DriveState): BestPoint[];
  missingPoints(state: DriveState): MissingPoint[];
  progress(state: DriveState): DriveProgress;
}

/** What a drive is to compute. All but the lane decides its result. */
export interface DriveOrder {
  mappedSmiles: string;
  dihedral: Dihedral;
  qc: QcSpecification;
  /** The exact version of the QC program, pinned for the whole drive: energies of two versions never mix. */
  programVersion: string;
  torsionDrive: TorsionDriveSettings;
  /** SHA-256 of the geometry that it starts from before all others; absent where none was given with the molecule. */
  startConformerSha256?: string;
  /** Where energies are of a higher level than geometries: the order is then that of a correction. */
  singlePoints?: SinglePointOrder;
  lane: Lane;
}

/** The higher level of a drive, and how sure its energies have to be. */
export interface SinglePointOrder {
  qc: QcSpecification;
  /** The exact version of its program. */
  programVersion: string;
  settings: CorrectionSettings;
}

/** What fits see of a drive, of one level or two. Plain JSON. */
export interface DriveSummary {
  v: 1;
  id: string;
  order: DriveOrder;
  /** Who waits for it. A drive that runs and is wanted by none is cancelled. */
  wantedBy: Wanter[];
  /** `waiting` for a worker, see waitingFor. */
  status: DriveStatus;
  waitingFor: string | null;
  progress: DriveProgress;
  /** Tasks, by their id at epoch 0, that crashed or ran out of time since the drive was last opened. */
  crashedTasks: string[];
  /** Retry epochs other than 0, by the task's id at epoch 0. */
  epochs: Record<string, number>;
  /** SHA-256 of the TorsionDriveRecord, once succeeded. */
  recordSha256: string | null;
  /** Set when failed. */
  failure: Failure | null;
  /** What a person should know of the profile, in a sentence that goes on after its name. */
  warning?: string | null;
}

/** The state of a torsion drive of one level, one for all who want it. */
export interface DriveRecord extends DriveSummary {
  /** Null until there are conformers; begun anew, from the results that are there, when a drive is reopened. */
  wavefront: DriveState | null;
  /** Of each grid point the last job whose task failed, by its angle; absent in what an earlier version wrote. */
  lastFailures?: Record<string, { round: number; jobId: string; logSha256: string | null }>;
}

export type DriveEvent =
  | WantEvent
  /** Results of the tasks that `driveNeeds` names (null: none yet), and who could do the work. */
  | { type: 'observed'; outcomes: Readonly<Record<string, TaskOutcome | null>>; supply: Supply };

export type WantEvent =
  /** A drive that was cancelled, or failed by crashes, is opened again. */
  { type: 'wanted'; by: Wanter } | { type: 'unwanted'; by: Wanter };

export interface DriveTransition<State = DriveRecord> {
  state: State;
  /** To be stored before the state, which names it by its SHA-256. */
  artifact: string | null;
  /** To be carried out after the state was stored. */
  commands: Command[];
}

/** The key under which all find the same drive. */
export function driveIdOf(order: DriveOrder): string {
  const { mappedSmiles, dihedral, torsionDrive, startConformerSha256, singlePoints } = order;
  return contentKey({
    mappedSmiles,
    dihedral,
    ...levelKey(order),
    torsionDrive,
    startConformerSha256,
    singlePoints: singlePoints && { ...levelKey(singlePoints), ...singlePoints.settings },
  }).slice(0, 32);
}

function levelKey({ qc, programVersion }: { qc: QcSpecification; programVersion: string }) {
  return {
    program: qc.program,
    programVersion,
    method: qc.method.toLowerCase(),
    basis: qc.basis?.toLowerCase() ?? null,
    // Absent from the keys of all drives in vacuum, which are older than it is.
    solvent: qc.solvent?.toLowerCase(),
  };
}

/** A drive that nobody wants yet: the event `wanted` follows. */
export function newDrive(order: DriveOrder): DriveRecord {
  return { ...newSummary(order), wavefront: null, lastFailures: {} };
}

export function newSummary<Order extends DriveOrder>(order: Order): DriveSummary & { order: Order } {
  return {
    v: 1,
    id: driveIdOf(order),
    order,
    wantedBy: [],
    status: 'waiting',
    waitingFor: null,
    progress: nothingDone(order),
    crashedTasks: [],
    epochs: {},
    recordSha256: null,
    failure: null,
  };
}

export function isDriveOpen({ status }: { status: DriveStatus }): boolean {
  return status === 'waiting' || status === 'running';
}

/** Whether who wants this drive now would have it opened again. */
export function isDriveReopenable({ status, crashedTasks }: DriveSummary): boolean {
  return status === 'cancelled' || (status === 'failed' && crashedTasks.length > 0);
}

/** The tasks whose results the next step wants to see. */
export function driveNeeds(state: DriveRecord, wavefront: Wavefront): string[] {
  if (!isDriveOpen(state)) return [];
  if (state.wavefront !== null && wavefront.isFinished(state.wavefront)) {
    return wavefront
      .bestPoints(state.wavefront)
      .map(({ geometry }) => parseGeometryReference(geometry).taskId);
  }
  return impliedTasks(state, wavefront).map(({ task }) => task.taskId);
}

/**
 * One step of a drive. The same event twice changes nothing the second time, and the order in which results
 * arrive does not matter for where the drive ends.
 */
export function stepDrive(state: DriveRecord, event: DriveEvent, wavefront: Wavefront): DriveTransition {
  switch (event.type) {
    case 'wanted':
    case 'unwanted':
      return transition(
        state,
        afterWant(state, event, () => ({ wavefront: null, lastFailures: {} })),
        wavefront,
      );
    case 'observed': {
      if (!isDriveOpen(state)) return transition(state, state, wavefront);
      const waitingFor = missingSupply(event.supply, 'qc-generation', {
        program: state.order.qc.program,
        version: state.order.programVersion,
      });
      const open: DriveRecord = { ...state, status: waitingFor === null ? 'running' : 'waiting', waitingFor };
      const advanced =
        open.wavefront === null
          ? withConformers(open, event, wavefront)
          : withResults(open, event, wavefront);
      return finished(state, advanced, event, wavefront);
    }
    default:
      return event satisfies never;
  }
}

/**
 * The drive after someone has come to want it, or wants it no more. One that is opened again begins from the start:
 * results that are there are found again, what crashed gets another epoch.
 *
 * @param start what a new record of its kind has beside the summary
 */
export function afterWant<State extends DriveSummary>(
  state: State,
  { type, by }: WantEvent,
  start: () => Partial<State>,
): State {
  if (state.wantedBy.includes(by) === (type === 'wanted')) return state;
  if (type === 'unwanted') {
    const wantedBy = state.wantedBy.filter((wanter) => wanter !== by);
    const cancelled = isDriveOpen(state) && wantedBy.length === 0;
    return { ...state, wantedBy, ...(cancelled && { status: 'cancelled', waitingFor: null }) };
  }
  const wanted = { ...state, wantedBy: [...state.wantedBy, by].sort() };
  if (!isDriveReopenable(state)) return wanted;
  const epochs = { ...state.epochs };
  for (const task of state.crashedTasks) epochs[task] = (epochs[task] ?? 0) + 1;
  return {
    ...wanted,
    epochs,
    status: 'waiting',
    waitingFor: null,
    progress: nothingDone(state.order),
    crashedTasks: [],
    failure: null,
    ...start(),
  };
}

function nothingDone({ torsionDrive }: DriveOrder): DriveProgress {
  return { pointsDone: 0, pointsTotal: 360 / torsionDrive.gridSpacingDegrees, jobsDone: 0, jobsKnown: 0 };
}

function withConformers(
  state: DriveRecord,
  { outcomes }: { outcomes: Readonly<Record<string, TaskOutcome | null>> },
  wavefront: Wavefront,
): DriveRecord {
  const { task, idAtEpoch0 } = conformersTask(state);
  const outcome = readOutcome('conformers', outcomes[task.taskId]);
  if (outcome === null) return state;
  if (outcome.outcome !== 'succeeded') {
    const { failure } = outcome;
    return failed(outcome.outcome === 'failed' ? state : withCrash(state, idAtEpoch0), failure);
  }
  const { conformers } = outcome.output;
  const seeds = conformers.map(({ dihedralDegrees }, index) => ({
    geometry: `${task.taskId}/${index}`,
    dihedralsDegrees: [dihedralDegrees],
  }));
  if (seeds.length === 0) {
    return failed(state, {
      code: 'no-conformer',
      message: 'There is no starting geometry for the torsion drive.',
    });
  }
  try {
    const { gridSpacingDegrees, energyDecreaseThresholdHartree } = state.order.torsionDrive;
    const opened = wavefront.openDrive({
      gridSpacingDegrees: [gridSpacingDegrees],
      energyDecreaseThresholdHartree,
      seeds,
    }).state;
    return { ...state, wavefront: opened, progress: wavefront.progress(opened) };
  } catch (error) {
    // Seeds or settings that no drive can start from: this torsion's end, not the fit's.
    return failed(state, {
      code: 'drive-unopenable',
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

function withResults(
  state: DriveRecord,
  { outcomes }: { outcomes: Readonly<Record<string, TaskOutcome | null>> },
  wavefront: Wavefront,
): DriveRecord {
  let { wavefront: front, crashedTasks, lastFailures = {} } = state;
  for (const job of wavefront.outstandingJobs(front!)) {
    const { task, idAtEpoch0 } = optimizationTask(state, job);
    const outcome = readOutcome('constrained-optimization', outcomes[task.taskId]);
    if (outcome === null) continue;
    if (outcome.outcome === 'succeeded') {
      const { energyAtTargetHartree, dihedralDegrees } = outcome.output;
      const result = {
        energyHartree: energyAtTargetHartree,
        dihedralsDegrees: [dihedralDegrees],
        geometry: task.taskId,
      };
      front = wavefront.recordResult(front!, job.id, result).state;
    } else {
      front = wavefront.recordResult(front!, job.id, { failure: outcome.failure.message }).state;
      lastFailures = withFailure(lastFailures, job, outcome.failure);
      if (outcome.outcome !== 'failed')
        crashedTasks = withCrash({ ...state, crashedTasks }, idAtEpoch0).crashedTasks;
    }
  }
  return { ...state, wavefront: front, crashedTasks, lastFailures, progress: wavefront.progress(front!) };
}

/** Whatever the order in which they arrive, the same failure is the last one. */
function withFailure(
  failures: NonNullable<DriveRecord['lastFailures']>,
  { id: jobId, round, gridDegrees }: DriveJob,
  { logSha256 = null }: { logSha256?: string | null },
): NonNullable<DriveRecord['lastFailures']> {
  const point = gridDegrees.join();
  const known = failures[point];
  const isLater =
    known === undefined || round > known.round || (round === known.round && jobId > known.jobId);
  return isLater ? { ...failures, [point]: { round, jobId, logSha256 } } : failures;
}

export function withCrash<State extends DriveSummary>(state: State, idAtEpoch0: string): State {
  return { ...state, crashedTasks: [...new Set([...state.crashedTasks, idAtEpoch0])].sort() };
}

/** Ends a drive whose wavefront is finished: with a record, or, where a grid point has no energy, without. */
function finished(
  before: DriveRecord,
  state: DriveRecord,
  { outcomes }: { outcomes: Readonly<Record<string, TaskOutcome | null>> },
  wavefront: Wavefront,
): DriveTransition {
  if (!isDriveOpen(state) || state.wavefront === null || !wavefront.isFinished(state.wavefront)) {
    return transition(before, state, wavefront);
  }
  const missing = wavefront.missingPoints(state.wavefront);
  if (missing.length > 0) {
    return transition(before, failed(state, incomplete(missing, state)), wavefront);
  }
  const artifact = torsionDriveArtifact(state.order, wavefront.bestPoints(state.wavefront), outcomes);
  if (artifact === null) return transition(before, state, wavefront);
  const succeeded: DriveRecord = {
    ...state,
    status: 'succeeded',
    waitingFor: null,
    recordSha256: artifact.sha256,
    // Its results are in the record now.
    wavefront: null,
  };
  return { ...transition(before, succeeded, wavefront), artifact: artifact.text };
}

export function failed<State extends DriveSummary>(state: State, failure: Failure): State {
  return { ...state, status: 'failed', waitingFor: null, failure };
}

function incomplete(
  missing: readonly MissingPoint[],
  { progress, crashedTasks, lastFailures = {} }: DriveRecord,
): Failure {
  // A point that nothing got to says less than one whose engine failed.
  const told = missing.find(({ gridDegrees }) => gridDegrees.join() in lastFailures) ?? missing[0]!;
  const point = told.gridDegrees.join();
  const logSha256 = lastFailures[point]?.logSha256 ?? null;
  return {
    code: 'drive-incomplete',
    message:
      `${missing.length} of ${progress.pointsTotal} grid points have no energy; ` +
      `at ${point} degrees: ${told.reason}` +
      (crashedTasks.length > 0 ? ' What crashed is tried again when the molecule is submitted again.' : ''),
    ...(logSha256 !== null && { logSha256 }),
  };
}

/** The commands that a state implies, and word to who wants the drive. */
function transition(before: DriveRecord, state: DriveRecord, wavefront: Wavefront): DriveTransition {
  const commands: Command[] = [];
  const open = isDriveOpen(state);
  if (open || state.status === 'cancelled') {
    for (const { task } of impliedTasks(state, wavefront)) {
      const { taskId, owner } = task;
      commands.push(open ? { type: 'publish-task', task } : { type: 'drop-task', taskId, owner });
    }
  }
  return { state, artifact: null, commands: [...commands, ...told(before, state)] };
}

/** Word to who wants a drive when there is something that they show. */
export function told(before: DriveSummary, state: DriveSummary): Command[] {
  // An end is told again each time: the step that stored it may have died before it told.
  return isDriveOpen(state) && shown(before) === shown(state) ? [] : state.wantedBy.map(wakeOf);
}

function shown({ status, waitingFor, progress }: DriveSummary): string {
  return JSON.stringify([status, waitingFor, progress]);
}

export interface DriveTask {
  task: TaskRequest;
  /** The name of the task in `epochs`. */
  idAtEpoch0: string;
}

function impliedTasks(state: DriveRecord, wavefront: Wavefront): DriveTask[] {
  return state.wavefront === null
    ? [conformersTask(state)]
    : wavefront.outstandingJobs(state.wavefront).map((job) => optimizationTask(state, job));
}

function conformersTask(state: DriveRecord): DriveTask {
  const { mappedSmiles, dihedral, torsionDrive, startConformerSha256 } = state.order;
  const input = {
    mappedSmiles,
    maxConformers: torsionDrive.maxConformers,
    dihedral,
    ...(startConformerSha256 !== undefined && { startConformerSha256 }),
  };
  return taskOfDrive(state, { drive: state.id }, { kind: 'conformers', input }, 'any', '');
}

function optimizationTask(state: DriveRecord, { gridDegrees, startGeometry }: DriveJob): DriveTask {
  const { mappedSmiles, qc, dihedral, programVersion } = state.order;
  const input = { mappedSmiles, qc, dihedral, targetDegrees: gridDegrees[0]! };
  return taskOfDrive(
    state,
    { drive: state.id },
    { kind: 'constrained-optimization', input, startGeometry },
    qc.program,
    programVersion,
  );
}

/** A task of the drive alone, or one that corrections share. */
export function taskOfDrive(
  { epochs, order }: DriveSummary,
  owner: { drive: string } | { correction: string },
  subject: TaskSubject,
  program: string,
  programVersion: string,
): DriveTask {
  const driveId = 'drive' in owner ? owner.drive : undefined;
  const idAtEpoch0 = taskIdOf(subject, program, programVersion, 0, driveId);
  const epoch = epochs[idAtEpoch0] ?? 0;
  const taskId = epoch === 0 ? idAtEpoch0 : taskIdOf(subject, program, programVersion, epoch, driveId);
  return { idAtEpoch0, task: { ...subject, taskId, program, programVersion, lane: order.lane, owner } };
}
