import { NatsError, type NatsConnection } from 'nats';
import { QueueFullError } from './messaging-error';
import { ensureTaskConsumer } from './provisioning';
import { TASKS_STREAM, taskConsumerName, taskSubject } from './subjects';
import type { TaskEnvelope } from './task';

const STORE_FAILED = 10077;
const MESSAGE_NOT_FOUND = 10037;

export interface TaskQueue {
  /**
   * Idempotent: one message for a task, pending or in flight; after its end it can be published again. Makes
   * the consumer of its queue if it isn't there, so that autoscalers see the backlog.
   * @throws QueueFullError
   */
  publish(task: TaskEnvelope): Promise<'queued' | 'already-queued'>;
  /** Cancels: the task is no longer delivered, and a worker that runs it kills it at its next heartbeat. */
  purge(task: { taskId: string }): Promise<void>;
  /** Whether the message with this number of the stream is still there, pending or in flight. */
  has(streamSequence: number): Promise<boolean>;
}

export async function taskQueue(connection: NatsConnection): Promise<TaskQueue> {
  const manager = await connection.jetstreamManager();
  const jetstream = connection.jetstream();
  const consumers = new Map<string, Promise<string>>();

  const ensureConsumer = async (task: TaskEnvelope): Promise<void> => {
    const { kind, program, programVersion, lane } = task;
    const name = taskConsumerName(kind, program, programVersion, lane);
    let known = consumers.get(name);
    if (known === undefined) {
      known = ensureTaskConsumer(connection, kind, program, programVersion, lane);
      consumers.set(name, known);
      known.catch(() => consumers.delete(name));
    }
    await known;
  };

  const found = async (message: Promise<unknown>): Promise<boolean> => {
    try {
      await message;
      return true;
    } catch (error) {
      if (error instanceof NatsError && error.api_error?.err_code === MESSAGE_NOT_FOUND) return false;
      throw error;
    }
  };

  return {
    async publish(task) {
      await ensureConsumer(task);
      const subject = taskSubject(task);
      try {
        await jetstream.publish(subject, JSON.stringify(task));
        return 'queued';
      } catch (error) {
        // "This subject has one" and "the stream is full" come with the same code. If the one ended just
        // now, the queue looks full: whoever is told so tries again.
        if (!(error instanceof NatsError) || error.api_error?.err_code !== STORE_FAILED) throw error;
        if (await found(manager.streams.getMessage(TASKS_STREAM, { last_by_subj: subject }))) {
          return 'already-queued';
        }
        throw new QueueFullError(TASKS_STREAM);
      }
    },
    async purge({ taskId }) {
      await manager.streams.purge(TASKS_STREAM, { filter: `task.*.*.*.${taskId}` });
    },
    has: (seq) => found(manager.streams.getMessage(TASKS_STREAM, { seq })),
  };
}
