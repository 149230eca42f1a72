import type * as deltaLearning from '@bespoke/delta-learning';
import type { CorrectedPoint, HighLevelResult, LowLevelScan } from '@bespoke/delta-learning';
import type { Failure, TorsionDriveRecord } from '@bespoke/workflow-schema';
import type { Command } from './command';
import {
  afterWant,
  driveIdOf,
  failed,
  isDriveOpen,
  isDriveReopenable,
  newSummary,
  taskOfDrive,
  told,
  withCrash,
  type DriveOrder,
  type DriveTask,
  type DriveSummary,
  type DriveTransition,
  type SinglePointOrder,
  type WantEvent,
} from './drive';
import { missingSupply, type Supply } from './supply';
import { readOutcome } from './task-output';
import { wanterOf, type TaskOutcome } from './task-request';
import { correctedArtifact } from './torsion-drive-record';

/** What the science has for corrections: the platform itself knows no chemistry. */
export type DeltaLearning = Pick<
  typeof deltaLearning,
  'geometrySteps' | 'nextSinglePoints' | 'correctedProfile'
> &
  Record<'KCAL_PER_MOL_PER_HARTREE', number>;

export interface CorrectionOrder extends DriveOrder {
  singlePoints: SinglePointOrder;
}

/**
 * The state of a torsion drive of two levels: it wants the drive of the lower one, and then single points of the higher
 * one at some of its geometries, until the profile is sure enough. Plain JSON.
 */
export interface CorrectionRecord extends DriveSummary {
  order: CorrectionOrder;
  /** SHA-256 of the lower level's TorsionDriveRecord, once that drive has succeeded. */
  scanSha256: string | null;
  /** All that were asked for, by their point of the scan. */
  singlePoints: { point: number; taskId: string }[];
}

export type CorrectionEvent =
  | WantEvent
  /** What `correctionNeeds` asks for (null: there is none yet), and who could do the work. */
  | {
      type: 'observed';
      scanDrive: DriveSummary | null;
      scan: TorsionDriveRecord | null;
      outcomes: Readonly<Record<string, TaskOutcome | null>>;
      supply: Supply;
    };

type Observation = Extract<CorrectionEvent, { type: 'observed' }>;
type CorrectionTransition = DriveTransition<CorrectionRecord>;

export function isCorrectionOrder(order: DriveOrder): order is CorrectionOrder {
  return order.singlePoints !== undefined;
}

export function isCorrection(drive: DriveSummary): drive is CorrectionRecord {
  return isCorrectionOrder(drive.order);
}

/** One that nobody wants yet: the event `wanted` follows. */
export function newCorrection(order: CorrectionOrder): CorrectionRecord {
  return { ...newSummary(order), scanSha256: null, singlePoints: [] };
}

/** What the next step wants to see: the drive of the lower level or, once that has ended, its record and results. */
export function correctionNeeds({ status, order, scanSha256, singlePoints }: CorrectionRecord): {
  scanDrive: string | null;
  scanSha256: string | null;
  tasks: string[];
} {
  if (!isDriveOpen({ status })) return { scanDrive: null, scanSha256: null, tasks: [] };
  const scanDrive = scanSha256 === null ? driveIdOf(scanOrder(order)) : null;
  return { scanDrive, scanSha256, tasks: singlePoints.map(({ taskId }) => taskId) };
}

/**
 * One step of a correction. The same event twice changes nothing the second time, and the order in which results
 * arrive does not matter for where it ends.
 */
export function stepCorrection(
  state: CorrectionRecord,
  event: CorrectionEvent,
  library: DeltaLearning,
): CorrectionTransition {
  switch (event.type) {
    case 'wanted':
    case 'unwanted':
      return transition(
        state,
        afterWant(state, event, () => ({ scanSha256: null, singlePoints: [] })),
      );
    case 'observed':
      if (!isDriveOpen(state)) return transition(state, state);
      if (state.scanSha256 === null) return scanning(state, event.scanDrive);
      return event.scan === null ? transition(state, state) : correcting(state, event.scan, event, library);
    default:
      return event satisfies never;
  }
}

/** Until the drive of the lower level has ended it shows that one's progress. */
function scanning(state: CorrectionRecord, scanDrive: DriveSummary | null): CorrectionTransition {
  const { id, order } = state;
  const by = wanterOf({ correction: id });
  const want: Command = { type: 'want-drive', order: scanOrder(order), by };
  if (scanDrive === null || (isDriveReopenable(scanDrive) && !scanDrive.wantedBy.includes(by)))
    return transition(state, state, [want]);
  const { status, waitingFor, progress, crashedTasks, failure, recordSha256 } = scanDrive;
  const shown = { ...state, progress: withSinglePoints(progress, order, 0, 0) };
  switch (status) {
    case 'waiting':
    case 'running':
      return transition(state, { ...shown, status, waitingFor }, [want]);
    case 'succeeded':
      return transition(state, { ...shown, status: 'running', waitingFor: null, scanSha256: recordSha256 });
    case 'failed':
    case 'cancelled':
      // What crashed there is tried again when this is wanted anew.
      return transition(state, failed({ ...shown, crashedTasks }, failure!));
    default:
      return status satisfies never;
  }
}

function correcting(
  state: CorrectionRecord,
  record: TorsionDriveRecord,
  { outcomes, supply }: Observation,
  library: DeltaLearning,
): CorrectionTransition {
  const { order } = state;
  const { qc, programVersion, settings } = order.singlePoints;
  const { known, results, failure } = withResults(state, record, outcomes);
  let scan: LowLevelScan;
  let plan: ReturnType<DeltaLearning['nextSinglePoints']>;
  try {
    scan = lowLevelScan(order, record, library);
    plan = library.nextSinglePoints(scan, results, settings);
  } catch (error) {
    // A scan that nothing can be made of: this torsion's end, not the fit's.
    const message = error instanceof Error ? error.message : String(error);
    return transition(state, failed(known, { code: 'scan-not-correctable', message }));
  }
  const tasks = plan.points.map((point) => ({ point, ...singlePointTask(state, record, point) }));
  const asked = new Set(state.singlePoints.map(({ point }) => point));
  const singlePoints = [
    ...state.singlePoints,
    ...tasks
      .filter(({ point }) => !asked.has(point))
      .map(({ point, task }) => ({ point, taskId: task.taskId })),
  ];
  const shown = {
    ...known,
    singlePoints,
    progress: withSinglePoints(state.progress, order, singlePoints.length, results.length),
  };
  if (plan.status === 'computing') {
    const waitingFor = missingSupply(supply, 'qc-generation', {
      program: qc.program,
      version: programVersion,
    });
    const published = tasks.map(({ task }): Command => ({ type: 'publish-task', task }));
    const status = waitingFor === null ? 'running' : 'waiting';
    return transition(state, { ...shown, status, waitingFor }, published);
  }
  if (results.every(({ energyHartree }) => energyHartree === null)) {
    const message = `None of the ${results.length} single points gave an energy. The first: ${failure!.message}`;
    return transition(state, failed(shown, { ...failure!, code: 'no-single-point', message }));
  }
  const profile = library.correctedProfile(scan, results);
  const energiesHartree = profile.map(
    ({ energyKcalPerMol }) => energyKcalPerMol / library.KCAL_PER_MOL_PER_HARTREE,
  );
  const { text, sha256: recordSha256 } = correctedArtifact(order, record, profile, energiesHartree);
  const warning = plan.status === 'sure-enough' ? null : lessSureThanWanted(profile, results, order);
  const succeeded = { ...shown, status: 'succeeded' as const, waitingFor: null, recordSha256, warning };
  return { ...transition(state, succeeded), artifact: text };
}

function withResults(
  state: CorrectionRecord,
  record: TorsionDriveRecord,
  outcomes: Observation['outcomes'],
): { known: CorrectionRecord; results: HighLevelResult[]; failure: Failure | null } {
  let known = state;
  const results: HighLevelResult[] = [];
  let failure: Failure | null = null;
  for (const { point, taskId } of state.singlePoints) {
    const outcome = readOutcome('single-point', outcomes[taskId]);
    if (outcome === null) continue;
    const isThere = outcome.outcome === 'succeeded';
    results.push({ point, energyHartree: isThere ? outcome.output.energyHartree : null });
    if (isThere) continue;
    failure ??= outcome.failure;
    if (outcome.outcome !== 'failed')
      known = withCrash(known, singlePointTask(state, record, point).idAtEpoch0);
  }
  return { known, results, failure };
}

/** The drive of the lower level. */
function scanOrder({ singlePoints: _, ...order }: CorrectionOrder): DriveOrder {
  return order;
}

function lowLevelScan(
  { torsionDrive }: CorrectionOrder,
  record: TorsionDriveRecord,
  { geometrySteps }: DeltaLearning,
): LowLevelScan {
  const grid = { gridSpacingDegrees: [torsionDrive.gridSpacingDegrees] };
  const points = record.points.map(({ gridDegrees, energyHartree, geometryAngstrom }) => ({
    gridDegrees: [gridDegrees],
    energyHartree,
    geometryAngstrom,
  }));
  return { grid, points, steps: geometrySteps(grid, points) };
}

/** The points of a drive of two levels are those of its scan and its single points. */
function withSinglePoints(
  { pointsDone, pointsTotal, jobsDone, jobsKnown }: DriveSummary['progress'],
  { torsionDrive, singlePoints }: CorrectionOrder,
  asked: number,
  done: number,
): DriveSummary['progress'] {
  const ofScan = 360 / torsionDrive.gridSpacingDegrees;
  const ofCorrection = Math.max(asked, Math.min(ofScan, singlePoints.settings.leastPoints));
  return {
    pointsDone: Math.min(pointsDone, ofScan) + done,
    pointsTotal: Math.min(pointsTotal, ofScan) + ofCorrection,
    jobsDone,
    jobsKnown,
  };
}

/** Corrections with other settings share it, so its id does not depend on the drive. */
function singlePointTask(
  correction: CorrectionRecord,
  { mappedSmiles, points }: TorsionDriveRecord,
  point: number,
): DriveTask {
  const { qc, programVersion } = correction.order.singlePoints;
  const input = { mappedSmiles, qc, geometryAngstrom: points[point]!.geometryAngstrom };
  return taskOfDrive(
    correction,
    { correction: correction.id },
    { kind: 'single-point', input },
    qc.program,
    programVersion,
  );
}

function lessSureThanWanted(
  profile: readonly CorrectedPoint[],
  results: readonly HighLevelResult[],
  { singlePoints }: CorrectionOrder,
): string {
  const { targetStandardErrorKcalPerMol: target, energyCutoffKcalPerMol: cutoff } = singlePoints.settings;
  const counted = profile.filter(({ energyKcalPerMol }) => energyKcalPerMol <= cutoff);
  const squares = counted.reduce((sum, { standardErrorKcalPerMol }) => sum + standardErrorKcalPerMol ** 2, 0);
  const reached = Math.sqrt(squares / counted.length).toFixed(2);
  const missing = results.filter(({ energyHartree }) => energyHartree === null).length;
  return (
    `its profile has a standard error of ${reached} kcal/mol after ${results.length} single points` +
    `${missing > 0 ? `, ${missing} of which failed` : ''}; wanted was ${target}`
  );
}

/** Once it has ended it lets go of what it wanted, so that what nobody wants is not computed. */
function transition(
  before: CorrectionRecord,
  state: CorrectionRecord,
  commands: readonly Command[] = [],
): CorrectionTransition {
  const { id, order } = state;
  const released: Command[] = isDriveOpen(state)
    ? []
    : [
        { type: 'unwant-drive', driveId: driveIdOf(scanOrder(order)), by: wanterOf({ correction: id }) },
        ...state.singlePoints.map(({ taskId }): Command => ({
          type: 'drop-task',
          taskId,
          owner: { correction: id },
        })),
      ];
  return { state, artifact: null, commands: [...commands, ...released, ...told(before, state)] };
}
