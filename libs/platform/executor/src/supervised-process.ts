import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ExecutorError } from './executor-error';

/** One life of a process that serves. */
export interface ProcessLife {
  pid: number;
  /** The port that it serves on, which its next life is to have too. */
  port: number;
  /** Settles when it has ended, with how it did where that is known. */
  ended: Promise<void | { exitCode: number | null; signal: NodeJS.Signals | null }>;
  /** Asks it to end what it does and to go. */
  terminate(): void;
  /** Ends it and its process group at once. */
  kill(): void;
}

/** Starts the process and settles when it serves; `port` is 0 where any will do. */
export type StartProcess = (port: number) => Promise<ProcessLife>;

export interface SupervisedProcess {
  readonly name: string;
  readonly port: number;
  /** Null while it is being started again. */
  readonly pid: number | null;
  /** Asks it to go, and kills it when it hasn't after the grace. Settles when it is gone. */
  stop(graceMs: number): Promise<void>;
  kill(): void;
}

export interface Supervision {
  logger: Logger;
  /** After it was started again: it is another process now. */
  onRestart(): void;
  /** When it has failed to start time after time, and supervision ends. */
  onGivenUp(error: ExecutorError): void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** A process that has served for so long has started well; its next failure is another matter. */
const STEADY_AFTER_MS = 30_000;
const STARTS_IN_VAIN = 8;

/**
 * Starts a process and starts it again, on the same port, whenever it ends unasked.
 * @throws whatever the first start rejects with
 */
export async function supervise(
  name: string,
  start: StartProcess,
  { logger, onRestart, onGivenUp }: Supervision,
): Promise<SupervisedProcess> {
  const stopping = new AbortController();
  let life: ProcessLife | null = await start(0);
  const port = life.port;
  logger.info({ process: name, pid: life.pid, port }, 'started');

  async function keepRunning(): Promise<void> {
    let inVain = 0;
    while (!stopping.signal.aborted) {
      if (life !== null) {
        const since = performance.now();
        const how = await life.ended;
        life = null;
        if (stopping.signal.aborted) return;
        if (performance.now() - since > STEADY_AFTER_MS) inVain = 0;
        logger.warn({ process: name, ...how }, 'ended unasked, will be started again');
      }
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** inVain, LONGEST_PAUSE_MS);
      inVain += 1;
      try {
        await sleep(pauseMs, undefined, { signal: stopping.signal });
      } catch {
        return;
      }
      try {
        life = await start(port);
        onRestart();
        logger.info({ process: name, pid: life.pid, port }, 'started again');
        if (stopping.signal.aborted) life.terminate();
      } catch (error) {
        logger.error({ process: name, error: (error as Error).message }, 'could not be started again');
        if (inVain < STARTS_IN_VAIN) continue;
        const message = `${name} can't be kept running: ${(error as Error).message}`;
        onGivenUp(new ExecutorError('process-failed', message, { cause: error }));
        return;
      }
    }
    await life?.ended;
  }
  const kept = keepRunning();

  return {
    name,
    port,
    get pid() {
      return life?.pid ?? null;
    },
    async stop(graceMs) {
      stopping.abort();
      life?.terminate();
      const deadline = setTimeout(() => {
        logger.warn({ process: name }, 'did not end in time and is killed');
        life?.kill();
      }, graceMs);
      await kept;
      clearTimeout(deadline);
    },
    kill() {
      stopping.abort();
      life?.kill();
    },
  };
}
