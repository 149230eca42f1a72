import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  HandedBackError,
  TASKS_STREAM,
  WAKE_STREAM,
  connectNats,
  ensureTaskConsumer,
  openStores,
  provision,
  pullNext,
  resourceAdmission,
  startNatsServer,
  wakeTransport,
  type NatsServer,
  type PullTransport,
  type Stores,
  type TaskEnvelope,
} from './index';

let directory: string;
let server: NatsServer;
let connection: NatsConnection;
let stores: Stores;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'messaging-'));
  server = await startNatsServer({ directory });
  connection = await connectNats({ url: server.url, token: server.token, name: 'test' });
  await provision(connection);
  stores = await openStores(connection);
});

afterAll(async () => {
  await connection.close();
  await server.stop();
  rmSync(directory, { recursive: true });
});

async function messagesIn(stream: string): Promise<number> {
  const manager = await connection.jetstreamManager();
  return (await manager.streams.info(stream)).state.messages;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

describe('the transport of wakes', () => {
  let handled: string[];
  let transport: PullTransport;
  let handle: (id: string, signal: AbortSignal) => Promise<void>;

  beforeEach(() => {
    handled = [];
    handle = async () => {};
    transport = newTransport();
  });
  afterEach(async () => {
    await transport.close();
    const manager = await connection.jetstreamManager();
    await manager.streams.purge(WAKE_STREAM);
  });

  function newTransport(drainMs = 1000): PullTransport {
    const made = wakeTransport({ connection, concurrency: 2, drainMs });
    for (const target of ['fit', 'drive', 'task']) {
      made.addHandler(`wake.${target}`, async (id: string, signal: AbortSignal) => {
        handled.push(`${target} ${id}`);
        await handle(id, signal);
      });
    }
    return made;
  }

  const listen = (it: PullTransport) =>
    new Promise<void>((resolve, reject) => it.listen((error) => (error ? reject(error) : resolve())));

  it('takes wakes to the handler of their target and forgets them then', async () => {
    await listen(transport);
    await stores.wakes.wakeFit('f1');
    await stores.wakes.wakeDrive('d1');
    await stores.wakes.wakeTask('t1');
    await until(async () => (await messagesIn(WAKE_STREAM)) === 0);
    expect(handled.sort()).toEqual(['drive d1', 'fit f1', 'task t1']);
  });

  it('makes one of many wakes that nobody has handled yet', async () => {
    for (let n = 0; n < 5; n++) await stores.wakes.wakeFit('f2');
    await listen(transport);
    await until(async () => (await messagesIn(WAKE_STREAM)) === 0);
    expect(handled).toEqual(['fit f2']);
  });

  it('delivers a wake again, and after the first, that comes while its like is handled', async () => {
    const events: string[] = [];
    handle = async () => {
      events.push('begin');
      if (events.length === 1) {
        await stores.wakes.wakeFit('f3');
        await sleep(100);
      }
      events.push('end');
    };
    await listen(transport);
    await stores.wakes.wakeFit('f3');
    await until(() => events.length === 4);
    expect(events).toEqual(['begin', 'end', 'begin', 'end']);
    await until(async () => (await messagesIn(WAKE_STREAM)) === 0);
  });

  it('delivers a wake again whose handler throws', async () => {
    handle = async () => {
      if (handled.length === 1) throw new Error('the first time it does not work');
    };
    await listen(transport);
    await stores.wakes.wakeFit('f4');
    await until(() => handled.length === 2);
    await until(async () => (await messagesIn(WAKE_STREAM)) === 0);
  });

  it('waits for a handler when it is closed', async () => {
    let finished = false;
    handle = async () => {
      await sleep(200);
      finished = true;
    };
    await listen(transport);
    await stores.wakes.wakeFit('f5');
    await until(() => handled.length === 1);
    await transport.close();
    expect(finished).toBe(true);
    expect(await messagesIn(WAKE_STREAM)).toBe(0);
  });

  it('aborts a handler that takes too long to close, and hands its wake to the next process', async () => {
    let reason: unknown;
    handle = async (_, signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reason = signal.reason;
      throw signal.reason;
    };
    await transport.close();
    transport = newTransport(100);
    await listen(transport);
    await stores.wakes.wakeFit('f6');
    await until(() => handled.length === 1);
    await transport.close();
    expect(reason).toBeInstanceOf(HandedBackError);
    expect(await messagesIn(WAKE_STREAM)).toBe(1);

    handle = async () => {};
    transport = newTransport();
    await listen(transport);
    await until(async () => (await messagesIn(WAKE_STREAM)) === 0);
    expect(handled).toEqual(['fit f6', 'fit f6']);
  });

  it('goes on by itself after a crash of the server, also with what it was handling', async () => {
    let release = (): void => {};
    handle = (id) => (id === 'during' ? new Promise((resolve) => (release = resolve)) : Promise.resolve());
    await listen(transport);
    await stores.wakes.wakeFit('during');
    await until(() => handled.length === 1);
    await server.stop('SIGKILL');
    server = await startNatsServer({ directory, port: server.port, token: server.token });
    await until(() =>
      stores.wakes.wakeFit('after').then(
        () => true,
        () => false,
      ),
    );
    await until(() => handled.includes('fit after'));
    release();
    await until(async () => (await messagesIn(WAKE_STREAM)) === 0);
  });

  it('does not start if a wake has no handler or two', async () => {
    const incomplete = wakeTransport({ connection, concurrency: 1, drainMs: 0 });
    incomplete.addHandler('wake.fit', async () => {});
    await expect(listen(incomplete)).rejects.toThrow('no handler for wake.drive, wake.task');
    expect(() => incomplete.addHandler('wake.fit', async () => {})).toThrow('two handlers for wake.fit');
  });
});

describe('pulling', () => {
  const lanes = ['interactive', 'normal', 'bulk'] as const;
  const forever = new AbortController().signal;

  function task(taskId: string, lane: (typeof lanes)[number]): TaskEnvelope<'conformers'> {
    return {
      v: 1,
      kind: 'conformers',
      taskId,
      program: 'any',
      programVersion: '',
      lane,
      input: { mappedSmiles: '[H:1][H:2]', maxConformers: 1, dihedral: [0, 1, 2, 3] },
      wake: 'wake.drive.d1',
    };
  }

  async function sources() {
    return Promise.all(
      lanes.map(async (lane) => ({
        stream: TASKS_STREAM,
        consumer: await ensureTaskConsumer(connection, 'conformers', 'any', '', lane),
      })),
    );
  }

  /** Takes at most `limit` messages in one turn. */
  async function turn(limit: number): Promise<string[]> {
    const taken: string[] = [];
    await pullNext(
      connection,
      await sources(),
      (_, message) => {
        if (taken.length === limit) return false;
        taken.push(message.json<TaskEnvelope>().taskId);
        message.ack();
        return true;
      },
      forever,
    );
    return taken;
  }

  it('takes urgent lanes first, whatever came first', async () => {
    for (const lane of [...lanes].reverse()) {
      for (const n of [1, 2]) await stores.tasks.publish(task(`${lane}-${n}`, lane));
    }
    const order: string[] = [];
    for (let n = 0; n < 6; n++) order.push(...(await turn(1)));
    expect(order).toEqual(['interactive-1', 'interactive-2', 'normal-1', 'normal-2', 'bulk-1', 'bulk-2']);
  });

  it('waits on all lanes at once when all are empty, and loses nothing if two get a task', async () => {
    const first = turn(1);
    await sleep(50);
    await Promise.all(lanes.map((lane) => stores.tasks.publish(task(`idle-${lane}`, lane))));
    const taken = [...(await first), ...(await turn(1)), ...(await turn(1))];
    expect(taken.sort()).toEqual(['idle-bulk', 'idle-interactive', 'idle-normal']);
    await connection.flush();
    expect(await messagesIn(TASKS_STREAM)).toBe(0);
  });

  it('leaves no request behind that would take a task from others', async () => {
    const stop = new AbortController();
    const abandoned = pullNext(connection, await sources(), () => false, stop.signal);
    await sleep(50);
    stop.abort();
    await abandoned;
    await connection.flush();
    await stores.tasks.publish(task('later', 'bulk'));
    expect(await turn(1)).toEqual(['later']);
  });

  it('says when a consumer is not there', async () => {
    const missing = ['nobody', 'nobody-else'].map((consumer) => ({ stream: TASKS_STREAM, consumer }));
    await expect(pullNext(connection, missing, () => true, forever)).rejects.toThrow('nobody of TASKS');
  });
});

describe('admission', () => {
  it('gives out no more than there is, and takes back', () => {
    const need = { small: { cores: 1, memoryBytes: 1 }, large: { cores: 1, memoryBytes: 7 } };
    const admission = resourceAdmission<keyof typeof need>(
      { cores: 3, memoryBytes: 8 },
      (size) => need[size],
    );
    const release = admission.take('large');
    expect(admission.take('large')).toBeNull();
    expect(admission.take('small')).not.toBeNull();
    expect(admission.fits('small')).toBe(false);
    release?.();
    expect(admission.fits('large')).toBe(true);
  });
});
