import {
  fragmentName,
  type DrivenMolecule,
  type Fragment,
  type ParentCheckResult,
  type ParentVerdict,
} from '@bespoke/workflow-schema';
import type { FitOrder } from './fit';
import { afterTask, fitsTask, newTask, type FitTask } from './fit-task';
import { versionToPin, type Supply } from './supply';
import { readOutcome } from './task-output';
import type { TaskOutcome, TaskRequest, TaskSubject } from './task-request';

/** Whether a fragment may stand for its molecule, as far as is known; its task is null where none is needed. */
export interface ParentCheck {
  task: FitTask | null;
  verdict: ParentVerdict | null;
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

/** The tasks whose results the next step wants to see. */
export function parentCheckNeeds(checks: ParentChecks | undefined): string[] {
  return (checks?.checks ?? []).flatMap(({ task, verdict }) =>
    task !== null && verdict === null ? [task.taskId] : [],
  );
}

/** The checks after what has become known of them, and the tasks that are still to be done. */
export function withVerdicts(
  fit: FitOrder,
  { programVersion, checks }: ParentChecks,
  fragments: readonly Fragment[],
  outcomes: Readonly<Record<string, TaskOutcome | null>>,
): { checks: ParentChecks; tasks: TaskRequest[] } {
  const tasks: TaskRequest[] = [];
  const known = checks.map((check, index): ParentCheck => {
    const { task, verdict } = check;
    if (task === null || verdict !== null) return check;
    const outcome = readOutcome('parent-check', outcomes[task.taskId]);
    if (outcome?.outcome === 'succeeded') return { task, verdict: verdictOf(outcome.output, fit) };
    const next = afterTask(task, outcome, (epoch) =>
      parentCheckTask(fit, fragments[index]!, programVersion!, epoch),
    );
    if ('failure' in next)
      return { task, verdict: { verdict: 'not-compared', reason: next.failure.message } };
    if (next.published) tasks.push(next.published);
    return { task: next.task, verdict: null };
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
    },
  };
  return fitsTask(fit, epoch, subject, { program: qc.program, version: programVersion });
}
