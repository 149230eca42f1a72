import type { Failure, Lane, StageName } from '@bespoke/workflow-schema';
import type { TaskInput, TaskKindName, TaskOutputs } from './task-kinds';

/** The program of a task that needs none in particular. */
export const ANY_PROGRAM = 'any';

/** What decides on which subject, and so in which consumer's queue, a task waits. */
export interface TaskAddress {
  kind: TaskKindName;
  /** Content key of everything that decides the result; letters, digits, `-` and `_`. */
  taskId: string;
  /** `any`, or a program such as xtb. */
  program: string;
  /** The program's exact version; empty for `any`. */
  programVersion: string;
  lane: Lane;
}

/** A task as it waits in TASKS. */
export type TaskEnvelope<K extends TaskKindName = TaskKindName> = {
  [Kind in K]: TaskAddress & {
    v: 1;
    kind: Kind;
    input: TaskInput<Kind>;
    /** Subject that is published when the result is there: of wakeFit, wakeDrive or wakeTask. */
    wake: string;
    /** For the logs: the fit that first asked for it. */
    fitId?: string;
  };
}[K];

/** Who computed a result, when, and with what. */
export interface TaskRun {
  v: 1;
  taskId: string;
  /** This run included; lost ones too. */
  attempts: number;
  /** Id of the worker. */
  worker: string;
  program: string;
  programVersion: string;
  /** ISO 8601. */
  startedAt: string;
  wallSeconds: number;
}

/**
 * How a task ended, for good; `results.<taskId>` is created once and never changes. `failed`: the science or
 * the input says no. `crashed` and `timed-out`: so did the last attempt that was allowed.
 */
export type TaskResult<K extends TaskKindName = TaskKindName> = TaskRun &
  (
    | { outcome: 'succeeded'; output: TaskOutputs[K] }
    | { outcome: 'failed' | 'crashed' | 'timed-out'; failure: Failure }
  );

/** `attempts.<taskId>`: exists only where an attempt did not end well. */
export interface AttemptLog {
  v: 1;
  taskId: string;
  /** Attempts whose worker vanished without a word. */
  lost: number;
  failures: {
    outcome: 'crashed' | 'timed-out';
    failure: Failure;
    worker: string;
    startedAt: string;
    wallSeconds: number;
  }[];
  /** The attempt under way; if the task is delivered again meanwhile, that one was lost. */
  running: { worker: string; startedAt: string } | null;
}

/** `workers.<id>`: what a worker can do and does; expires when the worker is silent for 30 s. */
export interface WorkerRecord {
  v: 1;
  id: string;
  stage: StageName;
  engines: { program: string; version: string }[];
  cores: number;
  memoryBytes: number;
  running: { taskId: string; kind: TaskKindName; fitId?: string; startedAt: string }[];
  host: string;
  pid: number;
}
