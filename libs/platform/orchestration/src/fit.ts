import {
  fragmentationProgram,
  fragmentName,
  STAGES,
  type DriveStatus,
  type Failure,
  type FitStatus,
  type Fragment,
  type Lane,
  type StageName,
  type Workflow,
} from '@bespoke/workflow-schema';
import type { Command } from './command';
import {
  driveIdOf,
  isDriveOpen,
  isDriveReopenable,
  type DriveOrder,
  type SinglePointOrder,
  type DriveSummary,
} from './drive';
import { afterTask, engineOf, fitsTask, newTask, type FitTask } from './fit-task';
import {
  groupingsOf,
  isParameterFitOpen,
  parameterFitNeeds,
  parameterFitsOf,
  stepParameterFits,
  type Grouping,
  type ParameterFit,
} from './parameter-fits';
import {
  areSettled,
  drivenMolecules,
  newParentChecks,
  parentCheckNeeds,
  parentCheckTasks,
  parentCheckWarnings,
  withVerdicts,
  type DrivenInFit,
  type ParentChecks,
} from './parent-check';
import { missingSupply, versionToPin, type Supply } from './supply';
import { readOutcome } from './task-output';
import type { TaskOutcome, TaskRequest, TaskSubject } from './task-request';

/** A drive as its fits show it; a copy, so that the fit's record alone is what a client watches. */
export interface FitDrive {
  driveId: string;
  /** The fragment without hydrogens and maps, for people. */
  fragment: string;
  /** Bonds of the molecule that the fragment stands for; absent in what an earlier version wrote, as is `reused`. */
  bonds?: number;
  /** Whether it was computed before the fit asked for it; null until the fit has looked. */
  reused?: boolean | null;
  status: DriveStatus;
  waitingFor: string | null;
  pointsDone: number;
  pointsTotal: number;
  optimizationsDone: number;
  optimizationsKnown: number;
  failure: Failure | null;
  /** What a person should know of its profile; absent in what an earlier version wrote. */
  warning?: string | null;
  /** SHA-256 of the TorsionDriveRecord, once succeeded. */
  recordSha256: string | null;
}

export interface StageProgress {
  name: StageName;
  status: FitStatus;
  startedAt: string | null;
  finishedAt: string | null;
}

/** What a client asked for, after validation. */
export interface FitOrder {
  id: string;
  name: string;
  /** As the client wrote it, or, from a molfile, without hydrogens. */
  smiles: string;
  mappedSmiles: string;
  workflow: Workflow;
  /** An artifact; the name is for people. */
  baseForceField: { name: string; sha256: string };
  /** SHA-256 of the StartConformer among the artifacts, in the order of mappedSmiles; absent where none was given. */
  startConformerSha256?: string;
  /** What the charges of its fragments are made by; null, or absent in what an earlier version wrote, where none is needed. */
  chargeProgram?: string | null;
  lane: Lane;
  /** The version of this software that the fit keeps to, also when gateways are upgraded meanwhile. */
  softwareVersion: string;
  /** ISO 8601. */
  createdAt: string;
}

/** The state of a fit. Plain JSON. */
export interface FitRecord extends FitOrder {
  v: 1;
  status: FitStatus;
  /** The first stage that has not ended; where the fit ended, once it has. Parameters are fitted beside drives. */
  stage: StageName;
  stages: StageProgress[];
  waitingFor: string | null;
  failure: Failure | null;
  warnings: string[];
  /**
   * Pinned before a fragmentation that needs a program begins; null until then, and where none is needed. Absent in
   * what an earlier version wrote.
   */
  fragmentationVersion?: string | null;
  fragmentTask: FitTask;
  /** Pinned when the QC stage begins; null while no worker and no pool has the program. */
  engineVersion: string | null;
  /** Of the program of the single points, pinned with it; absent where the workflow asks for none. */
  singlePointVersion?: string;
  /** Absent where the workflow asks for none. */
  parentChecks?: ParentChecks;
  /** One for each of `drivenMolecules`, in their order; empty until the fragments are known. */
  drives: FitDrive[];
  // What follows is absent in what an earlier version wrote.
  /** Of `chargeProgram`, pinned when the first group can be fitted. */
  chargeVersion?: string | null;
  /** The first is of all that is driven, once that is settled; others are of what is left of a group. */
  groupings?: Grouping[];
  /** One for each group whose drives have ended, in the order of the drives. */
  parameterFits?: ParameterFit[];
  /** Puts the force field together, once the parameters are fitted. */
  forceFieldTask?: FitTask | null;
  result: { forceFieldSha256: string; fitOutcomeSha256: string | null } | null;
  finishedAt: string | null;
  /** Set on a fit that has ended once it has let go of its drives and tasks. */
  released: boolean;
}

export type FitEvent =
  /** What `fitNeeds` asks for (null: there is none yet), and who could do the work. */
  | {
      type: 'observed';
      /** ISO 8601. */
      now: string;
      outcomes: Readonly<Record<string, TaskOutcome | null>>;
      drives: Readonly<Record<string, DriveSummary | null>>;
      supply: Supply;
    }
  | { type: 'cancelled'; now: string }
  /** The commands of an ended fit were carried out. */
  | { type: 'released' };

type Observation = Extract<FitEvent, { type: 'observed' }>;

export interface FitTransition {
  state: FitRecord;
  /** To be carried out after the state was stored. */
  commands: Command[];
}

export function newFit(order: FitOrder): FitRecord {
  return {
    ...order,
    v: 1,
    status: 'waiting',
    stage: 'fragmentation',
    stages: STAGES.map((name) => ({ name, status: 'waiting', startedAt: null, finishedAt: null })),
    waitingFor: null,
    failure: null,
    warnings: [],
    fragmentationVersion: null,
    fragmentTask: newTask(fragmentTask(order, 0)),
    engineVersion: null,
    drives: [],
    chargeVersion: null,
    groupings: [],
    parameterFits: [],
    forceFieldTask: null,
    result: null,
    finishedAt: null,
    released: false,
  };
}

export function isFitOpen({ status }: { status: FitStatus }): boolean {
  return status === 'waiting' || status === 'running';
}

/** What the next step wants to see: results of tasks, and drives. */
export function fitNeeds(state: FitRecord): { tasks: string[]; drives: string[] } {
  if (!isFitOpen(state)) return { tasks: [], drives: [] };
  // The parameters to be fitted are in the fragments' result, not in the fit's record.
  const fragments = state.fragmentTask.taskId;
  switch (state.stage) {
    case 'fragmentation':
      return { tasks: [fragments], drives: [] };
    case 'qc-generation':
      return {
        tasks: [fragments, ...parentCheckNeeds(state.parentChecks), ...parameterFitNeeds(state)],
        drives: state.drives.filter((drive) => !isEnded(drive)).map(({ driveId }) => driveId),
      };
    case 'optimization':
      return {
        tasks: [
          fragments,
          ...(state.forceFieldTask ? [state.forceFieldTask.taskId] : parameterFitNeeds(state)),
        ],
        drives: [],
      };
    default:
      return state.stage satisfies never;
  }
}

/**
 * One step of a fit. A step either moves the state on or gives the commands that it implies, so the gateway
 * steps until nothing changes. The same event twice changes nothing the second time.
 */
export function stepFit(state: FitRecord, event: FitEvent): FitTransition {
  if (!isFitOpen(state)) {
    return event.type === 'released'
      ? { state: { ...state, released: true }, commands: [] }
      : released(state);
  }
  switch (event.type) {
    case 'cancelled':
      return released(ended(state, 'cancelled', event.now, {}));
    case 'released':
      return { state, commands: [] };
    case 'observed':
      switch (state.stage) {
        case 'fragmentation':
          return fragmenting(state, event);
        case 'qc-generation':
          return driving(state, event);
        case 'optimization':
          return fitting(state, event);
        default:
          return state.stage satisfies never;
      }
    default:
      return event satisfies never;
  }
}

function fragmenting(state: FitRecord, event: Observation): FitTransition {
  const program = fragmentationProgram(state.workflow.fragmentation);
  if (program !== null && (state.fragmentationVersion ?? null) === null) {
    const fragmentationVersion = versionToPin(event.supply, 'fragmentation', program);
    if (fragmentationVersion === null)
      return { state: waiting(state, `a worker for fragmentation with ${program}`), commands: [] };
    const pinned = { ...state, fragmentationVersion };
    return { state: { ...pinned, fragmentTask: newTask(fragmentTask(pinned, 0)) }, commands: [] };
  }
  const outcome = readOutcome('fragment', event.outcomes[state.fragmentTask.taskId]);
  if (outcome === null || outcome.outcome !== 'succeeded') {
    const request = (epoch: number): TaskRequest => fragmentTask(state, epoch);
    return asking(state, event, state.fragmentTask, request, (fragmentTask) => ({ fragmentTask }), outcome);
  }
  const { fragments, warnings } = outcome.output;
  const known: FitRecord = {
    ...state,
    warnings: [...state.warnings, ...warnings],
  };
  if (fragments.length > 0) return { state: entered(known, 'qc-generation', event.now), commands: [] };
  return released(
    ended(known, 'succeeded', event.now, {
      result: { forceFieldSha256: state.baseForceField.sha256, fitOutcomeSha256: null },
      warnings: [
        ...known.warnings,
        'The molecule has no rotatable bond that the target patterns select: the force field is the base force field, unchanged.',
      ],
    }),
  );
}

function driving(state: FitRecord, event: Observation): FitTransition {
  const fragmented = readOutcome('fragment', event.outcomes[state.fragmentTask.taskId]);
  if (fragmented?.outcome !== 'succeeded') return lostFragments(state);
  const { fragments } = fragmented.output;

  const programVersion = state.engineVersion;
  if (programVersion === null) return pinning(state, fragments, event);
  const checked =
    state.parentChecks &&
    withVerdicts(state, state.parentChecks, fragments, event.outcomes, (fragment) =>
      driveOfFragment(state, programVersion, fragment),
    );
  const known = { ...state, ...(checked && { parentChecks: checked.checks }) };
  const drives = fitDrives(known, fragments, event);
  const driven = drivenMolecules(fragments, known.parentChecks);
  const commands = [
    ...(checked?.tasks ?? []).map(published),
    ...driven.flatMap((each, index): Command[] => {
      const order = driveOrder(state, programVersion, each);
      const isAsked =
        each.isProvisional ||
        isEnded(drives[index]!) ||
        joined(event.drives[driveIdOf(order)] ?? null, state.id);
      return isAsked ? [] : [{ type: 'want-drive', order, by: state.id }];
    }),
  ];
  const updated = { ...known, drives };
  const open = drives.filter((drive) => !isEnded(drive));
  const isSettled = areSettled(known.parentChecks);
  if (open.length === 0 && isSettled) return drivesEnded(updated, fragments, event);
  const waitingFor = open.every((drive) => drive.waitingFor !== null) ? (open[0]?.waitingFor ?? null) : null;
  const shown = waiting(updated, waitingFor);
  if (!isSettled) return { state: shown, commands };
  const { state: fitted, ...fits } = stepParameterFits(shown, fragments, event);
  if (fits.failure !== null) return failedToFit(fitted, fits.failure, event.now);
  return {
    state: besideDrives(fitted, fits.waitingFor, event.now),
    commands: [...commands, ...fits.published.map(published)],
  };
}

/** What is driven of a fragment itself, if anything is. */
function driveOfFragment(state: FitRecord, programVersion: string, molecule: Fragment): FitDrive | undefined {
  const id = driveIdOf(driveOrder(state, programVersion, { molecule, isReplacement: false }));
  return state.drives.find(({ driveId }) => driveId === id);
}

/** Pins the versions of what drives are computed with, once there is all of it. */
function pinning(state: FitRecord, fragments: readonly Fragment[], event: Observation): FitTransition {
  const { qc, singlePoints } = state.workflow;
  const programs = [qc.program, ...(singlePoints ? [singlePoints.qc.program] : [])];
  const versions = programs.map((program) => versionToPin(event.supply, 'qc-generation', program));
  const missing = versions.indexOf(null);
  if (missing >= 0) return { state: waiting(state, `a worker with ${programs[missing]}`), commands: [] };
  const [engineVersion, singlePointVersion] = versions as [string, string?];
  const parentChecks = newParentChecks(state, fragments, event.supply);
  const pinned = {
    ...state,
    engineVersion,
    ...(singlePointVersion && { singlePointVersion }),
    ...(parentChecks && { parentChecks }),
  };
  return { state: { ...pinned, drives: fitDrives(pinned, fragments, event) }, commands: [] };
}

function drivesEnded(state: FitRecord, fragments: readonly Fragment[], { now }: Observation): FitTransition {
  const { drives } = state;
  const dropped = drives.filter(({ status }) => status !== 'succeeded');
  if (dropped.length === drives.length) {
    const { message, logSha256 } = dropped[0]!.failure!;
    return released(
      ended(state, 'failed', now, {
        failure: {
          code: 'all-drives-failed',
          message: `None of the ${drives.length} torsion drives gave a profile. The first: ${message}`,
          ...(logSha256 !== undefined && { logSha256 }),
        },
      }),
    );
  }
  const warnings = [
    ...parentCheckWarnings(state, fragments, state.parentChecks),
    ...drives.flatMap(({ status, failure }, index) =>
      status === 'succeeded' ? [] : [notFitted(state, fragments, [index], failure!)],
    ),
    ...drivenMolecules(fragments, state.parentChecks).flatMap(({ molecule }, index) => {
      const { warning } = drives[index]!;
      return warning ? [`${fragmentName(molecule)}: ${warning}`] : [];
    }),
  ];
  const driven: FitRecord = { ...state, warnings: [...state.warnings, ...warnings] };
  return { state: entered(driven, 'optimization', now), commands: [] };
}

function fitting(state: FitRecord, event: Observation): FitTransition {
  const fragmented = readOutcome('fragment', event.outcomes[state.fragmentTask.taskId]);
  if (fragmented?.outcome !== 'succeeded') return lostFragments(state);
  const { fragments } = fragmented.output;
  if (state.forceFieldTask) return writing(state, state.forceFieldTask, fragments, event);
  const { state: updated, ...fits } = stepParameterFits(state, fragments, event);
  if (fits.failure !== null) return failedToFit(updated, fits.failure, event.now);
  if (fits.haveEnded) return fitted(updated, fragments, event);
  return { state: waiting(updated, fits.waitingFor), commands: fits.published.map(published) };
}

function failedToFit(state: FitRecord, failure: Failure, now: string): FitTransition {
  return released(ended({ ...state, stage: 'optimization' }, 'failed', now, { failure }));
}

/** All fits of parameters have ended. One that failed costs its own torsions; only all together fail the whole. */
function fitted(state: FitRecord, fragments: readonly Fragment[], event: Observation): FitTransition {
  const fits = parameterFitsOf(state);
  const failed = fits.filter(({ status }) => status !== 'succeeded');
  if (failed.length === fits.length) {
    const failure = failed[0]!.failure!;
    const message = `None of the ${fits.length} fits of parameters succeeded. The first: ${failure.message}`;
    return released(
      ended(state, 'failed', event.now, { failure: fits.length === 1 ? failure : { ...failure, message } }),
    );
  }
  const warnings = failed.map(({ drives, failure }) => notFitted(state, fragments, drives, failure!));
  const forceFieldTask = newTask(writeForceFieldTask(state, fragments, 0));
  return { state: { ...state, forceFieldTask, warnings: [...state.warnings, ...warnings] }, commands: [] };
}

function notFitted(
  { parentChecks }: FitRecord,
  fragments: readonly Fragment[],
  drives: readonly number[],
  { message }: Failure,
): string {
  const molecules = drivenMolecules(fragments, parentChecks);
  const names = drives.map((index) => fragmentName(molecules[index]!.molecule)).join(', ');
  return `${names} ${drives.length === 1 ? 'keeps its' : 'keep their'} general parameters: ${message}`;
}

function writing(
  state: FitRecord,
  task: FitTask,
  fragments: readonly Fragment[],
  event: Observation,
): FitTransition {
  const outcome = readOutcome('write-force-field', event.outcomes[task.taskId]);
  if (outcome === null || outcome.outcome !== 'succeeded') {
    const request = (epoch: number): TaskRequest => writeForceFieldTask(state, fragments, epoch);
    return asking(state, event, task, request, (forceFieldTask) => ({ forceFieldTask }), outcome);
  }
  const { forceFieldSha256, fitOutcomeSha256 } = outcome.output;
  return released(
    ended(state, 'succeeded', event.now, {
      result: { forceFieldSha256, fitOutcomeSha256 },
    }),
  );
}

/** A fit's own task that has not succeeded: ask for it, wait for it, try it again, or end with its failure. */
function asking(
  state: FitRecord,
  { now, supply }: Observation,
  task: FitTask,
  request: (epoch: number) => TaskRequest,
  put: (task: FitTask) => Partial<FitRecord>,
  outcome: Exclude<TaskOutcome, { outcome: 'succeeded' }> | null,
): FitTransition {
  const next = afterTask(task, outcome, request);
  if ('failure' in next) return released(ended(state, 'failed', now, { failure: next.failure }));
  const asked = { ...state, ...put(next.task) };
  if (next.published === null) return { state: asked, commands: [] };
  return {
    state: waiting(started(asked, now), missingSupply(supply, state.stage, engineOf(next.published))),
    commands: [published(next.published)],
  };
}

function published(task: TaskRequest): Command {
  return { type: 'publish-task', task };
}

/** Results are never deleted while a fit needs them; if someone did, the fit waits where it is seen. */
function lostFragments(state: FitRecord): FitTransition {
  return {
    state: { ...state, stage: 'fragmentation', fragmentTask: { ...state.fragmentTask, wanted: false } },
    commands: [],
  };
}

/** The drives of a fit that has pinned its engine, as the fit shows them. */
function fitDrives(state: FitRecord, fragments: readonly Fragment[], event: Observation): FitDrive[] {
  return drivenMolecules(fragments, state.parentChecks).map((driven) => {
    const order = driveOrder(state, state.engineVersion!, driven);
    const id = driveIdOf(order);
    const known = state.drives.find(({ driveId }) => driveId === id) ?? newFitDrive(order, driven);
    // Should another fit have it tried again: this one goes by how it ended, and may have fitted what is left.
    if (isEnded(known)) return known;
    if (!driven.isProvisional) return copied(known, event.drives[id] ?? null, state.id);
    const checkedBy = {
      program: state.workflow.parentCheck!.qc.program,
      version: state.parentChecks!.programVersion!,
    };
    return { ...known, waitingFor: missingSupply(event.supply, 'qc-generation', checkedBy) };
  });
}

/** The drive's state as the fit shows it. One that is to be opened again for this fit shows as waiting. */
function copied(drive: FitDrive, record: DriveSummary | null, fitId: string): FitDrive {
  if (record === null) return { ...drive, reused: false };
  const { pointsDone, pointsTotal, jobsDone, jobsKnown } = record.progress;
  const toBeReopened = isDriveReopenable(record) && !joined(record, fitId);
  return {
    ...drive,
    reused: record.status === 'succeeded' && !joined(record, fitId),
    status: toBeReopened ? 'waiting' : record.status,
    waitingFor: record.waitingFor,
    pointsDone,
    pointsTotal,
    optimizationsDone: jobsDone,
    optimizationsKnown: jobsKnown,
    failure: toBeReopened ? null : record.failure,
    warning: record.warning ?? null,
    recordSha256: record.recordSha256,
  };
}

function joined(record: DriveSummary | null, fitId: string): boolean {
  return record !== null && record.wantedBy.includes(fitId);
}

function isEnded(drive: FitDrive): boolean {
  return !isDriveOpen(drive);
}

function newFitDrive(order: DriveOrder, { molecule }: DrivenInFit): FitDrive {
  return {
    driveId: driveIdOf(order),
    fragment: molecule.smiles,
    bonds: molecule.occurrences.length,
    reused: null,
    status: 'waiting',
    waitingFor: null,
    pointsDone: 0,
    pointsTotal: 360 / order.torsionDrive.gridSpacingDegrees,
    optimizationsDone: 0,
    optimizationsKnown: 0,
    failure: null,
    recordSha256: null,
  };
}

function waiting(state: FitRecord, waitingFor: string | null): FitRecord {
  const status = waitingFor === null ? 'running' : 'waiting';
  return {
    ...state,
    status,
    waitingFor,
    stages: state.stages.map((stage) => (stage.name === state.stage ? { ...stage, status } : stage)),
  };
}

/** What the fits of parameters add while drives are under way. */
function besideDrives(state: FitRecord, waitingFor: string | null, now: string): FitRecord {
  const fits = parameterFitsOf(state);
  if (fits.length === 0) return state;
  const isRunning = fits.some(isParameterFitOpen) && waitingFor === null;
  const status = isRunning ? 'running' : 'waiting';
  return {
    ...state,
    ...(isRunning && { status, waitingFor: null }),
    stages: state.stages.map((stage) =>
      stage.name === 'optimization' ? { ...stage, status, startedAt: stage.startedAt ?? now } : stage,
    ),
  };
}

function started(state: FitRecord, now: string): FitRecord {
  return {
    ...state,
    stages: state.stages.map((stage) =>
      stage.name === state.stage ? { ...stage, startedAt: stage.startedAt ?? now } : stage,
    ),
  };
}

function entered(state: FitRecord, stage: StageName, now: string): FitRecord {
  const stages = state.stages.map((each): StageProgress =>
    each.name === state.stage
      ? { ...each, status: 'succeeded', startedAt: each.startedAt ?? now, finishedAt: now }
      : each,
  );
  return waiting(started({ ...state, stage, stages }, now), null);
}

/** Stages that were not reached end as the fit does: a fit without anything to fit has succeeded in them. */
function ended(
  state: FitRecord,
  status: 'succeeded' | 'failed' | 'cancelled',
  now: string,
  with_: Partial<Pick<FitRecord, 'failure' | 'result' | 'warnings'>>,
): FitRecord {
  const reached = STAGES.indexOf(state.stage);
  return {
    ...state,
    ...with_,
    status,
    waitingFor: null,
    finishedAt: now,
    // A drive may go on for others; for this fit it has ended.
    drives: state.drives.map((drive) =>
      isDriveOpen(drive) ? { ...drive, status: 'cancelled', waitingFor: null } : drive,
    ),
    parameterFits: parameterFitsOf(state).map((fit) =>
      isParameterFitOpen(fit) ? { ...fit, status: 'cancelled' } : fit,
    ),
    stages: state.stages.map((stage, index) =>
      stage.status === 'succeeded'
        ? stage
        : {
            ...stage,
            status: index !== reached && status === 'failed' ? 'cancelled' : status,
            finishedAt: index > reached && stage.startedAt === null ? null : now,
          },
    ),
  };
}

/** An ended fit lets go of its drives and tasks, so that what nobody wants is not computed. */
function released(state: FitRecord): FitTransition {
  if (state.released) return { state, commands: [] };
  const tasks = [
    state.fragmentTask,
    ...parentCheckTasks(state.parentChecks),
    ...groupingsOf(state),
    ...parameterFitsOf(state),
    state.forceFieldTask,
  ].flatMap((task) => (task?.wanted ? [task.taskId] : []));
  return {
    state,
    commands: [
      ...state.drives.map(({ driveId }): Command => ({ type: 'unwant-drive', driveId, by: state.id })),
      ...tasks.map((taskId): Command => ({ type: 'drop-task', taskId, owner: { fit: state.id } })),
    ],
  };
}

function driveOrder(
  { workflow, lane, singlePointVersion }: FitRecord,
  programVersion: string,
  { molecule, isReplacement }: Pick<DrivenInFit, 'molecule' | 'isReplacement'>,
): DriveOrder {
  const { mappedSmiles, dihedral, startConformerSha256 } = molecule;
  return {
    mappedSmiles,
    dihedral,
    qc: workflow.qc,
    programVersion,
    // From several conformers a drive takes now one, now another; in a whole molecule what sets them apart is far from
    // the bond, and would be fitted as if it were the bond's.
    torsionDrive: isReplacement ? { ...workflow.torsionDrive, maxConformers: 1 } : workflow.torsionDrive,
    ...(startConformerSha256 !== undefined && { startConformerSha256 }),
    ...(workflow.singlePoints && { singlePoints: singlePointOrder(workflow, singlePointVersion!) }),
    lane,
  };
}

function singlePointOrder({ singlePoints, fit }: Workflow, programVersion: string): SinglePointOrder {
  const { qc, ...settings } = singlePoints!;
  // What the fit leaves out need not be known.
  const { energyCutoffKcalPerMol } = fit;
  return { qc, programVersion, settings: { ...settings, energyCutoffKcalPerMol } };
}

function fragmentTask(fit: FitOrder & Pick<FitRecord, 'fragmentationVersion'>, epoch: number): TaskRequest {
  const { workflow } = fit;
  const program = fragmentationProgram(workflow.fragmentation);
  const subject: TaskSubject = {
    kind: 'fragment',
    input: {
      softwareVersion: fit.softwareVersion,
      mappedSmiles: fit.mappedSmiles,
      fragmentation: workflow.fragmentation,
      targetTorsionSmarts: workflow.targetTorsionSmarts,
      baseForceFieldSha256: fit.baseForceField.sha256,
      periodicities: workflow.fit.periodicities,
      ...(workflow.fit.parameters === 'general' && { parameters: 'general' }),
      ...(workflow.fit.also?.length && { also: workflow.fit.also }),
      ...(fit.startConformerSha256 !== undefined && { startConformerSha256: fit.startConformerSha256 }),
      ...(workflow.parentCheck && { withWholeMolecule: true }),
    },
  };
  return fitsTask(fit, epoch, subject, program && { program, version: fit.fragmentationVersion ?? '' });
}

/** In the order of the fragments: where patterns overlap, the last one wins. */
function writeForceFieldTask(fit: FitRecord, fragments: readonly Fragment[], epoch: number): TaskRequest {
  const fits = parameterFitsOf(fit);
  const fitted = drivenMolecules(fragments, fit.parentChecks).flatMap(({ molecule }, drive) => {
    const { mappedSmiles, dihedral, parameters } = molecule;
    const fitOutcomeSha256 = fits.find(({ drives }) => drives.includes(drive))?.outcomeSha256 ?? null;
    const smirks = parameters.map((parameter) => parameter.smirks);
    return fitOutcomeSha256 === null ? [] : [{ mappedSmiles, dihedral, fitOutcomeSha256, smirks }];
  });
  return fitsTask(fit, epoch, {
    kind: 'write-force-field',
    input: {
      softwareVersion: fit.softwareVersion,
      mappedSmiles: fit.mappedSmiles,
      baseForceFieldSha256: fit.baseForceField.sha256,
      fit: fit.workflow.fit,
      qc: fit.workflow.qc,
      programVersion: fit.engineVersion!,
      ...(fit.workflow.singlePoints && {
        singlePoints: { qc: fit.workflow.singlePoints.qc, programVersion: fit.singlePointVersion! },
      }),
      fragments: fitted,
    },
  });
}
