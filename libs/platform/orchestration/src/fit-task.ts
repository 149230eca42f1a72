import type { Failure, Lane } from '@bespoke/workflow-schema';
import type { Engine } from './supply';
import { taskIdOf, type TaskOutcome, type TaskRequest, type TaskSubject } from './task-request';

/** A task of a fit. Fits that ask the same share it. */
export interface FitTask {
  taskId: string;
  epoch: number;
  /**
   * Whether the fit asked for it. A crash from before that is someone else's, and the fit asks for another try;
   * one after that is the fit's own end.
   */
  wanted: boolean;
}

/** What follows from a task that has not succeeded: it is published, or tried again, or failed for good. */
export function afterTask(
  task: FitTask,
  outcome: Exclude<TaskOutcome, { outcome: 'succeeded' }> | null,
  request: (epoch: number) => TaskRequest,
): { task: FitTask; published: TaskRequest | null } | { failure: Failure } {
  if (outcome === null) return { task: { ...task, wanted: true }, published: request(task.epoch) };
  if (!task.wanted && outcome.outcome !== 'failed') {
    const epoch = task.epoch + 1;
    return { task: newTask(request(epoch), epoch), published: null };
  }
  return { failure: outcome.failure };
}

export function newTask({ taskId }: TaskRequest, epoch = 0): FitTask {
  return { taskId, epoch, wanted: false };
}

/** @param engine what the task is bound to, null where any worker of its stage may take it */
export function fitsTask(
  { id, lane }: { id: string; lane: Lane },
  epoch: number,
  subject: TaskSubject,
  engine: Engine | null = null,
): TaskRequest {
  const { program, version: programVersion } = engine ?? { program: 'any', version: '' };
  const taskId = taskIdOf(subject, program, programVersion, epoch);
  return { ...subject, taskId, program, programVersion, lane, owner: { fit: id } };
}

/** What a task is bound to, undefined where to nothing. */
export function engineOf({ program, programVersion: version }: TaskRequest): Engine | undefined {
  return program === 'any' ? undefined : { program, version };
}
