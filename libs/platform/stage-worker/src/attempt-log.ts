import {
  taskKinds,
  type AttemptLog,
  type KeptRecord,
  type RecordStore,
  type TaskKindName,
} from '@bespoke/messaging';

/** A task whose workers vanish so often probably takes them along. */
export const MAX_LOST_ATTEMPTS = 10;

const FIRST_RETRY_MS = 500;
const RETRY_GROWTH = 4;
const LONGEST_RETRY_MS = 60_000;

/** The delay before the next attempt, after so many that failed. */
export function retryDelayMs(failures: number): number {
  return Math.min(FIRST_RETRY_MS * RETRY_GROWTH ** (failures - 1), LONGEST_RETRY_MS);
}

/** How many attempts there have been, those under way and lost included. */
export function attemptsMade(log: AttemptLog): number {
  return log.failures.length + log.lost + (log.running === null ? 0 : 1);
}

/**
 * The log with a new attempt in it that begins now, given the log so far (null: there is none) and whether the
 * task was delivered before. An attempt still marked as running is lost: else its task would not have come.
 */
export function beginAttempt(
  log: AttemptLog | null,
  redelivered: boolean,
  running: { taskId: string; worker: string; startedAt: string },
): AttemptLog {
  const { taskId, ...attempt } = running;
  if (log === null) {
    return { v: 1, taskId, lost: redelivered ? 1 : 0, failures: [], running: attempt };
  }
  return { ...log, lost: log.lost + (log.running === null ? 0 : 1), running: attempt };
}

/** Why no further attempt is made; null if there is one more. */
export function giveUpReason(
  kind: TaskKindName,
  log: AttemptLog,
): Pick<AttemptLog['failures'][number], 'outcome' | 'failure'> | null {
  const last = log.failures.at(-1);
  if (last !== undefined && log.failures.length >= taskKinds[kind].maxAttempts) return last;
  if (log.lost < MAX_LOST_ATTEMPTS) return null;
  return {
    outcome: 'crashed',
    failure: {
      code: 'worker-lost',
      message:
        `${log.lost} workers vanished while they ran this task (killed, or out of memory): ` +
        `give the workers more memory with --max-mem, or look into their logs`,
    },
  };
}

/**
 * Writes the log if it is still as it was read.
 * @throws Error if it isn't: another worker has the task
 */
export async function writeLog(
  store: RecordStore<AttemptLog>,
  read: KeptRecord<AttemptLog> | null,
  log: AttemptLog,
): Promise<KeptRecord<AttemptLog>> {
  const key = log.taskId;
  const revision = read === null ? await store.create(key, log) : await store.update(key, log, read.revision);
  if (revision === null) throw new Error(`another worker has task ${key} now`);
  return { key, value: log, revision };
}
