import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineResources } from '@bespoke/child-process';
import { EXIT_CODES } from '../exit-codes';
import { onInterrupt } from '../signals';
import type { ChemistryJob, LineOutcome } from './chemistry-job';
import { chemistryThreads } from './chemistry-threads';
import { inOrder } from './in-order';
import type { InputLine } from './input-lines';
import { ReaderGoneError, writeOut } from './json-lines';
import { lineProgress } from './line-progress';

export interface RunOptions {
  nCores?: number;
  /** Seconds for each line. */
  timeout: number;
}

/** A slow line holds up to so many after it for each thread. */
const HELD_PER_THREAD = 64;
const HELD_BYTES = 64 * 2 ** 20;

/**
 * Does a job on every line in threads and writes what comes of it, in the order of the input.
 * @param inputBytes null where that is not known
 * @param write what is written of an outcome; JSON lines on standard output where it is left out
 * @returns the exit code
 * @throws CliError when it is interrupted
 */
export async function runLines<Line extends InputLine>(
  lines: AsyncIterator<Line>,
  inputBytes: number | null,
  job: ChemistryJob,
  options: RunOptions,
  write: (outcome: LineOutcome, line: Line) => Promise<void> = writeJsonLine,
): Promise<number> {
  // In case the process ends before this does.
  process.exitCode = EXIT_CODES.fitFailed.code;
  const interrupted = onInterrupt('interrupted', () => undefined);
  const count = options.nCores ?? machineResources().cores;
  const scratchDirectory = await mkdtemp(join(tmpdir(), 'bespoke-chem-'));
  const run = {
    cores: 1,
    memoryBytes: Math.floor(machineResources().memoryBytes / count),
    scratchDirectory,
  };
  const threads = chemistryThreads({ job, run }, count, options.timeout);
  const progress = lineProgress(process.stderr, inputBytes);
  let failures = 0;
  const work = inOrder(
    lines,
    (line) => threads.run(line),
    async (outcome, line) => {
      const failed = 'error' in outcome;
      failures += failed ? 1 : 0;
      await write(outcome, line);
      progress.lineDone(line.bytes, failed);
    },
    { atOnce: count, held: HELD_PER_THREAD * count, heldBytes: HELD_BYTES },
  );
  try {
    await Promise.race([work, rejection(interrupted)]);
  } catch (error) {
    if (!(error instanceof ReaderGoneError)) throw error;
  } finally {
    progress.end();
    await threads.end();
    // A program that ended with its thread may just be gone.
    await rm(scratchDirectory, { recursive: true, force: true, maxRetries: 5 });
  }
  return failures === 0 ? EXIT_CODES.success.code : EXIT_CODES.fitFailed.code;
}

async function writeJsonLine(outcome: LineOutcome): Promise<void> {
  if ('error' in outcome) await writeOut(`${JSON.stringify(outcome)}\n`);
  else if (outcome.output !== null) await writeOut(outcome.output);
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
