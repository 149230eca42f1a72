import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { killGroup, ProgramMemoryExceededError, spawnBound, watchMemory } from '@bespoke/child-process';
import { EngineCrashError, EngineError, type EngineErrorCode, type EngineRun } from './engine';

/**
 * A program that stays and takes one job after another: a line of JSON each, in by standard input, out by file
 * descriptor 3, so that what a library prints is in nobody's way. It ends when its input does.
 */
export interface ResidentProgram {
  /** What messages call it. */
  name: string;
  command: string;
  args: readonly string[];
  /** What its environment has that this process's own has not. */
  env: Readonly<Record<string, string>>;
}

export type ResidentAnswer<Result> =
  | { result: Result }
  /** A code is the calculation's own no; null is a fault of the program. */
  | {
      error: { code: EngineErrorCode | EngineCrashError['code'] | null; message: string; output: string };
    };

/** Has the program do one job. */
export type Ask = <Result>(job: object) => Promise<Result>;

/** The file descriptor that answers are written to. */
export const ANSWERS = 3;
const MAX_OUTPUT_CHARACTERS = 2 ** 16;

/** Far longer than between two tasks of a busy worker: PySCF keeps 0.2 GB that others may need, and starts in seconds. */
const MAX_IDLE_MS = 60_000;

interface ResidentProcess {
  child: ChildProcess;
  answers: AsyncIterator<string>;
  /** How it ended, when it has. */
  end: Promise<EngineError | EngineCrashError>;
  /** The last that it wrote, of both streams. */
  output: string;
  /** Ends it when it has been idle for long. */
  idleTimer?: NodeJS.Timeout;
}

/** Processes that wait for their next job, by program. Of each there are never more than ran at once. */
const idle = new Map<string, ResidentProcess[]>();

/**
 * Has jobs done by a process of the program that is nobody else's meanwhile: one that is idle, or a new one. It does
 * not outlive this process, and is killed on abort, when it exceeds its memory, when it answers what is no answer and
 * when it has been idle for a minute.
 * @throws EngineError, EngineCrashError, ProgramMemoryExceededError, or the signal's reason
 */
export async function withResidentProcess<T>(
  program: ResidentProgram,
  { signal, memoryBytes }: Pick<EngineRun, 'signal' | 'memoryBytes'>,
  use: (ask: Ask) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const key = JSON.stringify(program);
  const waiting = idle.get(key) ?? [];
  idle.set(key, waiting);
  const process = waiting.pop() ?? started(program, waiting);
  clearTimeout(process.idleTimer);
  const { child } = process;
  hold(child, true);
  let stopped: ProgramMemoryExceededError | undefined;
  const onAbort = (): void => killGroup(child, 'SIGKILL');
  signal?.addEventListener('abort', onAbort, { once: true });
  const endWatch = watchMemory(child, memoryBytes, (usedBytes) => {
    stopped = new ProgramMemoryExceededError(program.name, usedBytes, memoryBytes);
    killGroup(child, 'SIGKILL');
  });
  try {
    return await use(async (job) => {
      const answer = await answerOf<never>(program, process, job);
      if ('result' in answer) return answer.result;
      const { code, message, output } = answer.error;
      if (code === null) throw new Error(`${program.name}: ${message}\n${output}`);
      if (code === 'engine-crashed') throw new EngineCrashError(message, output + process.output);
      throw new EngineError(code, message, output + process.output);
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw stopped ?? error;
  } finally {
    endWatch();
    signal?.removeEventListener('abort', onAbort);
    if (child.exitCode === null && child.signalCode === null && !stopped && !signal?.aborted) {
      process.output = '';
      hold(child, false);
      waiting.push(process);
      process.idleTimer = setTimeout(() => {
        // At once: its end comes later, and it must get no job meanwhile.
        remove(process, waiting);
        killGroup(child, 'SIGKILL');
      }, MAX_IDLE_MS).unref();
    }
  }
}

async function answerOf<Result>(
  { name }: ResidentProgram,
  process: ResidentProcess,
  job: object,
): Promise<ResidentAnswer<Result>> {
  const { child, answers, end } = process;
  child.stdin!.write(jsonLine(job));
  const { value: line, done } = await answers.next();
  if (done) throw await end;
  const answer = readAnswer<Result>(line);
  if (answer !== null) return answer;
  killGroup(child, 'SIGKILL');
  await end;
  throw new EngineError(
    'unreadable-output',
    `${name}: this is no answer: ${line.slice(0, 200)}`,
    process.output,
  );
}

/** Null when it is none. */
function readAnswer<Result>(line: string): ResidentAnswer<Result> | null {
  try {
    const answer = JSON.parse(line) as ResidentAnswer<Result> | null;
    const isOne = typeof answer === 'object' && answer !== null && ('result' in answer || 'error' in answer);
    return isOne ? answer : null;
  } catch {
    return null;
  }
}

function started({ name, command, args, env }: ResidentProgram, waiting: ResidentProcess[]): ResidentProcess {
  const child = spawnBound(command, args, {
    cwd: '/',
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const started: ResidentProcess = {
    child,
    answers: createInterface({ input: child.stdio[ANSWERS] as Readable })[Symbol.asyncIterator](),
    end: new Promise((resolve) => {
      child.once('close', (code, signal) =>
        resolve(
          signal === null
            ? new EngineError('engine-failed', `${name} ended its process with code ${code}`, started.output)
            : new EngineCrashError(`${name} was ended by ${signal}`, started.output),
        ),
      );
    }),
    output: '',
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      started.output = (started.output + text).slice(-MAX_OUTPUT_CHARACTERS);
    });
  }
  // One that has just died says so by its end.
  child.stdin!.on('error', () => {});
  child.once('exit', () => {
    clearTimeout(started.idleTimer);
    remove(started, waiting);
  });
  return started;
}

function remove(process: ResidentProcess, waiting: ResidentProcess[]): void {
  const place = waiting.indexOf(process);
  if (place !== -1) waiting.splice(place, 1);
}

/** Arrays of numbers of any kind are arrays. */
export function jsonLine(value: object): string {
  const json = JSON.stringify(value, (_, each: unknown) =>
    each instanceof Float64Array ? Array.from(each) : each,
  );
  return `${json}\n`;
}

/** Whether this process waits for the child: one that is idle keeps nobody from ending. */
function hold(child: ChildProcess, wait: boolean): void {
  for (const each of [child, ...child.stdio] as unknown as { ref(): void; unref(): void }[]) {
    if (wait) each.ref();
    else each.unref();
  }
}
