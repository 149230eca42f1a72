import {
  fragmentName,
  type DrivenMolecule,
  type DriveOfCheck,
  type Fragment,
  type ParentCheckResult,
  type ParentVerdict,
} from '@bespoke/workflow-schema';
import { isDriveOpen } from './drive';
import type { FitDrive, FitOrder } from './fit';
import { afterTask, fitsTask, newTask, type FitTask } from './fit-task';
import { versionToPin, type Supply } from './supply';
import { readOutcome } from './task-output';
import type { TaskOutcome, TaskRequest, TaskSubject } from './task-request';

/** Whether a fragment may stand for its molecule, as far as is known; its task is null where none is needed. */
export interface ParentCheck {
  task: FitTask | null;
  verdict: ParentVerdict | null;
  /**
   * A fragment that is like its molecule where the two were compared may be driven through other conformations: its
   * drive is compared too, once it has ended. Absent where there is nothing to compare it with.
   */
  ofDrive?: { task: FitTask | null; isOver: boolean };
}

/** The checks of a fit's fragments, in their order. Plain JSON. */
export interface ParentChecks {
  /** Pinned when the QC stage begins; null where no worker and no pool has the program. */
  programVersion: string | null;
  checks: ParentCheck[];
}

/** A molecule that a fit has driven, which fragment it is or stands for, and what was found about that. */
export interface DrivenInFit {
  molecule: DrivenMolecule;
  fragment: Fragment;
  /** The molecule in the place of a fragment that is unlike it. */
  isReplacement: boolean;
  /** Whether it is still to be seen if this is what will be driven. */
  isProvisional: boolean;
  verdict: ParentVerdict | null;
}

/** Undefined where the workflow asks for none. What cannot be compared stands for its molecule, with the reason. */
export function newParentChecks(
  fit: FitOrder,
  fragments: readonly Fragment[],
  supply: Supply,
): ParentChecks | undefined {
  const settings = fit.workflow.parentCheck;
  if (!settings) return undefined;
  const { program } = settings.qc;
  const programVersion = versionToPin(supply, 'qc-generation', program);
  return {
    programVersion,
    checks: fragments.map((fragment): ParentCheck => {
      if (fragment.wholeMolecule === undefined) return { task: null, verdict: null };
      if (programVersion === null) {
        const reason = `no worker and no pool has ${program}`;
        return { task: null, verdict: { verdict: 'not-compared', reason } };
      }
      return { task: newTask(parentCheckTask(fit, fragment, programVersion, 0)), verdict: null };
    }),
  };
}

/** The tasks whose results the next step wants to see: what is known of the molecule is in the first one's. */
export function parentCheckNeeds(checks: ParentChecks | undefined): string[] {
  return (checks?.checks ?? []).flatMap((check) => (isSettled(check) ? [] : tasksOf(check))).map(idOf);
}

/** All tasks of the checks. */
export function parentCheckTasks(checks: ParentChecks | undefined): FitTask[] {
  return (checks?.checks ?? []).flatMap(tasksOf);
}

/** Whether all verdicts are in, so that what is driven will not change any more. */
export function areSettled(checks: ParentChecks | undefined): boolean {
  return (checks?.checks ?? []).every(isSettled);
}

function isSettled({ task, verdict, ofDrive }: ParentCheck): boolean {
  return task === null || (verdict !== null && (ofDrive === undefined || ofDrive.isOver));
}

function tasksOf({ task, ofDrive }: ParentCheck): FitTask[] {
  return [task, ofDrive?.task ?? null].filter((each) => each !== null);
}

function idOf({ taskId }: FitTask): string {
  return taskId;
}

/**
 * The checks after what has become known of them, and the tasks that are still to be done.
 * @param driveOf The drive of a fragment, while that is what is driven.
 */
export function withVerdicts(
  fit: FitOrder,
  { programVersion, checks }: ParentChecks,
  fragments: readonly Fragment[],
  outcomes: Readonly<Record<string, TaskOutcome | null>>,
  driveOf: (fragment: Fragment) => FitDrive | undefined,
): { checks: ParentChecks; tasks: TaskRequest[] } {
  const tasks: TaskRequest[] = [];
  /** The task's result; else the task as it goes on, or why it cannot. */
  const step = (task: FitTask, request: (epoch: number) => TaskRequest) => {
    const outcome = readOutcome('parent-check', outcomes[task.taskId]);
    if (outcome?.outcome === 'succeeded') return { result: outcome.output };
    const next = afterTask(task, outcome, request);
    if ('task' in next && next.published) tasks.push(next.published);
    return next;
  };
  const known = checks.map((check, index): ParentCheck => {
    const { task } = check;
    if (task === null || isSettled(check)) return check;
    const fragment = fragments[index]!;
    const first = step(task, (epoch) => parentCheckTask(fit, fragment, programVersion!, epoch));
    if ('failure' in first)
      return { task, verdict: { verdict: 'not-compared', reason: first.failure.message } };
    if ('task' in first) return { task: first.task, verdict: null };
    const verdict = check.verdict ?? verdictOf(first.result, fit);
    const { parents } = first.result;
    if (verdict.verdict === 'unlike' || parents === undefined) return { task, verdict };
    const drive = driveOf(fragment);
    if (drive === undefined || isDriveOpen(drive))
      return { task, verdict, ofDrive: { task: null, isOver: false } };
    if (drive.recordSha256 === null) return { task, verdict, ofDrive: { task: null, isOver: true } };
    const compared = { torsionDriveSha256: drive.recordSha256, parents };
    const request = (epoch: number): TaskRequest =>
      parentCheckTask(fit, fragment, programVersion!, epoch, compared);
    const taskOfDrive = check.ofDrive?.task ?? newTask(request(0));
    const second = step(taskOfDrive, request);
    if ('task' in second) return { task, verdict, ofDrive: { task: second.task, isOver: false } };
    // Nothing speaks against a drive that cannot be compared.
    const last = 'result' in second ? verdictOf(second.result, fit) : verdict;
    return { task, verdict: last, ofDrive: { task: taskOfDrive, isOver: true } };
  });
  return { checks: { programVersion, checks: known }, tasks };
}

/** What a fit drives: each fragment, or, in the place of one that is unlike it, the molecule. */
export function drivenMolecules(
  fragments: readonly Fragment[],
  parentChecks: ParentChecks | undefined,
): DrivenInFit[] {
  return fragments.flatMap((fragment, index): DrivenInFit[] => {
    const { task = null, verdict = null } = parentChecks?.checks[index] ?? {};
    const isReplacement = verdict?.verdict === 'unlike';
    return (isReplacement ? fragment.wholeMolecule! : [fragment]).map((molecule) => ({
      molecule,
      fragment,
      isReplacement,
      isProvisional: task !== null && verdict === null,
      verdict,
    }));
  });
}

/** What a person should know of the checks. */
export function parentCheckWarnings(
  { workflow }: FitOrder,
  fragments: readonly Fragment[],
  parentChecks: ParentChecks | undefined,
): string[] {
  return (parentChecks?.checks ?? []).flatMap(({ verdict }, index) => {
    const name = fragmentName(fragments[index]!);
    switch (verdict?.verdict) {
      case undefined:
      case 'alike':
        return [];
      case 'unlike':
        return [
          `${name} is driven in the whole molecule, which the fragment is unlike: their torsion profiles differ by ${verdict.deviationKcalPerMol.toFixed(2)} kcal/mol, more than ${workflow.parentCheck!.thresholdKcalPerMol}`,
        ];
      case 'not-compared':
        return [`${name} is not compared with the molecule: ${verdict.reason}`];
      default:
        return verdict satisfies never;
    }
  });
}

function verdictOf({ deviationKcalPerMol }: ParentCheckResult, { workflow }: FitOrder): ParentVerdict {
  const isUnlike = deviationKcalPerMol > workflow.parentCheck!.thresholdKcalPerMol;
  return { verdict: isUnlike ? 'unlike' : 'alike', deviationKcalPerMol };
}

function parentCheckTask(
  fit: FitOrder,
  { mappedSmiles, dihedral, parameters, wholeMolecule = [] }: Fragment,
  programVersion: string,
  epoch: number,
  drive?: DriveOfCheck,
): TaskRequest {
  const { qc, gridSpacingDegrees } = fit.workflow.parentCheck!;
  const subject: TaskSubject = {
    kind: 'parent-check',
    input: {
      softwareVersion: fit.softwareVersion,
      mappedSmiles,
      dihedral,
      parameters,
      wholeMolecule: wholeMolecule.map(({ mappedSmiles, fragmentAtoms, startConformerSha256 }) => ({
        mappedSmiles,
        fragmentAtoms,
        ...(startConformerSha256 !== undefined && { startConformerSha256 }),
      })),
      baseForceFieldSha256: fit.baseForceField.sha256,
      ...(fit.workflow.chargeModel && { chargeModel: fit.workflow.chargeModel }),
      qc,
      gridSpacingDegrees,
      ...(drive && { drive }),
    },
  };
  return fitsTask(fit, epoch, subject, { program: qc.program, version: programVersion });
}
