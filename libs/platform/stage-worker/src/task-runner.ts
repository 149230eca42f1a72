import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '@bespoke/content-key';
import {
  UnreadableRecordError,
  WithdrawnError,
  taskKinds,
  type AttemptLog,
  type CallHandler,
  type Delivery,
  type KeptRecord,
  type PullSource,
  type Resources,
  type Settlement,
  type Stores,
  type TaskEnvelope,
  type TaskKindName,
  type TaskResult,
  type WorkerRecord,
} from '@bespoke/messaging';
import type { Failure } from '@bespoke/workflow-schema';
import type { Logger } from 'pino';
import { attemptsMade, beginAttempt, giveUpReason, retryDelayMs, writeLog } from './attempt-log';
import { readTask } from './read-task';
import { taskContexts, type TaskContext } from './task-context';
import { TaskFailure, TaskTimedOutError } from './task-failure';
import { patientArtifacts, whenReachable } from './when-reachable';

/** A message of NATS holds 1 MiB; what is larger belongs among the artifacts. */
const MAX_OUTPUT_BYTES = 900_000;

/** More than a person reads; the whole text is in the log. Records of tasks and of drives repeat it. */
const MAX_MESSAGE_LENGTH = 2_000;

const DONE: Settlement = { settle: 'done' };

/** One queue of tasks that a worker takes from. */
export interface TaskSource extends PullSource {
  kind: TaskKindName;
}

export interface TaskRunnerOptions {
  workerId: string;
  stores: Stores;
  logger: Logger;
  /** Scratch directories of attempts are made in it. */
  scratchDirectory: string;
  /** What a task of the kind holds. */
  resourcesOf(kind: TaskKindName): Resources;
}

type Ending =
  { outcome: 'succeeded'; output: unknown } | { outcome: 'failed' | 'crashed' | 'timed-out'; error: Error };

/**
 * The worker's half of the task protocol. Whoever creates `results.<taskId>` first has decided how the task
 * ended; the message is acknowledged last, so that whatever dies in between, somebody does it again.
 */
export function taskRunner({ workerId, stores, logger, scratchDirectory, resourcesOf }: TaskRunnerOptions) {
  const running = new Map<string, WorkerRecord['running'][number]>();

  /** One that is no JSON is one too: it stays, and whoever waits for it sees what it is. */
  const hasResult = async (taskId: string, signal: AbortSignal): Promise<boolean> => {
    try {
      return (await whenReachable(() => stores.results.get(taskId), signal)) !== null;
    } catch (error) {
      if (error instanceof UnreadableRecordError) return true;
      throw error;
    }
  };

  /** There is a result: tell who waits for it. */
  const announce = async (wake: string | null, signal: AbortSignal): Promise<Settlement> => {
    if (wake !== null) await whenReachable(() => stores.wakes.wake(wake), signal);
    return DONE;
  };

  const finish = async (
    result: TaskResult,
    wake: string | null,
    signal: AbortSignal,
  ): Promise<Settlement> => {
    // If somebody was faster, theirs stands.
    await whenReachable(() => stores.results.create(result.taskId, result), signal);
    return announce(wake, signal);
  };

  const failureRecord = async (error: Error, context: TaskContext): Promise<Failure> => {
    const { code = 'crashed', log, output } = error as { code?: unknown; log?: unknown; output?: unknown };
    const text = [log, output].find((candidate) => typeof candidate === 'string' && candidate !== '');
    return {
      code: typeof code === 'string' && /^[a-z0-9-]+$/.test(code) ? code : 'crashed',
      message: error.message.slice(0, MAX_MESSAGE_LENGTH),
      ...(typeof text === 'string' && { logSha256: await context.artifacts.put(text) }),
    };
  };

  const run = async (task: TaskEnvelope, context: TaskContext, call: CallHandler): Promise<Ending> => {
    try {
      const output = await taskContexts.run(context, () => call(task.kind, task.input, context));
      context.signal.throwIfAborted();
      // Also refuses what JSON would quietly make null of: a number that is none.
      const bytes = Buffer.byteLength(canonicalJson(output));
      if (bytes > MAX_OUTPUT_BYTES) {
        throw new TaskFailure('result-too-large', `the result has ${bytes} bytes: it belongs in an artifact`);
      }
      return { outcome: 'succeeded', output };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (context.signal.reason instanceof TaskTimedOutError) {
        return { outcome: 'timed-out', error: context.signal.reason };
      }
      return { outcome: error instanceof TaskFailure ? 'failed' : 'crashed', error };
    }
  };

  /** One attempt, in a scratch directory and within the time of its kind. */
  const attempt = async (
    task: TaskEnvelope,
    log: KeptRecord<AttemptLog>,
    { signal }: Delivery,
    call: CallHandler,
  ): Promise<{ ending: Ending; failure: Failure | null; wallSeconds: number }> => {
    const timeout = new AbortController();
    const { timeoutMs } = taskKinds[task.kind];
    const timer = setTimeout(() => timeout.abort(new TaskTimedOutError(timeoutMs)), timeoutMs);
    const attemptDirectory = await mkdtemp(join(scratchDirectory, `${task.kind}-`));
    const context: TaskContext = {
      taskId: task.taskId,
      kind: task.kind,
      ...(task.fitId !== undefined && { fitId: task.fitId }),
      attempt: attemptsMade(log.value),
      program: task.program,
      programVersion: task.programVersion,
      signal: AbortSignal.any([signal, timeout.signal]),
      logger,
      ...resourcesOf(task.kind),
      scratchDirectory: attemptDirectory,
      artifacts: patientArtifacts(stores.artifacts, signal),
    };
    const startedAt = performance.now();
    try {
      const ending = await run(task, context, call);
      const wallSeconds = (performance.now() - startedAt) / 1000;
      const failure =
        'error' in ending && !signal.aborted ? await failureRecord(ending.error, context) : null;
      taskContexts.run(context, () => logEnding(logger, ending, wallSeconds, signal));
      return { ending, failure, wallSeconds };
    } finally {
      clearTimeout(timer);
      await rm(attemptDirectory, { recursive: true, force: true });
    }
  };

  const deliver = async (delivery: Delivery<TaskSource>, call: CallHandler): Promise<Settlement> => {
    const { message, signal } = delivery;
    const startedAt = new Date().toISOString();
    const read = readTask(message.subject, message.data);
    if (await hasResult(read.valid ? read.task.taskId : read.taskId, signal))
      return announce(read.valid ? read.task.wake : read.wake, signal);
    if (!read.valid) {
      logger.error({ taskId: read.taskId }, read.reason);
      const result: TaskResult = {
        v: 1,
        taskId: read.taskId,
        attempts: 0,
        worker: workerId,
        program: '',
        programVersion: '',
        startedAt,
        wallSeconds: 0,
        // Not failed, which is for ever: a gateway of a later version may have written it, as one in a rolling upgrade.
        outcome: 'crashed',
        failure: { code: 'invalid-task', message: read.reason },
      };
      return finish(result, read.wake, signal);
    }
    const { task } = read;
    const { taskId } = task;

    const before = await whenReachable(() => stores.attempts.get(taskId), signal);
    const begun = beginAttempt(before?.value ?? null, message.info.deliveryCount > 1, {
      taskId,
      worker: workerId,
      startedAt,
    });
    const resultOf = (log: AttemptLog, wallSeconds: number) => ({
      v: 1 as const,
      taskId,
      attempts: attemptsMade(log),
      worker: workerId,
      program: task.program,
      programVersion: task.programVersion,
      startedAt,
      wallSeconds,
    });
    const reason = giveUpReason(task.kind, begun);
    if (reason !== null) {
      const { outcome, failure } = reason;
      return finish({ ...resultOf({ ...begun, running: null }, 0), outcome, failure }, task.wake, signal);
    }
    // The usual first attempt writes nothing: a log exists only where something went wrong.
    const isUsual = before === null && begun.lost === 0;
    const log = isUsual
      ? { key: taskId, value: begun, revision: 0 }
      : await whenReachable(() => writeLog(stores.attempts, before, begun), signal);
    const rewrite = (value: AttemptLog): Promise<unknown> =>
      whenReachable(() => writeLog(stores.attempts, isUsual ? null : log, value), signal);

    running.set(taskId, {
      taskId,
      kind: task.kind,
      startedAt,
      ...(task.fitId !== undefined && { fitId: task.fitId }),
    });
    const { ending, failure, wallSeconds } = await attempt(task, log, delivery, call).finally(() =>
      running.delete(taskId),
    );

    if (ending.outcome === 'succeeded') {
      const result = { ...resultOf(begun, wallSeconds), outcome: ending.outcome, output: ending.output };
      return finish(result as TaskResult, task.wake, signal);
    }
    if (failure === null) {
      // Stopped from outside, so the task's own doing it was not: leave no attempt behind that looks lost.
      await writeLog(stores.attempts, isUsual ? null : log, { ...begun, running: null });
      return signal.reason instanceof WithdrawnError ? DONE : { settle: 'again', delayMs: 0 };
    }
    if (ending.outcome === 'failed') {
      return finish({ ...resultOf(begun, wallSeconds), outcome: 'failed', failure }, task.wake, signal);
    }
    const { outcome } = ending;
    const ended: AttemptLog = {
      ...begun,
      running: null,
      failures: [...begun.failures, { outcome, failure, worker: workerId, startedAt, wallSeconds }],
    };
    await rewrite(ended);
    if (giveUpReason(task.kind, ended) !== null) {
      return finish({ ...resultOf(ended, wallSeconds), outcome, failure }, task.wake, signal);
    }
    return { settle: 'again', delayMs: retryDelayMs(ended.failures.length) };
  };

  return {
    deliver,
    running: (): WorkerRecord['running'] => [...running.values()],
  };
}

function logEnding(logger: Logger, ending: Ending, wallSeconds: number, signal: AbortSignal): void {
  if (ending.outcome === 'succeeded') logger.info({ outcome: ending.outcome, wallSeconds }, 'task succeeded');
  else if (signal.aborted) logger.info({ wallSeconds }, `task stopped: ${(signal.reason as Error).message}`);
  else {
    const { outcome, error } = ending;
    const level = outcome === 'failed' ? 'warn' : 'error';
    logger[level]({ outcome, wallSeconds, err: error }, `task ${outcome}: ${error.message}`);
  }
}
