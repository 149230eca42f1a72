import { killGroup, spawnBound } from './bound-process';
import { watchMemory } from './group-memory';
import {
  ProgramMemoryExceededError,
  ProgramOutputTooLargeError,
  ProgramTimedOutError,
} from './program-error';

const DEFAULT_MAX_OUTPUT_BYTES = 64 * 2 ** 20;

export interface ProgramRun {
  /** A path, or a name to be found on the PATH of `env`. */
  command: string;
  args: readonly string[];
  cwd: string;
  /** The whole environment; this process's own by default. */
  env?: NodeJS.ProcessEnv;
  stdin?: string;
  /** Kills the program's whole process group. */
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Resident memory of its process group, all processes added up; no limit by default. */
  memoryBytes?: number;
  /** Of standard output and of standard error each; 64 MiB by default. */
  maxOutputBytes?: number;
}

export interface ProgramResult {
  /** Null if a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  wallSeconds: number;
}

/**
 * Runs a program to its end, whatever its exit code. It has a process group of its own, killed whole on abort, on
 * time-out and when it exceeds its memory; what it leaves behind in its group when it ends is killed too, and so is
 * everything when this process dies. The promise settles only when all are gone.
 * @throws ProgramNotFoundError, ProgramTimedOutError, ProgramMemoryExceededError, ProgramOutputTooLargeError, or the
 * signal's reason
 */
export async function runProgram(run: ProgramRun): Promise<ProgramResult> {
  run.signal?.throwIfAborted();
  const maxOutputBytes = run.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
  const startedAt = performance.now();
  const child = spawnBound(run.command, run.args, {
    cwd: run.cwd,
    ...(run.env && { env: run.env }),
    stdio: [run.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });

  let stopReason: { error: unknown } | undefined;
  const stop = (error: unknown): void => {
    stopReason ??= { error };
    killGroup(child, 'SIGKILL');
  };
  const collect = (stream: NodeJS.ReadableStream | null): (() => string) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    stream?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxOutputBytes) stop(new ProgramOutputTooLargeError(run.command, maxOutputBytes));
      else chunks.push(chunk);
    });
    return () => Buffer.concat(chunks).toString('utf8');
  };
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  // A program need not read its input to the end; its exit code says whether that was right.
  child.stdin?.on('error', () => {});
  child.stdin?.end(run.stdin);

  const onAbort = (): void => stop(run.signal?.reason);
  run.signal?.addEventListener('abort', onAbort, { once: true });
  const timer =
    run.timeoutMs === undefined
      ? undefined
      : setTimeout(() => stop(new ProgramTimedOutError(run.command, run.timeoutMs ?? 0)), run.timeoutMs);
  const { memoryBytes } = run;
  const endWatch =
    memoryBytes === undefined
      ? undefined
      : watchMemory(child, memoryBytes, (used) =>
          stop(new ProgramMemoryExceededError(run.command, used, memoryBytes)),
        );
  try {
    const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
      (resolve, reject) => {
        child.once('error', reject);
        // Whoever is left in the group would hold the pipes open.
        child.once('exit', () => killGroup(child, 'SIGKILL'));
        child.once('close', (code, signal) => resolve([code, signal]));
      },
    );
    if (stopReason) throw stopReason.error;
    const wallSeconds = (performance.now() - startedAt) / 1000;
    return { exitCode, signal, stdout: stdout(), stderr: stderr(), wallSeconds };
  } finally {
    clearTimeout(timer);
    endWatch?.();
    run.signal?.removeEventListener('abort', onAbort);
  }
}
