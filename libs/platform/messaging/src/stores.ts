import type { ArtifactStore } from './artifact-store';
import type { RecordStore } from './record-store';
import type { AttemptLog, TaskResult, WorkerRecord } from './task';
import type { TaskQueue } from './task-queue';
import type { WakeQueue } from './wake-queue';

/**
 * Everything that is kept or queued. What fits, drives, wants and idempotency records hold is the
 * coordinator's business: it names their types.
 */
export interface Stores<Fit, Drive, Want, Idempotency> {
  fits: RecordStore<Fit>;
  drives: RecordStore<Drive>;
  /** By `<driveId>.<fitId>`. */
  wants: RecordStore<Want>;
  idempotency: RecordStore<Idempotency>;
  results: RecordStore<TaskResult>;
  attempts: RecordStore<AttemptLog>;
  workers: RecordStore<WorkerRecord>;
  artifacts: ArtifactStore;
  tasks: TaskQueue;
  wakes: WakeQueue;
}

export declare function openStores<Fit = unknown, Drive = unknown, Want = unknown, Idempotency = unknown>(
  connection: import('nats').NatsConnection,
): Promise<Stores<Fit, Drive, Want, Idempotency>>;
