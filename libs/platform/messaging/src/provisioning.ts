import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  nanos,
  type ConsumerConfig,
  type NatsConnection,
  type StreamConfig,
} from 'nats';
import type { Lane } from '@bespoke/workflow-schema';
import {
  ACK_WAIT_MS,
  TASKS_STREAM,
  WAKE_CONSUMER,
  WAKE_STREAM,
  taskConsumerFilter,
  taskConsumerName,
  type TaskQueueName,
} from './subjects';
import type { TaskKindName } from './task-kinds';

/** A worker that is silent for so long is gone. */
export const WORKER_TTL_MS = 30_000;
/** More would mean that something publishes without end: drives are admitted, points come just in time. */
const MAX_TASKS = 200_000;
/** Caps the consumer, not one worker, so it must exceed all slots of all workers together. */
const MAX_ACK_PENDING = 20_000;

/** The key-value buckets; names are part of what an older version reads. */
export const BUCKETS = ['fits', 'drives', 'wants', 'idempotency', 'results', 'attempts', 'workers'] as const;
export type Bucket = (typeof BUCKETS)[number];
export const ARTIFACTS_BUCKET = 'artifacts';

/**
 * Makes every stream and bucket that isn't there, and the consumer of wakes. Idempotent; each app does it at
 * boot, so no order of starting matters.
 */
export async function provision(connection: NatsConnection): Promise<void> {
  const manager = await connection.jetstreamManager();
  // One message for a task, pending or in flight, and a refusal for the next: enqueueing is idempotent.
  await ensureStream(connection, {
    name: TASKS_STREAM,
    subjects: ['task.>'],
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
    max_msgs: MAX_TASKS,
  });
  // The newer wake replaces the older: one that was refused while its like is handled would be lost.
  await ensureStream(connection, { name: WAKE_STREAM, subjects: ['wake.>'], discard: DiscardPolicy.Old });
  await manager.consumers.add(WAKE_STREAM, pullConsumer(WAKE_CONSUMER, 'wake.>'));
  const jetstream = connection.jetstream();
  for (const bucket of BUCKETS) {
    await jetstream.views.kv(bucket, {
      history: 1,
      storage: StorageType.File,
      ...(bucket === 'workers' && { ttl: WORKER_TTL_MS }),
    });
  }
  await jetstream.views.os(ARTIFACTS_BUCKET, { storage: StorageType.File });
}

/**
 * Makes the durable consumer of one queue of tasks. Idempotent; done before publishing (autoscalers see the
 * backlog while no worker is up) and by workers at boot.
 * @returns its name
 */
export async function ensureTaskConsumer(
  connection: NatsConnection,
  kind: TaskKindName,
  program: string,
  version: string,
  lane: Lane,
): Promise<string> {
  const name = taskConsumerName(kind, program, version, lane);
  const filter = taskConsumerFilter(kind, program, version, lane);
  const manager = await connection.jetstreamManager();
  await manager.consumers.add(TASKS_STREAM, pullConsumer(name, filter));
  return name;
}

/**
 * The same for all queues that a pool of workers takes from. An autoscaler fails on a queue that has no
 * consumer yet, so the gateway makes those of every declared pool before anything is published.
 */
export async function ensureTaskConsumers(
  connection: NatsConnection,
  queues: readonly TaskQueueName[],
): Promise<void> {
  for (const { kind, program, version, lane } of queues) {
    await ensureTaskConsumer(connection, kind, program, version, lane);
  }
}

function pullConsumer(name: string, filter: string): Partial<ConsumerConfig> {
  return {
    durable_name: name,
    filter_subject: filter,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(ACK_WAIT_MS),
    // Attempts are counted in KV: draining, losing a race and a restart of the server all cost deliveries.
    max_deliver: -1,
    max_ack_pending: MAX_ACK_PENDING,
  };
}

async function ensureStream(connection: NatsConnection, config: Partial<StreamConfig>): Promise<void> {
  const manager = await connection.jetstreamManager();
  await manager.streams.add({
    ...config,
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    max_msgs_per_subject: 1,
  });
}
