import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { killGroup, runProgram, spawnBound } from '@bespoke/child-process';
import { EngineCrashError, EngineError, type ConstrainedOptimizationResult } from './engine';
import { findLibxtb, type LibxtbLocation } from './libxtb-location';
import type { LibxtbAnswer, LibxtbJob } from './libxtb-process';

/** The built program, also when this file is run from its source. */
const PROGRAM = join(__dirname, '..', 'dist', 'libxtb-process.js');
const MAX_OUTPUT_CHARACTERS = 2 ** 16;

interface LibxtbProcess {
  child: ChildProcess;
  /** The last that it wrote, of both streams. */
  output: string;
}

/** By path whether a library can be loaded, which is tried once. */
const loadable = new Map<string, Promise<boolean>>();

/** xtb's C library where there is one and it can be loaded, else null. */
export async function usableLibxtb(): Promise<LibxtbLocation | null> {
  const library = findLibxtb();
  if (library === null) return null;
  if (!loadable.has(library.path)) {
    const run = runProgram({
      command: process.execPath,
      args: [PROGRAM, library.path],
      cwd: '/',
      timeoutMs: 30_000,
    });
    loadable.set(
      library.path,
      run.then(({ exitCode }) => exitCode === 0),
    );
  }
  return (await loadable.get(library.path)) ? library : null;
}

/** Processes that wait for their next optimisation, by library. There are never more than ran at once. */
const idle = new Map<string, LibxtbProcess[]>();

/**
 * Runs an optimisation in a process that has xtb's C library loaded: one that is idle, or a new one. It does not
 * outlive this process, and is killed on abort.
 * @throws EngineError, EngineCrashError, or the signal's reason
 */
export async function optimizeInProcess(
  library: LibxtbLocation,
  job: LibxtbJob,
  signal: AbortSignal | undefined,
): Promise<ConstrainedOptimizationResult> {
  signal?.throwIfAborted();
  const waiting = idle.get(library.path) ?? [];
  idle.set(library.path, waiting);
  const process = waiting.pop() ?? started(library.path);
  const { child } = process;
  hold(child, true);
  const onAbort = (): void => killGroup(child, 'SIGKILL');
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const answer = await answerOf(process, job);
    if ('result' in answer) return answer.result;
    const { code, message, output } = answer.error;
    if (code === null) throw new Error(`xtb's library: ${message}\n${output}`);
    throw new EngineError(code, message, output + process.output);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    if (child.connected && !signal?.aborted) {
      process.output = '';
      hold(child, false);
      waiting.push(process);
    }
  }
}

function answerOf(process: LibxtbProcess, job: LibxtbJob): Promise<LibxtbAnswer> {
  const { child } = process;
  return new Promise((resolve, reject) => {
    const onClose = (code: number | null, killedBy: NodeJS.Signals | null): void =>
      reject(
        killedBy === null
          ? new EngineError(
              'engine-failed',
              `xtb's library ended its process with code ${code}`,
              process.output,
            )
          : new EngineCrashError(`xtb's library was ended by ${killedBy}`, process.output),
      );
    child.once('close', onClose);
    child.once('message', (answer: LibxtbAnswer) => {
      child.off('close', onClose);
      resolve(answer);
    });
    // One that has just died says so by closing.
    child.send(job, () => {});
  });
}

function started(libraryPath: string): LibxtbProcess {
  const child = spawnBound(process.execPath, [PROGRAM, libraryPath], {
    cwd: '/',
    // A small molecule does not get faster by more threads, and theirs wait for each other by spinning.
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const started: LibxtbProcess = { child, output: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      started.output = (started.output + text).slice(-MAX_OUTPUT_CHARACTERS);
    });
  }
  child.on('exit', () => {
    const waiting = idle.get(libraryPath);
    const place = waiting?.indexOf(started) ?? -1;
    if (place !== -1) waiting!.splice(place, 1);
  });
  return started;
}

/** Whether this process waits for the child: one that is idle keeps nobody from ending. */
function hold(child: ChildProcess, wait: boolean): void {
  const streams = [child.stdout, child.stderr] as unknown as { ref(): void; unref(): void }[];
  for (const each of [child, child.channel, ...streams]) {
    if (wait) each?.ref();
    else each?.unref();
  }
}
