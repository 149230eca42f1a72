import type { NatsConnection } from 'nats';
import { artifactStore, type ArtifactStore } from './artifact-store';
import { ARTIFACTS_BUCKET, type Bucket } from './provisioning';
import { recordStore, type RecordStore } from './record-store';
import type { AttemptLog, TaskResult, WorkerRecord } from './task';
import { taskQueue, type TaskQueue } from './task-queue';
import { wakeQueue, type WakeQueue } from './wake-queue';

/**
 * Everything that is kept or queued. What fits, drives, wants and idempotency records hold is the
 * coordinator's business: it names their types.
 */
export interface Stores<Fit = unknown, Drive = unknown, Want = unknown, Idempotency = unknown> {
  fits: RecordStore<Fit>;
  drives: RecordStore<Drive>;
  /** By `<taskId>.<fitId>`. */
  wants: RecordStore<Want>;
  idempotency: RecordStore<Idempotency>;
  results: RecordStore<TaskResult>;
  attempts: RecordStore<AttemptLog>;
  workers: RecordStore<WorkerRecord>;
  artifacts: ArtifactStore;
  tasks: TaskQueue;
  wakes: WakeQueue;
}

/** Opens what `provision` made. */
export async function openStores<Fit = unknown, Drive = unknown, Want = unknown, Idempotency = unknown>(
  connection: NatsConnection,
): Promise<Stores<Fit, Drive, Want, Idempotency>> {
  const { views } = connection.jetstream();
  const open = async <T>(bucket: Bucket): Promise<RecordStore<T>> =>
    recordStore<T>(connection, await views.kv(bucket, { bindOnly: true }));
  return {
    fits: await open('fits'),
    drives: await open('drives'),
    wants: await open('wants'),
    idempotency: await open('idempotency'),
    results: await open('results'),
    attempts: await open('attempts'),
    workers: await open('workers'),
    artifacts: artifactStore(await views.os(ARTIFACTS_BUCKET)),
    tasks: await taskQueue(connection),
    wakes: wakeQueue(connection),
  };
}
