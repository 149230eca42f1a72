import { join } from 'node:path';
import { Piscina } from 'piscina';
import type { LineOutcome, ThreadSettings } from './chemistry-job';
import type { InputLine } from './input-lines';
import { idOf, parseRecord } from './record';

/**
 * Threads that do one job. A line that takes too long, or that a thread dies of, is a failed line: its thread is
 * replaced, and the programs that it had started end with it.
 */
export interface ChemistryThreads {
  /** Throws only after `end`. At most `count` may be under way, since the time limit runs from here. */
  run(line: InputLine): Promise<LineOutcome>;
  /** Ends all threads, whatever they do. */
  end(): Promise<void>;
}

/** The longest that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export function chemistryThreads(
  settings: ThreadSettings,
  count: number,
  limitSeconds: number,
): ChemistryThreads {
  // Threads start when there is a line for them, and stay.
  const pool = new Piscina({
    filename: join(__dirname, 'chemistry.thread.js'),
    minThreads: 0,
    maxThreads: count,
    idleTimeout: Infinity,
    workerData: settings,
  });
  // A thread that dies of none of its lines: whichever it had in hand would never be answered.
  const inFlight = new Set<(error: unknown) => void>();
  pool.on('error', (error) => inFlight.forEach((fail) => fail(error)));

  let ended = false;
  return {
    async run(line) {
      if ('refusal' in line) return { id: line.number, error: line.refusal };
      const signal = AbortSignal.timeout(Math.min(Math.ceil(limitSeconds * 1000), MAX_TIMER_MS));
      let fail = (_: unknown): void => undefined;
      const lost = new Promise<never>((_, reject) => inFlight.add((fail = reject)));
      try {
        return (await Promise.race([pool.run(line, { signal }), lost])) as LineOutcome;
      } catch (error) {
        if (ended) throw error;
        return { id: idOfLine(line), error: signal.aborted ? tooSlow(limitSeconds) : fault(error) };
      } finally {
        inFlight.delete(fail);
      }
    },
    end: () => {
      ended = true;
      return pool.destroy();
    },
  };
}

function idOfLine(line: { text: string; number: number }): string | number {
  try {
    return idOf(parseRecord(line.text), line.number);
  } catch {
    return line.number;
  }
}

function tooSlow(limitSeconds: number): string {
  return `it took more than ${limitSeconds} s; --timeout gives it longer`;
}

function fault(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? 'it takes more memory than a thread may use: give fewer geometries at once'
    : `the program failed, which is a fault of ours: ${message}`;
}
