import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ArtifactMissingError,
  NatsRefusedError,
  NatsTooOldError,
  NatsUnreachableError,
  QueueFullError,
  TASKS_STREAM,
  connectNats,
  isAnswering,
  isUnreachable,
  onShutOut,
  openStores,
  provision,
  requireNatsVersion,
  startNatsServer,
  type KeptRecord,
  type NatsServer,
  type Stores,
  type TaskEnvelope,
} from './index';

let directory: string;
let server: NatsServer;
let connection: NatsConnection;
let stores: Stores<{ n: number }>;

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

/** As a machine that loses its nats-server sees it: the same port and directory, no orderly end. */
async function crashServer(): Promise<void> {
  await server.stop('SIGKILL');
  server = await startNatsServer({ directory, port: server.port, token: server.token });
  await untilReachable(() => connection.flush());
}

async function untilReachable(ask: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      await sleep(20);
    }
  }
}

function task(taskId: string): TaskEnvelope<'conformers'> {
  return {
    v: 1,
    kind: 'conformers',
    taskId,
    program: 'any',
    programVersion: '',
    lane: 'normal',
    input: { mappedSmiles: '[H:1][H:2]', maxConformers: 1, dihedral: [0, 1, 2, 3] },
    wake: 'wake.drive.d1',
  };
}

async function take(consumerName = 'conformers_any_normal') {
  const consumer = await connection.jetstream().consumers.get(TASKS_STREAM, consumerName);
  const message = await consumer.next({ expires: 1000 });
  if (message === null) throw new Error('nothing to take');
  return message;
}

describe('a private nats-server', () => {
  it('keeps its secret to its owner and refuses who does not know it', async () => {
    expect(readFileSync(server.tokenFile, 'utf8')).toBe(server.token);
    expect(statSync(server.tokenFile).mode & 0o077).toBe(0);
    const stranger = connectNats({ url: server.url, token: 'wrong', name: 'stranger' });
    await expect(stranger).rejects.toThrow(NatsRefusedError);
  });

  it('says in its own words why it cannot start', async () => {
    const second = mkdtempSync(join(tmpdir(), 'messaging-'));
    try {
      await expect(startNatsServer({ directory: second, port: server.port })).rejects.toThrow(
        /address already in use/,
      );
    } finally {
      rmSync(second, { recursive: true });
    }
  });

  it('is asked for by the variable that names it wrongly', async () => {
    const unknown = startNatsServer({ directory, binary: '/no/such/nats-server' });
    await expect(unknown).rejects.toThrow('/no/such/nats-server is not a program: correct NATS_SERVER_BIN');
  });

  it('is named when it does not answer', async () => {
    const nobody = connectNats({ url: 'nats://127.0.0.1:1', name: 'test', firstConnectMs: 0 });
    await expect(nobody).rejects.toThrow(NatsUnreachableError);
    await expect(nobody).rejects.toThrow('nats://127.0.0.1:1');
  });

  it.each(['2.9.9', '2.8.30', '1.99.99', '0', 'unknown'])('%s is too old', (version) => {
    expect(() => requireNatsVersion(version, 'it')).toThrow(NatsTooOldError);
  });

  it.each(['2.9.10', '2.9.11', '2.10.0', '2.15.1-beta.1', '3.0.0'])('%s is new enough', (version) => {
    expect(() => requireNatsVersion(version, 'it')).not.toThrow();
  });
});

describe('provisioning', () => {
  it('can be repeated', async () => {
    await provision(connection);
    await provision(connection);
  });
});

describe('a record', () => {
  it('is created once', async () => {
    expect(await stores.fits.create('once', { n: 1 })).toBeTypeOf('number');
    expect(await stores.fits.create('once', { n: 2 })).toBeNull();
    expect((await stores.fits.get('once'))?.value).toEqual({ n: 1 });
  });

  it('can be created again after it was deleted', async () => {
    await stores.fits.create('again', { n: 1 });
    await stores.fits.delete('again');
    expect(await stores.fits.get('again')).toBeNull();
    expect(await stores.fits.create('again', { n: 2 })).not.toBeNull();
  });

  it('is updated only by who has read its last revision', async () => {
    const first = (await stores.fits.create('updated', { n: 1 })) as number;
    const second = (await stores.fits.update('updated', { n: 2 }, first)) as number;
    expect(second).toBeGreaterThan(first);
    expect(await stores.fits.update('updated', { n: 3 }, first)).toBeNull();
    expect(await stores.fits.get('updated')).toEqual({ key: 'updated', value: { n: 2 }, revision: second });
  });

  it('that does not exist is null', async () => {
    expect(await stores.fits.get('nobody')).toBeNull();
  });

  it('is listed by the pattern of its key, unless it was deleted', async () => {
    for (const key of ['d1.f1', 'd1.f2', 'd2.f1']) await stores.wants.put(key, {});
    expect((await stores.wants.keys('d1.*')).sort()).toEqual(['d1.f1', 'd1.f2']);
    expect(await stores.wants.keys('d3.*')).toEqual([]);
    await stores.wants.delete('d1.f1');
    expect(await stores.wants.keys('d1.*')).toEqual(['d1.f2']);
  });
});

describe('a connection', () => {
  it('ends, and says so, when the server comes back with another token', async () => {
    const own = mkdtempSync(join(tmpdir(), 'shut-out-'));
    const first = await startNatsServer({ directory: own });
    const client = await connectNats({ url: first.url, token: first.token, name: 'shut out' });
    const shutOut = new Promise<Error>((resolve) => onShutOut(client, resolve));
    await first.stop('SIGKILL');
    const second = await startNatsServer({ directory: own, port: first.port });
    try {
      expect((await shutOut).message).toMatch(/authorization/i);
      expect(client.isClosed()).toBe(true);
      expect(await isAnswering(client, 1_000)).toBe(false);
    } finally {
      await second.stop();
      rmSync(own, { recursive: true });
    }
  });
});

describe('a watch', () => {
  async function collect(from: AsyncIterable<KeptRecord<{ n: number }>>, last: number) {
    const seen: number[] = [];
    for await (const record of from) {
      seen.push(record.value.n);
      if (record.value.n === last) break;
    }
    return seen;
  }

  const onUnreadable = (key: string): never => {
    throw new Error(`${key} is unreadable`);
  };

  it('leaves out what is no JSON, says so, and goes on', async () => {
    const bucket = await connection.jetstream().views.kv('fits', { bindOnly: true });
    await bucket.put('poison.1', '{"n":');
    await stores.fits.put('poison.2', { n: 2 });
    const unreadable: string[] = [];
    const watched = stores.fits.watch('poison.*', {
      signal: new AbortController().signal,
      onUnreadable: (key) => unreadable.push(key),
    });
    expect(await collect(watched, 2)).toEqual([2]);
    expect(unreadable).toEqual(['poison.1']);
    await expect(stores.fits.get('poison.1')).rejects.toMatchObject({ code: 'unreadable-record' });
  });

  it('gives what is there, then every change', async () => {
    await stores.fits.put('watched', { n: 1 });
    const stop = new AbortController();
    const seen: number[] = [];
    for await (const { value, revision } of stores.fits.watch('watched', {
      signal: stop.signal,
      onUnreadable,
    })) {
      seen.push(value.n);
      if (value.n === 3) stop.abort();
      else await stores.fits.update('watched', { n: value.n + 1 }, revision);
    }
    expect(seen).toEqual([1, 2, 3]);
  });

  it('resumes after a revision', async () => {
    const revision = await stores.fits.put('resumed', { n: 1 });
    await stores.fits.put('resumed', { n: 2 });
    const stop = new AbortController();
    const options = { signal: stop.signal, onUnreadable, afterRevision: revision };
    expect(await collect(stores.fits.watch('resumed', options), 2)).toEqual([2]);
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const watched = collect(stores.fits.watch('never', { signal: stop.signal, onUnreadable }), 1);
    setTimeout(() => stop.abort(), 50);
    expect(await watched).toEqual([]);
  });

  it('goes on after a crash of the server, and repeats nothing', async () => {
    await stores.fits.put('survivor', { n: 1 });
    const stop = new AbortController();
    const seen: number[] = [];
    const watched = (async () => {
      for await (const { value } of stores.fits.watch('survivor', { signal: stop.signal, onUnreadable })) {
        seen.push(value.n);
        if (value.n === 3) return;
      }
    })();
    while (seen.length < 1) await sleep(10);
    await stores.fits.put('survivor', { n: 2 });
    while (seen.length < 2) await sleep(10);
    await crashServer();
    await stores.fits.put('survivor', { n: 3 });
    await watched;
    expect(seen).toEqual([1, 2, 3]);
    stop.abort();
  });
});

describe('an artifact', () => {
  it('is found by the SHA-256 of its bytes, also when it is large', async () => {
    const bytes = new Uint8Array(3_000_000).map((_, index) => index % 251);
    const sha256 = await stores.artifacts.put(bytes);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(Buffer.from(await stores.artifacts.get(sha256)).equals(bytes)).toBe(true);
  });

  it('is stored once', async () => {
    const sha256 = await stores.artifacts.put('the same text');
    const manager = await connection.jetstreamManager();
    const before = (await manager.streams.info('OBJ_artifacts')).state.last_seq;
    expect(await stores.artifacts.put('the same text')).toBe(sha256);
    expect((await manager.streams.info('OBJ_artifacts')).state.last_seq).toBe(before);
  });

  it('that is not there is named', async () => {
    await expect(stores.artifacts.get('0'.repeat(64))).rejects.toThrow(ArtifactMissingError);
  });
});

describe('the queue of tasks', () => {
  it('takes a task once while it is pending or in flight, and again after its end', async () => {
    expect(await stores.tasks.publish(task('t1'))).toBe('queued');
    expect(await stores.tasks.publish(task('t1'))).toBe('already-queued');
    const message = await take();
    expect(await stores.tasks.publish(task('t1'))).toBe('already-queued');
    expect(await message.ackAck()).toBe(true);
    expect(await stores.tasks.publish(task('t1'))).toBe('queued');
    await (await take()).ackAck();
  });

  it('forgets a purged task, in flight too', async () => {
    await stores.tasks.publish(task('t2'));
    const message = await take();
    expect(await stores.tasks.has(message.seq)).toBe(true);
    await stores.tasks.purge({ taskId: 't2' });
    expect(await stores.tasks.has(message.seq)).toBe(false);
  });

  it('keeps what was published through a crash of the server', async () => {
    await stores.tasks.publish(task('t3'));
    await crashServer();
    expect(await stores.tasks.publish(task('t3'))).toBe('already-queued');
    const message = await take();
    expect(message.json<TaskEnvelope>().taskId).toBe('t3');
    await message.ackAck();
  });

  it('says when it is full', async () => {
    const manager = await connection.jetstreamManager();
    const { config } = await manager.streams.info(TASKS_STREAM);
    await manager.streams.update(TASKS_STREAM, { max_msgs: 1 });
    await stores.tasks.publish(task('t4'));
    expect(await stores.tasks.publish(task('t4'))).toBe('already-queued');
    await expect(stores.tasks.publish(task('t5'))).rejects.toThrow(QueueFullError);
    await manager.streams.update(TASKS_STREAM, { max_msgs: config.max_msgs });
    await stores.tasks.purge({ taskId: 't4' });
  });
});
