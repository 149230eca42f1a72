import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ExecutorError } from './executor-error';
import { identifyProcess, isRunning, killLeftOvers, type ProcessIdentity } from './process-identity';

/**
 * What a running executor says about itself in `<directory>/executor.json`. The file is the lock too: who
 * created it owns the directory as long as the process lives.
 */
export interface ExecutorRecord {
  executor: ProcessIdentity;
  /** Every process that was started; what a killed executor left of them is ended by the next one. */
  processes: ProcessIdentity[];
  /** Null until it serves. */
  gatewayUrl: string | null;
  natsUrl: string | null;
}

export interface DirectoryLock {
  /** Pids of processes that a killed executor had left behind in this directory; they are gone now. */
  readonly ended: readonly number[];
  write(record: Omit<ExecutorRecord, 'executor'>): void;
  release(): void;
}

const FILE_NAME = 'executor.json';

/**
 * Takes the directory for this process, also from an executor that was killed.
 * @throws ExecutorError `directory-in-use` while another one runs in it.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const file = path.join(directory, FILE_NAME);
  const self = identifyProcess(process.pid);
  if (self === null)
    throw new ExecutorError('directory-refused', 'the own process is not visible under /proc');
  const empty: ExecutorRecord = { executor: self, processes: [], gatewayUrl: null, natsUrl: null };
  const aside = `${file}.${randomUUID()}`;
  let ended: number[] = [];

  for (;;) {
    writeFileSync(aside, JSON.stringify(empty), { mode: 0o600 });
    try {
      // Unlike a plain exclusive write this never shows a half-written file to another executor.
      linkSync(aside, file);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(aside);
    }
    const owner = readExecutorRecord(file);
    if (owner !== null && isRunning(owner.executor)) throw inUse(directory, owner);
    if (owner !== null) ended = await killLeftOvers(owner.processes);
    takeAway(file, aside, directory);
  }

  return {
    ended,
    write(record) {
      writeFileSync(aside, JSON.stringify({ executor: self, ...record } satisfies ExecutorRecord), {
        mode: 0o600,
      });
      renameSync(aside, file);
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** The executor that runs in the directory, null where there is none. */
export function runningExecutor(directory: string): ExecutorRecord | null {
  const record = readExecutorRecord(path.join(directory, FILE_NAME));
  return record !== null && isRunning(record.executor) ? record : null;
}

function readExecutorRecord(file: string): ExecutorRecord | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ExecutorRecord;
  } catch {
    // None there, or one that a full disk cut short: nobody's.
    return null;
  }
}

/** Removes a dead executor's file, unless another executor has replaced it in the meantime. */
function takeAway(file: string, aside: string, directory: string): void {
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const taken = readExecutorRecord(aside);
  const alive = taken !== null && isRunning(taken.executor);
  if (alive) linkSync(aside, file);
  rmSync(aside);
  if (alive) throw inUse(directory, taken);
}

function inUse(directory: string, { executor }: ExecutorRecord): ExecutorError {
  return new ExecutorError(
    'directory-in-use',
    `an executor runs in ${directory} already (process ${executor.pid}); submit to it with \`./bespoke executor submit --directory ${directory}\`, or name another --directory`,
  );
}
