import { AsyncLocalStorage } from 'node:async_hooks';
import type { ArtifactStore, TaskKindName } from '@bespoke/messaging';
import type { Logger } from 'pino';

/** What a handler knows about the attempt that it makes. */
export interface TaskContext {
  taskId: string;
  kind: TaskKindName;
  fitId?: string;
  /** From 1. */
  attempt: number;
  /** The program that the task is bound to, in the version that this worker has; `any` and empty if to none. */
  program: string;
  programVersion: string;
  /** Aborted on cancel, time-out and shutdown: pass it to every child process. */
  signal: AbortSignal;
  /** Writes the ids of fit, task and attempt with every line. */
  logger: Logger;
  /** What the engine may use. */
  cores: number;
  memoryBytes: number;
  /** This attempt's own; removed after it. */
  scratchDirectory: string;
  /** Waits for a NATS server that is away rather than failing. */
  artifacts: ArtifactStore;
}

export const taskContexts = new AsyncLocalStorage<TaskContext>();

/** The context of the task on whose behalf this code runs; undefined outside of any. */
export function currentTask(): TaskContext | undefined {
  return taskContexts.getStore();
}
