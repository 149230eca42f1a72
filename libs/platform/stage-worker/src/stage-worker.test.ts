import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram } from '@bespoke/child-process';
import {
  TASKS_STREAM,
  connectNats,
  openStores,
  provision,
  startNatsServer,
  taskKinds,
  type NatsConnection,
  type NatsServer,
  type Stores,
  type TaskEnvelope,
  type TaskInput,
  type TaskResult,
} from '@bespoke/messaging';
import type { FragmentResult } from '@bespoke/workflow-schema';
import { Controller, Module } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TaskFailure, TaskHandler, currentTask, startStageWorker, type TaskContext } from './index';
import type { StageWorker } from './stage-worker';

const FIXTURE = join(__dirname, '../fixtures/fragmenter.cjs');
const NOTHING: FragmentResult = { fragments: [], warnings: [] };

let directory: string;
let scratch: string;
let server: NatsServer;
let connection: NatsConnection;
let stores: Stores;
let environment: NodeJS.ProcessEnv;
let workers: StageWorker[] = [];
let children: ChildProcess[] = [];
let handle: (input: TaskInput<'fragment'>, context: TaskContext) => Promise<FragmentResult>;

// Decorators as plain calls: vitest does not compile them in files that the tsconfig leaves out.
class Fragments {
  fragment(input: TaskInput<'fragment'>, context: TaskContext): Promise<FragmentResult> {
    return handle(input, context);
  }
}
const method = Object.getOwnPropertyDescriptor(Fragments.prototype, 'fragment');
TaskHandler('fragment')(Fragments.prototype, 'fragment', method as TypedPropertyDescriptor<typeof handle>);
Controller()(Fragments);

class Fragmenter {}
Module({ controllers: [Fragments] })(Fragmenter);

class Nobody {}
Module({})(Nobody);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'stage-worker-'));
  scratch = join(directory, 'scratch');
  mkdirSync(scratch);
  server = await startNatsServer({ directory: join(directory, 'nats') });
  connection = await connectNats({ url: server.url, token: server.token, name: 'test' });
  await provision(connection);
  stores = await openStores(connection);
  environment = {
    PATH: process.env['PATH'],
    BESPOKE_NATS_URL: server.url,
    BESPOKE_NATS_TOKEN_FILE: server.tokenFile,
    BESPOKE_SCRATCH: scratch,
    LOG_LEVEL: 'silent',
  };
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => (worker.abort(), worker.close())));
  for (const child of children.filter(
    ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
  )) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  workers = [];
  children = [];
  expect(await messages()).toBe(0);
});

afterAll(async () => {
  await connection.close();
  await server.stop();
  rmSync(directory, { recursive: true });
});

async function startWorker(cores = 2): Promise<StageWorker> {
  const flags = ['--n-cores', String(cores), '--max-mem', '1'];
  const options = { stage: 'fragmentation' as const, module: Fragmenter, engines: async () => [] };
  const worker = await startStageWorker(options, flags, environment);
  workers.push(worker);
  return worker;
}

/** On the same port and directory. */
async function restartServer(): Promise<void> {
  const { port, token } = server;
  server = await startNatsServer({ directory: join(directory, 'nats'), port, token });
  await until(() =>
    connection.flush().then(
      () => true,
      () => false,
    ),
  );
}

/** A worker in a process of its own, which takes `mappedSmiles` for a shell command. */
async function forkWorker(more: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
  const child = fork(FIXTURE, ['--n-cores', '2'], { env: { ...environment, ...more }, silent: true });
  children.push(child);
  const [message] = (await once(child, 'message')) as [unknown];
  expect(message).toEqual({ type: 'ready', port: expect.any(Number) });
  return child;
}

let taskCount = 0;
function task(mappedSmiles = '[H:1][H:2]'): TaskEnvelope<'fragment'> {
  const taskId = `task-${++taskCount}`;
  return {
    v: 1,
    kind: 'fragment',
    taskId,
    program: 'any',
    programVersion: '',
    lane: 'normal',
    input: {
      softwareVersion: '0.1.0',
      mappedSmiles,
      fragmentation: { scheme: 'none' },
      targetTorsionSmarts: ['[*:1]-[*:2]'],
      baseForceFieldSha256: '0'.repeat(64),
      periodicities: [1, 2],
    },
    wake: `wake.task.${taskId}`,
    fitId: 'fit-1',
  };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

async function messages(): Promise<number> {
  const manager = await connection.jetstreamManager();
  return (await manager.streams.info(TASKS_STREAM)).state.messages;
}

async function isAwake(wake: string): Promise<boolean> {
  const manager = await connection.jetstreamManager();
  return manager.streams.getMessage('WAKE', { last_by_subj: wake }).then(
    () => true,
    () => false,
  );
}

/** Waits until the task has a result, its wake and no message any more. */
async function resultOf({ taskId, wake }: TaskEnvelope): Promise<TaskResult> {
  let result: TaskResult | undefined;
  await until(async () => (result = (await stores.results.get(taskId))?.value) !== undefined);
  await until(async () => (await messages()) === 0);
  expect(await isAwake(wake)).toBe(true);
  return result as TaskResult;
}

/** A defunct process has ended; in a container without an init nobody may ever collect it. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function pidIn(file: string): Promise<number> {
  await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
  return Number(readFileSync(file, 'utf8').trim().split('\n').at(-1));
}

describe('a task', () => {
  it('is computed, its result kept, its wake published, its message acknowledged', async () => {
    let seen: TaskContext | undefined;
    let directoryWasThere = false;
    handle = async (_, context) => {
      seen = context;
      directoryWasThere = existsSync(context.scratchDirectory);
      expect(currentTask()).toBe(context);
      return { fragments: [], warnings: [await context.artifacts.put('kept')] };
    };
    const worker = await startWorker();
    const published = task();
    await stores.tasks.publish(published);
    const result = await resultOf(published);
    expect(result).toMatchObject({
      taskId: published.taskId,
      outcome: 'succeeded',
      output: { fragments: [], warnings: [expect.stringMatching(/^[0-9a-f]{64}$/)] },
      attempts: 1,
      worker: worker.id,
    });
    expect(seen).toMatchObject({ fitId: 'fit-1', attempt: 1, cores: 2, memoryBytes: 2e9 });
    expect(directoryWasThere).toBe(true);
    expect(existsSync(seen?.scratchDirectory ?? '')).toBe(false);
    expect(await stores.attempts.get(published.taskId)).toBeNull();
  });

  it('that has a result already is not computed again, but whoever waits is told', async () => {
    handle = async () => NOTHING;
    await startWorker();
    const published = task();
    await stores.tasks.publish(published);
    const first = await resultOf(published);
    handle = async () => {
      throw new Error('computed a second time');
    };
    const again = { ...published, wake: `${published.wake}-again` };
    await stores.tasks.publish(again);
    expect(await resultOf(again)).toEqual(first);
  });

  it('keeps the result of whoever was first', async () => {
    const published = task();
    const theirs: TaskResult = {
      v: 1,
      taskId: published.taskId,
      outcome: 'succeeded',
      output: { fragments: [], warnings: ['theirs'] },
      attempts: 1,
      worker: 'another',
      program: 'any',
      programVersion: '',
      startedAt: new Date().toISOString(),
      wallSeconds: 1,
    };
    handle = async () => {
      await stores.results.create(published.taskId, theirs);
      return { fragments: [], warnings: ['ours'] };
    };
    await startWorker();
    await stores.tasks.publish(published);
    expect(await resultOf(published)).toEqual(theirs);
  });

  it('that is not valid ends with the reason, and no handler sees it', async () => {
    let calls = 0;
    handle = async () => {
      calls++;
      return NOTHING;
    };
    await startWorker();
    const wrong = task();
    (wrong.input as unknown as Record<string, unknown>)['scheme'] = 'scissors';
    (wrong.input as unknown as Record<string, unknown>)['surprise'] = true;
    await stores.tasks.publish(wrong);
    const result = await resultOf(wrong);
    expect(result).toMatchObject({ outcome: 'crashed', failure: { code: 'invalid-task' } });
    expect(result).toHaveProperty('failure.message', expect.stringContaining('input.scheme'));
    expect(result).toHaveProperty('failure.message', expect.stringContaining('surprise'));
    expect(calls).toBe(0);
  });

  it('that is no JSON ends too, so that it does not come again for ever', async () => {
    await startWorker();
    await connection.jetstream().publish('task.fragment.any.normal.garbage', '{"v":1');
    await until(async () => (await messages()) === 0);
    expect((await stores.results.get('garbage'))?.value).toMatchObject({ failure: { code: 'invalid-task' } });
  });

  it("whose science says no fails at once, with the engine's output among the artifacts", async () => {
    let calls = 0;
    handle = async () => {
      calls++;
      throw new TaskFailure('no-fragment', 'nothing to cut', { log: 'all that the engine said' });
    };
    await startWorker();
    const published = task();
    await stores.tasks.publish(published);
    const result = await resultOf(published);
    expect(result).toMatchObject({
      outcome: 'failed',
      failure: { code: 'no-fragment', message: 'nothing to cut' },
    });
    const log = (result as { failure: { logSha256: string } }).failure.logSha256;
    expect(Buffer.from(await stores.artifacts.get(log)).toString()).toBe('all that the engine said');
    expect(calls).toBe(1);
  });

  it('that crashes is tried again', async () => {
    const attempts: number[] = [];
    handle = async (_, { attempt }) => {
      attempts.push(attempt);
      if (attempts.length === 1) throw new Error('segmentation fault');
      return NOTHING;
    };
    await startWorker();
    const published = task();
    await stores.tasks.publish(published);
    expect(await resultOf(published)).toMatchObject({ outcome: 'succeeded', attempts: 2 });
    expect(attempts).toEqual([1, 2]);
    expect((await stores.attempts.get(published.taskId))?.value.failures).toMatchObject([
      { outcome: 'crashed', failure: { message: 'segmentation fault' } },
    ]);
  });

  it('that crashes every time ends as crashed', async () => {
    let calls = 0;
    handle = async () => {
      calls++;
      throw new Error(`crash ${calls}`);
    };
    await startWorker();
    const published = task();
    await stores.tasks.publish(published);
    const { maxAttempts } = taskKinds.fragment;
    expect(await resultOf(published)).toMatchObject({
      outcome: 'crashed',
      attempts: maxAttempts,
      failure: { code: 'crashed', message: `crash ${maxAttempts}` },
    });
    expect(calls).toBe(maxAttempts);
  });

  it('that answers with a number that is none crashes rather than invent a null', async () => {
    handle = async () => ({ fragments: [], warnings: [NaN as unknown as string] });
    await startWorker();
    const published = task();
    await stores.tasks.publish(published);
    expect(await resultOf(published)).toMatchObject({
      outcome: 'crashed',
      failure: { message: expect.stringContaining('NaN') },
    });
  });

  it('that takes too long is stopped and ends as timed out', async () => {
    const kind = taskKinds.fragment as { timeoutMs: number; maxAttempts: number };
    const { timeoutMs, maxAttempts } = kind;
    Object.assign(kind, { timeoutMs: 100, maxAttempts: 1 });
    try {
      handle = async (_, { signal, scratchDirectory }) => {
        await runProgram({ command: 'sleep', args: ['300'], cwd: scratchDirectory, signal });
        return NOTHING;
      };
      await startWorker();
      const published = task();
      await stores.tasks.publish(published);
      expect(await resultOf(published)).toMatchObject({
        outcome: 'timed-out',
        failure: { code: 'timed-out', message: 'the task was stopped after 0.1 s' },
      });
    } finally {
      Object.assign(kind, { timeoutMs, maxAttempts });
    }
  });

  it('that lost its worker too often ends as crashed and says so', async () => {
    let calls = 0;
    handle = async () => {
      calls++;
      return NOTHING;
    };
    const published = task();
    const running = { worker: 'gone', startedAt: new Date().toISOString() };
    await stores.attempts.create(published.taskId, {
      v: 1,
      taskId: published.taskId,
      lost: 9,
      failures: [],
      running,
    });
    await stores.tasks.publish(published);
    await startWorker();
    expect(await resultOf(published)).toMatchObject({
      outcome: 'crashed',
      attempts: 10,
      failure: { code: 'worker-lost', message: expect.stringContaining('10 workers vanished') },
    });
    expect(calls).toBe(0);
  });

  it('that is cancelled is killed with all its processes and leaves no result', async () => {
    const pidFile = join(directory, 'cancelled.pid');
    let ended = false;
    handle = async ({ mappedSmiles }, { signal, scratchDirectory }) => {
      try {
        await runProgram({ command: 'sh', args: ['-c', mappedSmiles], cwd: scratchDirectory, signal });
      } finally {
        ended = true;
      }
      return NOTHING;
    };
    await startWorker();
    const published = task(`sleep 300 & echo $! > ${pidFile}; wait`);
    await stores.tasks.publish(published);
    const pid = await pidIn(pidFile);
    await stores.tasks.purge(published);
    await until(() => ended && !isRunning(pid));
    await sleep(100);
    expect(await stores.results.get(published.taskId)).toBeNull();
  });
});

describe('several tasks', () => {
  it('are shared by two workers, each done once', async () => {
    const done: string[] = [];
    handle = async ({ mappedSmiles }) => {
      await sleep(5);
      done.push(mappedSmiles);
      return NOTHING;
    };
    const published = Array.from({ length: 40 }, (_, n) => task(`molecule ${n}`));
    const [first, second] = [await startWorker(), await startWorker()];
    await Promise.all(published.map((one) => stores.tasks.publish(one)));
    const by = new Set<string>();
    for (const one of published) by.add((await resultOf(one)).worker);
    expect(done.sort()).toEqual(published.map(({ input }) => input.mappedSmiles).sort());
    expect(by).toEqual(new Set([first.id, second.id]));
  });

  it.each([
    ['of one core each run at once as far as there are cores, and no further', 1, 3],
    ['that take all cores run one after the other', 'all', 1],
  ] as const)('%s', async (_what, cores, atOnce) => {
    const kind = taskKinds.fragment as { cores: number | 'all' };
    const usual = kind.cores;
    kind.cores = cores;
    let now = 0;
    let most = 0;
    handle = async () => {
      most = Math.max(most, ++now);
      await sleep(50);
      now--;
      return NOTHING;
    };
    try {
      await startWorker(3);
      const published = Array.from({ length: 8 }, () => task());
      await Promise.all(published.map((one) => stores.tasks.publish(one)));
      for (const one of published) await resultOf(one);
    } finally {
      kind.cores = usual;
    }
    expect(most).toBe(atOnce);
  });
});

describe('a worker', () => {
  it('finishes what it runs when it is closed', async () => {
    let started = false;
    handle = async () => {
      started = true;
      await sleep(300);
      return NOTHING;
    };
    const worker = await startWorker();
    const published = task();
    await stores.tasks.publish(published);
    await until(() => started);
    await worker.close();
    expect((await resultOf(published)).outcome).toBe('succeeded');
  });

  it('hands back at once what it is made to stop, without counting it as an attempt', async () => {
    let started = false;
    handle = async (_, { signal, scratchDirectory }) => {
      started = true;
      await runProgram({ command: 'sleep', args: ['300'], cwd: scratchDirectory, signal });
      return NOTHING;
    };
    const worker = await startWorker();
    const published = task();
    await stores.tasks.publish(published);
    await until(() => started);
    worker.abort();
    await worker.close();
    expect(await stores.results.get(published.taskId)).toBeNull();
    handle = async () => NOTHING;
    const next = await startWorker();
    expect(await resultOf(published)).toMatchObject({ attempts: 1, worker: next.id });
  });

  it('does not start without a handler for each kind of its stage', async () => {
    const options = { stage: 'fragmentation' as const, module: Nobody, engines: async () => [] };
    await expect(startStageWorker(options, [], environment)).rejects.toThrow('no handler for fragment');
  });

  it('does not start on resources with which no task could run', async () => {
    const options = { stage: 'fragmentation' as const, module: Fragmenter, engines: async () => [] };
    const tooLittle = startStageWorker(options, ['--n-cores', '1', '--max-mem', '0.1'], environment);
    await expect(tooLittle).rejects.toThrow(/raise --n-cores or --max-mem/);
    await expect(startStageWorker(options, ['--n-cores', 'two'], environment)).rejects.toThrow('--n-cores');
    await expect(startStageWorker(options, ['--cores', '2'], environment)).rejects.toThrow('--cores');
  });

  it('is in the registry while it is up, with what it runs', async () => {
    const worker = await startWorker();
    expect((await stores.workers.get(worker.id))?.value).toMatchObject({
      stage: 'fragmentation',
      cores: 2,
      memoryBytes: 2e9,
      running: [],
      pid: process.pid,
    });
    await worker.close();
    expect(await stores.workers.get(worker.id)).toBeNull();
  });

  it('answers for its health', async () => {
    const worker = await startWorker();
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${worker.healthPort}${path}`)).status;
    expect(await ask('/health/live')).toBe(200);
    expect(await ask('/health/ready')).toBe(200);
    expect(await ask('/')).toBe(404);
  });

  it('keeps its work through a crash of the NATS server', async () => {
    let calls = 0;
    let finish = (): void => {};
    handle = async () => {
      calls++;
      await new Promise<void>((resolve) => (finish = resolve));
      return NOTHING;
    };
    const worker = await startWorker();
    const published = task();
    await stores.tasks.publish(published);
    await until(() => calls === 1);
    await server.stop('SIGKILL');
    expect((await fetch(`http://127.0.0.1:${worker.healthPort}/health/ready`)).status).toBe(503);
    finish();
    await restartServer();
    expect(await resultOf(published)).toMatchObject({ outcome: 'succeeded', worker: worker.id });
    expect(calls).toBe(1);
  });
});

describe('the process of a worker', () => {
  it('writes JSON lines that name fit, task and attempt', async () => {
    const child = await forkWorker({ LOG_LEVEL: 'info' });
    const published = task('echo done');
    await stores.tasks.publish(published);
    await resultOf(published);
    child.kill('SIGTERM');
    const lines = (await text(child.stdout as Readable)).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({
        msg: 'task succeeded',
        fitId: 'fit-1',
        taskId: published.taskId,
        kind: 'fragment',
        attempt: 1,
        worker: expect.stringMatching(/^fragmentation-/),
      }),
    );
  });

  it('goes soon, with all that it runs, when parent and NATS server are gone at once', async () => {
    const child = await forkWorker();
    const pidFile = join(directory, 'all-gone.pid');
    const published = task(`echo $$ > ${pidFile}; sleep 300`);
    await stores.tasks.publish(published);
    const pid = await pidIn(pidFile);
    await server.stop('SIGKILL');
    child.disconnect();
    await once(child, 'exit');
    await until(() => !isRunning(pid));
    await restartServer();
    await until(() =>
      stores.tasks.purge(published).then(
        () => true,
        () => false,
      ),
    );
  });

  it('ends in peace on SIGTERM and leaves nothing behind', async () => {
    const child = await forkWorker();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('ends with all that it runs when its parent is gone', async () => {
    const child = await forkWorker();
    const pidFile = join(directory, 'orphaned.pid');
    const published = task(`echo $$ > ${pidFile}; sleep 300`);
    await stores.tasks.publish(published);
    const pid = await pidIn(pidFile);
    child.disconnect();
    await once(child, 'exit');
    await until(() => !isRunning(pid));
    await stores.tasks.purge(published);
  });

  it('may be killed by kill -9: its engine goes too, and another worker does the task', async () => {
    const pidFile = join(directory, 'killed.pid');
    const child = await forkWorker();
    const published = task(`echo $$ >> ${pidFile}; [ $(wc -l < ${pidFile}) -gt 1 ] || sleep 300`);
    await stores.tasks.publish(published);
    const pid = await pidIn(pidFile);
    child.kill('SIGKILL');
    await until(() => !isRunning(pid));
    await forkWorker();
    expect(await resultOf(published)).toMatchObject({ outcome: 'succeeded', attempts: 2 });
    expect((await stores.attempts.get(published.taskId))?.value).toMatchObject({ lost: 1, failures: [] });
  });

  it('tells its parent why it does not start', async () => {
    const child = fork(FIXTURE, ['--n-cores', '0'], { env: environment, silent: true });
    children.push(child);
    const [message] = (await once(child, 'message')) as [unknown];
    expect(message).toEqual({ type: 'failed', message: expect.stringContaining('--n-cores') });
    expect(await once(child, 'exit')).toEqual([1, null]);
  });
});
