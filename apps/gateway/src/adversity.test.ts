import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connectNats,
  openStores,
  provision,
  startNatsServer,
  TASKS_STREAM,
  type NatsConnection,
  type NatsServer,
} from '@bespoke/messaging';
import { newFit, stepFit, type FitRecord } from '@bespoke/orchestration';
import { builtInWorkflows, type FitPage, type FitView } from '@bespoke/workflow-schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayStores } from './stores';

let directory: string;
let nats: NatsServer;
let connection: NatsConnection;
let stores: GatewayStores;
let gateway: ChildProcess;
let url: string;

async function putText(bucket: string, key: string, text: string): Promise<void> {
  await (await connection.jetstream().views.kv(bucket, { bindOnly: true })).put(key, text);
}

function fitNamed(id: string): FitRecord {
  return newFit({
    id,
    name: id,
    smiles: 'CCCC',
    mappedSmiles: '[C:1]',
    workflow: builtInWorkflows.get('debug')!,
    baseForceField: { name: 'base', sha256: 'b'.repeat(64) },
    lane: 'normal',
    softwareVersion: '0.1.0',
    createdAt: '2026-01-01T00:00:00.000Z',
  });
}

async function fitThat(id: string, condition: (fit: FitView) => boolean): Promise<FitView> {
  for (;;) {
    const fit = (await (await fetch(`${url}/api/v2/fits/${id}`)).json()) as FitView;
    if (condition(fit)) return fit;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Every bucket that a gateway reads has something in it that no version ever wrote. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'poison-test-'));
  nats = await startNatsServer({ directory });
  connection = await connectNats({ url: nats.url, token: nats.token, name: 'test' });
  await provision(connection);
  stores = (await openStores(connection)) as GatewayStores;
  const waiting = fitNamed('waiting');
  for (const [bucket, key] of [
    ['fits', 'nojson'],
    ['workers', 'nojson'],
    ['results', waiting.fragmentTask.taskId],
  ] as const)
    await putText(bucket, key, '{"v":');
  for (const [bucket, key] of [
    ['fits', 'error'],
    ['workers', 'strange'],
  ] as const)
    await putText(bucket, key, '{"v":2}');
  await stores.fits.create('waiting', waiting);
  const failed = stepFit(fitNamed('failed'), { type: 'cancelled', now: '2026-01-01T00:00:01.000Z' }).state;
  await stores.fits.create('failed', {
    ...failed,
    status: 'failed',
    failure: {
      code: 'engine-failed',
      message: 'no',
      logSha256: await stores.artifacts.put('all that xtb said'),
    },
  });

  gateway = fork(join(__dirname, '..', 'dist', 'main.js'), {
    env: {
      ...process.env,
      BESPOKE_NATS_URL: nats.url,
      BESPOKE_NATS_TOKEN_FILE: nats.tokenFile,
      BESPOKE_PORT: '0',
      LOG_LEVEL: 'fatal',
    },
  });
  const [message] = (await once(gateway, 'message')) as [{ type: string; port: number; message?: string }];
  if (message.type !== 'ready') throw new Error(message.message);
  url = `http://127.0.0.1:${message.port}`;
});

afterAll(async () => {
  if (gateway.exitCode === null && gateway.signalCode === null) {
    gateway.kill('SIGKILL');
    await once(gateway, 'exit');
  }
  await connection.close();
  await nats.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('a gateway among records that make no sense', () => {
  it('lists the fits that do', async () => {
    const { fits } = (await (await fetch(`${url}/api/v2/fits`)).json()) as FitPage;
    expect(fits.map(({ id }) => id)).toEqual(['waiting', 'failed']);
  });

  it('asks for a task whose result cannot be read once more, under another id', async () => {
    const { waitingFor } = await fitThat('waiting', (fit) => fit.waitingFor !== null);
    expect(waitingFor).toBe('a worker for fragmentation');
    expect((await stores.fits.get('waiting'))!.value.fragmentTask).toMatchObject({ epoch: 1, wanted: true });
  });

  it('follows changes that are written after them', async () => {
    await stores.fits.create('later', fitNamed('later'));
    await stores.wakes.wakeFit('later');
    await fitThat('later', ({ waitingFor }) => waitingFor !== null);
    expect(gateway.exitCode).toBeNull();
  });
});

describe('a full queue', () => {
  it('is what a fit waits for, until there is room', async () => {
    const manager = await connection.jetstreamManager();
    const { config, state } = await manager.streams.info(TASKS_STREAM);
    await manager.streams.update(TASKS_STREAM, { max_msgs: state.messages });
    for (const stage of ['fragmentation', 'qc-generation', 'optimization'] as const) {
      const resources = { cores: 1, memoryBytes: 1e9, running: [], host: 'here', pid: process.pid };
      await stores.workers.put(stage, { v: 1, id: stage, stage, engines: [], ...resources });
    }
    const ethane = { ...fitNamed('squeezed'), mappedSmiles: '[CH3:1][CH3:2]' };
    await stores.fits.create('squeezed', newFit(ethane));
    await stores.wakes.wakeFit('squeezed');
    const { status } = await fitThat('squeezed', (fit) => fit.waitingFor === 'room in the queue of tasks');
    expect(status).toBe('waiting');
    await manager.streams.update(TASKS_STREAM, { max_msgs: config.max_msgs });
    await fitThat('squeezed', (fit) => fit.status === 'running' && fit.waitingFor === null);
  });
});

describe("an engine's output", () => {
  it('can be read by the failure that names it, and by nothing else', async () => {
    const { failure } = await fitThat('failed', ({ status }) => status === 'failed');
    const log = await fetch(`${url}/api/v2/fits/failed/logs/${failure!.logSha256}`);
    expect(log.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await log.text()).toBe('all that xtb said');
    const other = await stores.artifacts.put('something else');
    expect((await fetch(`${url}/api/v2/fits/failed/logs/${other}`)).status).toBe(404);
    expect((await fetch(`${url}/api/v2/fits/waiting/logs/${failure!.logSha256}`)).status).toBe(404);
  });
});
