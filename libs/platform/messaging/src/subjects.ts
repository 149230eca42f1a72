import { LANES, type Lane, type StageName } from '@bespoke/workflow-schema';
import { taskKinds, taskKindsOf, type TaskKindName } from './task-kinds';
import { ANY_PROGRAM, type TaskAddress } from './task';

/** Work queue of tasks: `task.<kind>.<program token>.<lane>.<taskId>`. */
export const TASKS_STREAM = 'TASKS';
/** Work queue of wakes: `wake.fit.<id>`, `wake.drive.<id>`, `wake.task.<taskId>`. */
export const WAKE_STREAM = 'WAKE';
/** The one consumer of WAKE. */
export const WAKE_CONSUMER = 'wake';

/** A delivery that is neither settled nor extended for so long goes to another worker. */
export const ACK_WAIT_MS = 10_000;
/** While a handler runs, its delivery is extended so often: three chances in each ACK_WAIT_MS. */
export const HEARTBEAT_MS = 3_000;

export const WAKE_TARGETS = ['fit', 'drive', 'task'] as const;
export type WakeTarget = (typeof WAKE_TARGETS)[number];

/**
 * Program and version as one token of a subject or of a consumer's name: `xtb-6_4_1`; `any` where the task
 * needs no program.
 */
export function programToken(program: string, version: string): string {
  if (program === ANY_PROGRAM) return ANY_PROGRAM;
  return `${program}-${version}`.replace(/[^A-Za-z0-9-]/g, '_');
}

/**
 * The durable consumer behind a queue of tasks; autoscalers (KEDA) look at its lag by this name:
 * `constrained-optimization_xtb-6_4_1_normal`.
 */
export function taskConsumerName(kind: TaskKindName, program: string, version: string, lane: Lane): string {
  return `${kind}_${programToken(program, version)}_${lane}`;
}

/** The subjects that such a consumer takes. */
export function taskConsumerFilter(kind: TaskKindName, program: string, version: string, lane: Lane): string {
  return `task.${kind}.${programToken(program, version)}.${lane}.*`;
}

export function taskSubject(task: TaskAddress): string {
  return `task.${task.kind}.${programToken(task.program, task.programVersion)}.${task.lane}.${task.taskId}`;
}

/** The subject that tells the coordinator to look at a fit, a drive or the result of a task. */
export function wakeSubject(target: WakeTarget, id: string): string {
  return `wake.${target}.${id}`;
}

/** One queue of tasks: what its subjects and its consumer are named after. */
export interface TaskQueueName {
  kind: TaskKindName;
  program: string;
  version: string;
  lane: Lane;
}

/** The queues that workers of a stage with these engines take from, urgent lanes first. */
export function taskQueuesOf(
  stage: StageName,
  engines: readonly { program: string; version: string }[],
): TaskQueueName[] {
  return LANES.flatMap((lane) =>
    taskKindsOf(stage).flatMap((kind) => {
      const { needsProgram } = taskKinds[kind];
      return [
        ...(needsProgram === true ? [] : [{ program: ANY_PROGRAM, version: '' }]),
        ...(needsProgram === false ? [] : engines),
      ].map(({ program, version }) => ({ kind, program, version, lane }));
    }),
  );
}
