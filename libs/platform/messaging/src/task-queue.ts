import type { TaskEnvelope } from './task';

export interface TaskQueue {
  /**
   * Idempotent: one message for a task, pending or in flight; after its end it can be published again. Makes
   * the consumer of its queue if it isn't there, so that autoscalers see the backlog.
   * @throws QueueFullError
   */
  publish(task: TaskEnvelope): Promise<'queued' | 'already-queued'>;
  /** Cancels: the task is no longer delivered, and a worker that runs it kills it at its next heartbeat. */
  purge(task: { taskId: string }): Promise<void>;
}
