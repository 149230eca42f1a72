import { contentKey } from '@bespoke/content-key';
import type {
  ConformersTask,
  ConstrainedOptimizationTask,
  Failure,
  FitParametersTask,
  FragmentTask,
  GroupFragmentsTask,
  Lane,
  ParentCheckTask,
  SinglePointTask,
  WriteForceFieldTask,
} from '@bespoke/workflow-schema';
/** How a task ended, as far as a step wants to know. Immutable: a task's result is written once. */
export type TaskOutcome =
  | { outcome: 'succeeded'; output: unknown }
  | { outcome: 'failed' | 'crashed' | 'timed-out'; failure: Failure };

/**
 * Where a geometry is to be found: `<taskId>` for that of a constrained optimisation, `<taskId>/<n>` for a
 * conformer. States and task ids carry references, so a step never needs coordinates.
 */
export type GeometryReference = string;

/** Who is to be told that a task ended: the drive that owns it, or every fit and every correction that wants it. */
export type Owner = { drive: string } | { fit: string } | { correction: string };

/** Who wants what others may want too: a fit by its id, the correction of a drive as `drive.<id>`. */
export type Wanter = string;

export const CORRECTION = 'drive.';

export function wanterOf(owner: { fit: string } | { correction: string }): Wanter {
  return 'fit' in owner ? owner.fit : `${CORRECTION}${owner.correction}`;
}

/** A task that a state implies. Programs that do not matter are called `any`, without a version. */
export type TaskRequest = {
  taskId: string;
  program: string;
  programVersion: string;
  lane: Lane;
  owner: Owner;
} & TaskSubject;

/** What a task is about; coordinates are still references. */
export type TaskSubject =
  | { kind: 'fragment'; input: FragmentTask }
  | { kind: 'parent-check'; input: ParentCheckTask }
  | { kind: 'conformers'; input: ConformersTask }
  | {
      kind: 'constrained-optimization';
      input: Omit<ConstrainedOptimizationTask, 'startGeometryAngstrom'>;
      startGeometry: GeometryReference;
    }
  | { kind: 'single-point'; input: SinglePointTask }
  | { kind: 'group-fragments'; input: GroupFragmentsTask }
  | { kind: 'fit-parameters'; input: FitParametersTask }
  | { kind: 'write-force-field'; input: WriteForceFieldTask };

/**
 * The identity of a task: everything that decides its result, and the retry epoch, since a crash is a result
 * too. A drive's tasks belong to that drive alone (`driveId`), so that exactly one drive is woken by them.
 */
export function taskIdOf(
  subject: TaskSubject,
  program: string,
  programVersion: string,
  epoch: number,
  driveId?: string,
): string {
  return contentKey({ ...subject, program, programVersion, epoch, driveId }).slice(0, 32);
}

/** The task whose result holds a geometry, and the conformer's number where it is one. */
export function parseGeometryReference(reference: GeometryReference): {
  taskId: string;
  conformer: number | null;
} {
  const [taskId, conformer] = reference.split('/');
  return { taskId: taskId!, conformer: conformer === undefined ? null : Number(conformer) };
}
