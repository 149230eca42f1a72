import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import type { ThreadOutcome } from './thread-entry';

/** A thread that has loaded its chemistry and filled its caches makes conformers many times sooner than a new one. */
const IDLE_THREAD_MS = 5 * 60_000;

let pool: Piscina | undefined;

/**
 * Runs the default export of a built module, `(input) => output` or a promise of it, in a thread of a pool, so
 * that heartbeats go on while it computes. Aborting ends the thread, wherever it is.
 * @param file absolute path of a .js file; it is loaded once in each thread
 * @throws what the function throws, as an Error with the same name, message and code; the signal's reason
 */
export async function runInThread<Output>(
  file: string,
  input: unknown,
  signal: AbortSignal,
): Promise<Output> {
  signal.throwIfAborted();
  pool ??= new Piscina({
    filename: join(__dirname, 'thread-entry.js'),
    minThreads: 0,
    maxThreads: availableParallelism(),
    idleTimeout: IDLE_THREAD_MS,
  });
  let outcome: ThreadOutcome;
  try {
    outcome = (await pool.run({ file, input }, { signal })) as ThreadOutcome;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  if (outcome.succeeded) return outcome.output as Output;
  throw Object.assign(new Error(outcome.error.message), outcome.error);
}

/** Ends all threads, whatever they do. */
export async function endThreads(): Promise<void> {
  await pool?.destroy();
  pool = undefined;
}
