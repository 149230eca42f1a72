import type { DrivenMolecule, Failure, FitGroup, FitStatus, Fragment } from '@bespoke/workflow-schema';
import { isDriveOpen } from './drive';
import type { FitRecord } from './fit';
import { afterTask, engineOf, fitsTask, newTask, type FitTask } from './fit-task';
import { drivenMolecules } from './parent-check';
import { missingSupply, versionToPin, type Supply } from './supply';
import { readOutcome } from './task-output';
import type { TaskOutcome, TaskRequest, TaskSubject } from './task-request';

/** The task that says which fragments are fitted together: of all that is driven, or of what is left of a group. */
export interface Grouping extends FitTask {
  /** By their index, ascending. */
  drives: number[];
}

/** The fit of one group of fragments, a task that every molecule with these fragments shares. */
export interface ParameterFit extends FitTask {
  /** The drives that it is made to, by their index, in the order of the group. */
  drives: number[];
  /** `waiting` also while it is computed. */
  status: FitStatus;
  failure: Failure | null;
  /** SHA-256 of its FitOutcome, once succeeded. */
  outcomeSha256: string | null;
}

/** Fragments that are fitted together, by the index of their drives, and the patterns of their parameters in the fit. */
interface Group {
  drives: number[];
  smirks: FitGroup['smirks'];
}

type Outcomes = Readonly<Record<string, TaskOutcome | null>>;

interface ParameterFitsStep {
  state: FitRecord;
  published: TaskRequest[];
  /** What all that is under way waits for; null where something runs, or nothing is under way. */
  waitingFor: string | null;
  /** Why it can't be said what is fitted together. */
  failure: Failure | null;
  /** Whether all that can be fitted was. */
  haveEnded: boolean;
}

export function parameterFitsOf({ parameterFits }: Pick<FitRecord, 'parameterFits'>): ParameterFit[] {
  return parameterFits ?? [];
}

export function groupingsOf({ groupings }: Pick<FitRecord, 'groupings'>): Grouping[] {
  return groupings ?? [];
}

export function isParameterFitOpen({ status }: ParameterFit): boolean {
  return status === 'waiting';
}

/** The tasks whose results the next step wants to see. */
export function parameterFitNeeds(fit: FitRecord): string[] {
  return [...groupingsOf(fit), ...parameterFitsOf(fit).filter(isParameterFitOpen)].map(
    ({ taskId }) => taskId,
  );
}

/**
 * One step of the fits of parameters, once it is settled what is driven. A group is fitted as soon as its own drives
 * have ended. Where some of them failed, what is left of it is grouped anew: what linked two fragments may be gone, and
 * the patterns of a fit are to depend on its fragments alone.
 */
export function stepParameterFits(
  fit: FitRecord,
  fragments: readonly Fragment[],
  { outcomes, supply }: { outcomes: Outcomes; supply: Supply },
): ParameterFitsStep {
  const molecules = drivenMolecules(fragments, fit.parentChecks).map(({ molecule }) => molecule);
  const grouped = stepGroupings(fit, molecules, outcomes);
  const fittable = grouped.groups.filter(({ drives }) => drives.every((index) => hasProfile(fit, index)));
  const program = fittable.length > 0 ? (fit.chargeProgram ?? null) : null;
  const chargeVersion = fit.chargeVersion ?? (program && versionToPin(supply, 'optimization', program));
  const isUncharged = program !== null && chargeVersion === null;
  const fitted = stepFits({ ...fit, chargeVersion }, molecules, isUncharged ? [] : fittable, outcomes);
  const published = [...grouped.published, ...fitted.published];
  const missing = published.map((task) => missingSupply(supply, 'optimization', engineOf(task)));
  if (isUncharged) missing.push(`a worker for optimization with ${program}`);
  return {
    state: { ...fit, chargeVersion, groupings: grouped.groupings, parameterFits: fitted.parameterFits },
    published,
    waitingFor: missing.includes(null) ? null : (missing[0] ?? null),
    failure: grouped.failure,
    haveEnded:
      !isUncharged &&
      grouped.areKnown &&
      grouped.groups.every((group) => haveDrivesEnded(fit, group)) &&
      !fitted.parameterFits.some(isParameterFitOpen),
  };
}

function stepGroupings(fit: FitRecord, molecules: readonly DrivenMolecule[], outcomes: Outcomes) {
  const before = groupingsOf(fit);
  const steps = before.map((grouping) => stepGrouping(fit, molecules, grouping, outcomes));
  const groups = steps.flatMap((step) => step.groups ?? []);
  const added = [molecules.map((_, index) => index), ...groups.flatMap((group) => restOf(fit, group))]
    .filter((drives) => !before.some(isOf(drives)))
    .map((drives): Grouping => ({ ...newTask(groupFragmentsTask(fit, molecules, drives, 0)), drives }));
  return {
    groupings: inOrder([...steps.map(({ grouping }) => grouping), ...added]),
    groups,
    areKnown: added.length === 0 && steps.every((step) => step.groups !== null),
    published: steps.flatMap((step) => step.published ?? []),
    failure: steps.find((step) => step.failure !== null)?.failure ?? null,
  };
}

function stepGrouping(
  fit: FitRecord,
  molecules: readonly DrivenMolecule[],
  grouping: Grouping,
  outcomes: Outcomes,
): { grouping: Grouping; groups: Group[] | null; published: TaskRequest | null; failure: Failure | null } {
  const { drives } = grouping;
  const outcome = readOutcome('group-fragments', outcomes[grouping.taskId]);
  if (outcome?.outcome === 'succeeded') {
    const groups = outcome.output.groups.map(({ fragments, smirks }) => ({
      drives: fragments.map((index) => drives[index]!),
      smirks,
    }));
    return { grouping, groups, published: null, failure: null };
  }
  const next = afterTask(grouping, outcome, (epoch) => groupFragmentsTask(fit, molecules, drives, epoch));
  return 'failure' in next
    ? { grouping, groups: null, published: null, failure: next.failure }
    : { grouping: { ...next.task, drives }, groups: null, published: next.published, failure: null };
}

/** A group in which some drives failed and some did not, once all have ended: those that did not. */
function restOf(fit: FitRecord, group: Group): number[][] {
  const rest = group.drives.filter((index) => hasProfile(fit, index)).sort((a, b) => a - b);
  const isRest = haveDrivesEnded(fit, group) && rest.length > 0 && rest.length < group.drives.length;
  return isRest ? [rest] : [];
}

function stepFits(
  fit: FitRecord,
  molecules: readonly DrivenMolecule[],
  groups: readonly Group[],
  outcomes: Outcomes,
): { parameterFits: ParameterFit[]; published: TaskRequest[] } {
  const before = parameterFitsOf(fit);
  const steps = before.map((each) => {
    const group = groups.find(isOf(each.drives));
    if (group === undefined) return { fit: each, published: null };
    return stepParameterFit(each, outcomes, (epoch) => fitParametersTask(fit, molecules, group, epoch));
  });
  const added = groups
    .filter(({ drives }) => !before.some(isOf(drives)))
    .map((group): ParameterFit => ({
      ...newTask(fitParametersTask(fit, molecules, group, 0)),
      drives: group.drives,
      status: 'waiting',
      failure: null,
      outcomeSha256: null,
    }));
  return {
    parameterFits: inOrder([...steps.map((step) => step.fit), ...added]),
    published: steps.flatMap(({ published }) => published ?? []),
  };
}

function stepParameterFit(
  fit: ParameterFit,
  outcomes: Outcomes,
  request: (epoch: number) => TaskRequest,
): { fit: ParameterFit; published: TaskRequest | null } {
  if (!isParameterFitOpen(fit)) return { fit, published: null };
  const outcome = readOutcome('fit-parameters', outcomes[fit.taskId]);
  if (outcome?.outcome === 'succeeded') {
    const { fitOutcomeSha256: outcomeSha256 } = outcome.output;
    return { fit: { ...fit, status: 'succeeded', outcomeSha256 }, published: null };
  }
  const next = afterTask(fit, outcome, request);
  return 'failure' in next
    ? { fit: { ...fit, status: 'failed', failure: next.failure }, published: null }
    : { fit: { ...fit, ...next.task }, published: next.published };
}

function hasProfile({ drives }: FitRecord, index: number): boolean {
  return drives[index]!.recordSha256 !== null;
}

function haveDrivesEnded(fit: FitRecord, { drives }: Group): boolean {
  return drives.every((index) => !isDriveOpen(fit.drives[index]!));
}

function isOf(drives: readonly number[]): (other: { drives: number[] }) => boolean {
  return (other) => other.drives.join() === drives.join();
}

/** Whatever the order in which their drives ended. */
function inOrder<T extends { drives: number[] }>(all: readonly T[]): T[] {
  const first = ({ drives }: T): number => Math.min(...drives);
  return all.toSorted((a, b) => first(a) - first(b) || b.drives.length - a.drives.length);
}

function groupFragmentsTask(
  fit: FitRecord,
  molecules: readonly DrivenMolecule[],
  drives: readonly number[],
  epoch: number,
): TaskRequest {
  return fitsTask(fit, epoch, {
    kind: 'group-fragments',
    input: {
      softwareVersion: fit.softwareVersion,
      fragments: drives.map((index) => {
        const { mappedSmiles, parameters } = molecules[index]!;
        return { mappedSmiles, smirks: parameters.map(({ smirks }) => smirks) };
      }),
      // General parameters, and those of other sections than torsions, act on all fragments.
      ...(molecules.some(({ otherParameters }) => otherParameters) && { together: true }),
    },
  });
}

function fitParametersTask(
  fit: FitRecord,
  molecules: readonly DrivenMolecule[],
  { drives, smirks }: Group,
  epoch: number,
): TaskRequest {
  const targets = drives.map((drive, n) => {
    const { mappedSmiles, dihedral, parameters, otherParameters } = molecules[drive]!;
    return {
      mappedSmiles,
      dihedral,
      torsionDriveSha256: fit.drives[drive]!.recordSha256!,
      parameters: parameters.map((parameter, m) => ({ ...parameter, smirks: smirks[n]![m]! })),
      ...(otherParameters && { otherParameters }),
    };
  });
  const subject: TaskSubject = {
    kind: 'fit-parameters',
    input: {
      softwareVersion: fit.softwareVersion,
      baseForceFieldSha256: fit.baseForceField.sha256,
      fit: fit.workflow.fit,
      ...(fit.workflow.chargeModel && { chargeModel: fit.workflow.chargeModel }),
      targets,
    },
  };
  const { chargeProgram, chargeVersion } = fit;
  const engine = chargeProgram && chargeVersion ? { program: chargeProgram, version: chargeVersion } : null;
  return fitsTask(fit, epoch, subject, engine);
}
