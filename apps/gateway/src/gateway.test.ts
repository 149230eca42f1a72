import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  connectNats,
  ensureTaskConsumer,
  openStores,
  provision,
  pullNext,
  startNatsServer,
  TASKS_STREAM,
  type NatsConnection,
  type NatsServer,
  type TaskEnvelope,
  type TaskKindName,
} from '@bespoke/messaging';
import { builtInForceField } from '@bespoke/smirnoff';
import {
  STAGES,
  type FitPage,
  type FitReport,
  type FitView,
  type ProblemDetails,
  type StageName,
} from '@bespoke/workflow-schema';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayStores } from './stores';

// Gateways as real processes on a real nats-server. The engines' place is taken by a consumer that writes
// well-formed results at once: what the chemistry makes of them is tested end to end elsewhere.

const MAIN = join(__dirname, '..', 'dist', 'main.js');
const QUEUES: [TaskKindName, string, string][] = [
  ['fragment', 'any', ''],
  ['conformers', 'any', ''],
  ['constrained-optimization', 'xtb', '6.4.1'],
  ['group-fragments', 'any', ''],
  // Of butane by the default force field: AM1-BCC.
  ['fit-parameters', 'mopac', '22.0.6'],
  ['write-force-field', 'any', ''],
];

let directory: string;
let nats: NatsServer;
let connection: NatsConnection;
let stores: GatewayStores;
const gateways: ChildProcess[] = [];
const workers: AbortController[] = [];
/** How often each task was run. */
const runs = new Map<string, number>();

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'gateway-test-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

beforeEach(async () => {
  nats = await startNatsServer({ directory: mkdtempSync(join(directory, 'nats-')) });
  connection = await connectNats({ url: nats.url, token: nats.token, name: 'test' });
  await provision(connection);
  stores = (await openStores(connection)) as GatewayStores;
  runs.clear();
});
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.abort();
  for (const gateway of gateways.splice(0)) {
    if (gateway.exitCode !== null || gateway.signalCode !== null) continue;
    gateway.kill('SIGKILL');
    await once(gateway, 'exit');
  }
  await connection.close();
  await nats.stop();
});

interface RunningGateway {
  url: string;
  port: number;
  child: ChildProcess;
}

async function startGateway(environment: NodeJS.ProcessEnv = {}): Promise<RunningGateway> {
  const child = fork(MAIN, {
    env: {
      ...process.env,
      BESPOKE_NATS_URL: nats.url,
      BESPOKE_NATS_TOKEN_FILE: nats.tokenFile,
      BESPOKE_PORT: '0',
      LOG_LEVEL: 'warn',
      ...environment,
    },
  });
  gateways.push(child);
  const [message] = (await once(child, 'message')) as [{ type: string; port: number; message?: string }];
  if (message.type !== 'ready') throw new Error(message.message);
  return { url: `http://127.0.0.1:${message.port}`, port: message.port, child };
}

const ENGINES: Record<StageName, { program: string; version: string }[]> = {
  fragmentation: [],
  'qc-generation': [{ program: 'xtb', version: '6.4.1' }],
  optimization: [{ program: 'mopac', version: '22.0.6' }],
};

/** A worker of all stages that answers at once, as fast as `paceMs` lets it. */
async function startWorker(paceMs = 0, crashes: TaskKindName | null = null): Promise<void> {
  const stop = new AbortController();
  workers.push(stop);
  for (const stage of STAGES) {
    await stores.workers.put(stage, {
      v: 1,
      id: stage,
      stage,
      engines: ENGINES[stage],
      cores: 1,
      memoryBytes: 1e9,
      running: [],
      host: 'here',
      pid: process.pid,
    });
  }
  const work = async ([kind, program, version]: (typeof QUEUES)[number]): Promise<void> => {
    const consumer = await ensureTaskConsumer(connection, kind, program, version, 'normal');
    const source = { stream: TASKS_STREAM, consumer };
    while (!stop.signal.aborted) {
      const pending: Promise<void>[] = [];
      try {
        await pullNext(
          connection,
          [source],
          (_, message) => {
            const run = async (): Promise<void> => {
              const task = message.json<TaskEnvelope>();
              if ((await stores.results.get(task.taskId)) !== null) {
                await stores.wakes.wake(task.wake);
                return message.ack();
              }
              await sleep(paceMs);
              if (stop.signal.aborted) return;
              runs.set(task.taskId, (runs.get(task.taskId) ?? 0) + 1);
              const about = {
                v: 1 as const,
                taskId: task.taskId,
                attempts: 1,
                worker: 'test',
                program: task.program,
                programVersion: task.programVersion,
                startedAt: new Date().toISOString(),
                wallSeconds: 0,
              };
              await stores.results.create(
                task.taskId,
                crashes === kind
                  ? { ...about, outcome: 'crashed', failure: { code: 'crashed', message: 'the worker died' } }
                  : { ...about, outcome: 'succeeded', output: await answer(task) },
              );
              await stores.wakes.wake(task.wake);
              message.ack();
            };
            pending.push(run());
            return true;
          },
          stop.signal,
        );
        await Promise.all(pending);
      } catch {
        // The server is away.
        await sleep(50);
      }
    }
  };
  for (const queue of QUEUES) void work(queue);
}

async function answer(task: TaskEnvelope): Promise<never> {
  const fragment = (smiles: string) => ({
    mappedSmiles: smiles,
    smiles,
    dihedral: [0, 1, 2, 3],
    // Two carbons of the molecule, the rest as if it capped cuts.
    occurrences: [{ parentBond: [0, 1], parentAtoms: [0, 1, ...Array<null>(12).fill(null)] }],
    parameters: [],
  });
  switch (task.kind) {
    case 'fragment':
      // Methane has nothing to turn.
      return {
        fragments: task.input.mappedSmiles.includes('C:2') ? [fragment('CCCC'), fragment('CCOC')] : [],
        warnings: [],
      } as never;
    case 'parent-check':
      return { deviationKcalPerMol: 0 } as never;
    case 'conformers':
      return { conformers: [{ geometryAngstrom: Array<number>(12).fill(1), dihedralDegrees: 170 }] } as never;
    case 'constrained-optimization': {
      const { targetDegrees } = task.input;
      const energyHartree = Math.cos((targetDegrees * Math.PI) / 60) / 1000;
      return {
        energyHartree,
        energyAtTargetHartree: energyHartree,
        geometryAngstrom: Array<number>(12).fill(targetDegrees),
        dihedralDegrees: targetDegrees,
      } as never;
    }
    case 'single-point':
      return { energyHartree: 0 } as never;
    case 'group-fragments':
      return {
        groups: task.input.fragments.map((_, index) => ({ fragments: [index], smirks: [[]] })),
      } as never;
    case 'fit-parameters':
      return { fitOutcomeSha256: await stores.artifacts.put('{}') } as never;
    case 'write-force-field':
      return {
        forceFieldSha256: await stores.artifacts.put('<SMIRNOFF/>'),
        fitOutcomeSha256: await stores.artifacts.put(
          JSON.stringify({
            objective: { before: {}, after: {}, history: [] },
            converged: true,
            warnings: [],
            torsions: [],
            chargeModel: { program: 'mopac', version: '22', method: 'AM1-BCC' },
            seconds: { charges: 1, fit: 1 },
          }),
        ),
      } as never;
    default:
      return task satisfies never;
  }
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/api/v2/fits`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function submit(url: string, body: unknown, headers?: Record<string, string>): Promise<FitView> {
  const response = await post(url, body, headers);
  expect(response.ok, await response.clone().text()).toBe(true);
  return (await response.json()) as FitView;
}

/** The views of a fit's event stream, until it ends; reconnects are the caller's. */
async function* events(url: string, id: string, lastEventId?: number): AsyncGenerator<FitView> {
  const response = await fetch(`${url}/api/v2/fits/${id}/events`, {
    ...(lastEventId !== undefined && { headers: { 'last-event-id': String(lastEventId) } }),
  });
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString('utf8');
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const data = /^data: (.*)$/m.exec(text.slice(0, end));
      text = text.slice(end + 2);
      if (data) yield JSON.parse(data[1]!) as FitView;
    }
  }
}

async function ending(url: string, id: string): Promise<FitView> {
  let last: FitView | undefined;
  for await (const view of events(url, id)) last = view;
  return last!;
}

/** Waits until a fit's newest view is so. */
async function until(url: string, id: string, so: (view: FitView) => boolean): Promise<FitView> {
  for await (const view of events(url, id)) if (so(view)) return view;
  throw new Error('the fit ended first');
}

/** In three dimensions; `change` replaces the coordinates of atoms, from 0, or scales all. */
function hydrogenPeroxide(change: { [atom: number]: string; scale?: number } = {}): string {
  const places = [
    [0, 0.72368, 0],
    [0, -0.72368, 0],
    [0.81471, 0.9, 0.47016],
    [-0.81471, -0.9, 0.47016],
  ];
  const coordinates = (place: number[]) =>
    place.map((each) => (each * (change.scale ?? 1)).toFixed(5).padStart(10)).join('');
  return [
    'hydrogen peroxide',
    '  test              3D',
    '',
    '  4  3  0  0  0  0  0  0  0  0999 V2000',
    ...places.map((place, atom) => `${change[atom] ?? coordinates(place)} ${atom < 2 ? 'O' : 'H'}   0  0`),
    ...['  1  2  1  0', '  1  3  1  0', '  2  4  1  0', 'M  END', ''],
  ].join('\n');
}

/** Six points for each drive. */
const butane = { smiles: 'CCCC', workflow: 'debug' };
/** Twenty-four, for what is to be disturbed in the middle. */
const longButane = { smiles: 'CCCC', workflow: 'draft' };

describe('a gateway', () => {
  it('takes a molecule through all stages, and its events end with the result', async () => {
    const { url } = await startGateway();
    await startWorker();
    const submitted = await post(url, { ...butane, name: 'butane' });
    expect(submitted.status).toBe(201);
    const { id } = (await submitted.json()) as FitView;
    expect(submitted.headers.get('location')).toBe(`/api/v2/fits/${id}`);

    const views: FitView[] = [];
    for await (const view of events(url, id)) views.push(view);
    expect(views.map(({ revision }) => revision)).toEqual(
      [...new Set(views.map(({ revision }) => revision))].sort((a, b) => a - b),
    );
    expect(views.at(-1)).toMatchObject({ status: 'succeeded', name: 'butane', failure: null });
    expect(views.at(-1)!.drives).toMatchObject([
      { fragment: 'CCCC', status: 'succeeded', pointsDone: 6, pointsTotal: 6 },
      { fragment: 'CCOC', status: 'succeeded' },
    ]);
    expect([...runs.values()].every((times) => times === 1)).toBe(true);

    expect(await (await fetch(`${url}/api/v2/fits/${id}/force-field`)).text()).toBe('<SMIRNOFF/>');
    const report = (await (await fetch(`${url}/api/v2/fits/${id}/report`)).json()) as FitReport;
    expect(report).toMatchObject({
      schema: 'bespoke-fit-report',
      fitId: id,
      versions: { xtb: '6.4.1', mopac: '22' },
    });
    const page = await fetch(`${url}/api/v2/fits/${id}/report`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('butane');

    const drawing = await fetch(`${url}/api/v2/fits/${id}/fragments/1.svg`);
    expect([drawing.status, drawing.headers.get('content-type')]).toEqual([
      200,
      'image/svg+xml; charset=utf-8',
    ]);
    expect(await drawing.text()).toMatch(/<svg[^]*<\/svg>\s*$/);
    for (const absent of ['2.svg', '0', '-1.svg', '0.png']) {
      const response = await fetch(`${url}/api/v2/fits/${id}/fragments/${absent}`);
      const { type } = (await response.json()) as ProblemDetails;
      expect([absent, response.status, type]).toEqual([absent, 404, 'urn:bespoke:problem:no-such-fragment']);
    }
  });

  it('answers the same molecule a second time without running a task', async () => {
    const { url } = await startGateway();
    await startWorker();
    const first = await ending(url, (await submit(url, butane)).id);
    const before = new Map(runs);
    const second = await ending(url, (await submit(url, butane)).id);
    expect(second.id).not.toBe(first.id);
    expect(second.status).toBe('succeeded');
    expect(runs).toEqual(before);
  });

  it('gives the base force field for a molecule without rotatable bonds, and says so', async () => {
    const { url } = await startGateway();
    await startWorker();
    const fit = await ending(url, (await submit(url, { smiles: 'C', workflow: 'debug' })).id);
    expect(fit).toMatchObject({
      status: 'succeeded',
      warnings: [expect.stringContaining('no rotatable bond') as string],
    });
    expect(await (await fetch(`${url}/api/v2/fits/${fit.id}/force-field`)).text()).toContain('<SMIRNOFF');
    const report = (await (await fetch(`${url}/api/v2/fits/${fit.id}/report`)).json()) as FitReport;
    expect(report).toMatchObject({ fragments: [], fit: null, warnings: fit.warnings });
    expect((await fetch(`${url}/api/v2/fits/${fit.id}/report?format=html`)).status).toBe(200);
  });

  it.each([
    ['its own', 'mine.offxml', 'mine.offxml'],
    ['that of its content, where it has none', undefined, expect.stringMatching(/^[0-9a-f]{12}\.offxml$/)],
    [
      "that of its content, where its own is one of the project's",
      'openff_unconstrained-2.2.1.offxml',
      expect.stringMatching(/^[0-9a-f]{12}\.offxml$/),
    ],
  ])("keeps for a force field of the client's a name: %s", async (_, forceFieldName, name: unknown) => {
    const { url } = await startGateway();
    await startWorker();
    const forceField = builtInForceField('openff_unconstrained-2.2.0.offxml');
    const body = { smiles: 'C', workflow: 'debug', forceField, forceFieldName };
    const { id } = await ending(url, (await submit(url, body)).id);
    const report = (await (await fetch(`${url}/api/v2/fits/${id}/report`)).json()) as FitReport;
    expect(report.baseForceField.name).toEqual(name);
    expect(report.workflow.baseForceField).toEqual(name);
  });

  it('takes a charge model in place of that of the workflow', async () => {
    const { url } = await startGateway();
    await startWorker();
    const { id } = await ending(
      url,
      (await submit(url, { smiles: 'C', workflow: 'debug', chargeModel: 'nagl' })).id,
    );
    const report = (await (await fetch(`${url}/api/v2/fits/${id}/report`)).json()) as FitReport;
    expect(report.workflow).toMatchObject({ name: 'debug', chargeModel: 'nagl' });
  });

  it('takes a molfile with its name', async () => {
    const { url } = await startGateway();
    await startWorker();
    const molfile = [
      'ethane',
      '  test',
      '',
      '  2  1  0  0  0  0  0  0  0  0999 V2000',
      '    0.0000    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  0  0  0',
      '    1.5000    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  0  0  0',
      '  1  2  1  0',
      'M  END',
      '',
    ].join('\n');
    const fit = await submit(url, { molfile, name: 'ethane', workflow: 'draft' });
    expect(fit).toMatchObject({ name: 'ethane', smiles: 'CC' });
  });

  it('keeps the three-dimensional coordinates of a molfile with the fit, to 1e-4 angstrom', async () => {
    const { url } = await startGateway();
    const { id } = await submit(url, { molfile: hydrogenPeroxide(), workflow: 'debug' });
    const { startConformerSha256 } = (await stores.fits.get(id))!.value;
    const kept = Buffer.from(await stores.artifacts.get(startConformerSha256!)).toString('utf8');
    expect(JSON.parse(kept)).toEqual([
      0, 0.7237, 0, 0, -0.7237, 0, 0.8147, 0.9, 0.4702, -0.8147, -0.9, 0.4702,
    ]);
    expect((await stores.fits.get((await submit(url, butane)).id))!.value).not.toHaveProperty(
      'startConformerSha256',
    );
  });

  it.each([
    ['an atom on top of another', { 3: '    0.0000   -0.7237    0.1000' }, /O2-H4 are bonded but too close/],
    [
      'an atom that lies elsewhere',
      { 3: '    0.8147    0.9000   -0.1000' },
      /O2-H4 are bonded but too far apart/,
    ],
    ['nanometres', { scale: 0.1 }, /O1-O2 are bonded but too close \(0\.14 angstrom\)/],
  ])('refuses coordinates that are not those of the molecule: %s', async (_, change, message) => {
    const { url } = await startGateway();
    const response = await post(url, { molfile: hydrogenPeroxide(change), workflow: 'debug' });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      type: 'urn:bespoke:problem:impossible-geometry',
      errors: [{ field: 'molfile', message: expect.stringMatching(message) as string }],
    });
  });

  it('says what it waits for while no worker is up, and goes on when one comes', async () => {
    const { url } = await startGateway();
    const { id } = await submit(url, butane);
    const waiting = await until(url, id, ({ waitingFor }) => waitingFor !== null);
    expect(waiting).toMatchObject({ status: 'waiting', waitingFor: 'a worker for fragmentation' });
    await startWorker();
    expect(await ending(url, id)).toMatchObject({ status: 'succeeded', waitingFor: null });
  });

  it('resumes the stream after the event that a client saw last', async () => {
    const { url } = await startGateway();
    const { id } = await submit(url, butane);
    const seen = await until(url, id, ({ waitingFor }) => waitingFor !== null);
    await startWorker();
    const views: FitView[] = [];
    for await (const view of events(url, id, seen.revision)) views.push(view);
    expect(views.every(({ revision }) => revision > seen.revision)).toBe(true);
    expect(views.at(-1)!.status).toBe('succeeded');

    await expect
      .poll(async () => {
        const { revision } = (await (await fetch(`${url}/api/v2/fits/${id}`)).json()) as FitView;
        const again = await fetch(`${url}/api/v2/fits/${id}/events`, {
          headers: { 'last-event-id': String(revision) },
        });
        return again.status;
      })
      .toBe(204);
  });

  it('gives the same fit for the same idempotency key, also when both come at once', async () => {
    const { url } = await startGateway();
    const key = { 'idempotency-key': 'one' };
    const [first, second] = await Promise.all([submit(url, butane, key), submit(url, butane, key)]);
    expect(second.id).toBe(first.id);
    const repeated = await post(url, butane, key);
    expect([repeated.status, ((await repeated.json()) as FitView).id]).toEqual([200, first.id]);
    const other = await post(url, { ...butane, name: 'other' }, key);
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({ type: 'urn:bespoke:problem:idempotency-key-reused' });
    const page = (await (await fetch(`${url}/api/v2/fits`)).json()) as FitPage;
    expect(page.fits.map(({ id }) => id)).toEqual([first.id]);
  });

  it('lists fits page by page, newest first, by status', async () => {
    const { url } = await startGateway();
    const ids: string[] = [];
    for (const smiles of ['CC', 'CCC', 'CCCC'])
      ids.push((await submit(url, { smiles, workflow: 'draft' })).id);
    const get = async (query: string): Promise<FitPage> =>
      (await (await fetch(`${url}/api/v2/fits${query}`)).json()) as FitPage;
    await expect.poll(async () => (await get('')).fits.length).toBe(3);
    const first = await get('?limit=2');
    expect(first.fits.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    const second = await get(`?limit=2&after=${first.next}`);
    expect(second).toMatchObject({ fits: [{ id: ids[0] }], next: null });
    expect((await get('?status=succeeded')).fits).toEqual([]);
    expect((await fetch(`${url}/api/v2/fits?status=odd&limit=0`)).status).toBe(400);
  });

  it('cancels a fit: its queue is empty, its drives end, and another fit can have them again', async () => {
    const { url } = await startGateway();
    await startWorker(50);
    const { id } = await submit(url, longButane);
    await until(url, id, ({ drives }) => drives.some(({ pointsDone }) => pointsDone > 1));
    const cancelled = await fetch(`${url}/api/v2/fits/${id}`, { method: 'DELETE' });
    expect(await cancelled.json()).toMatchObject({ status: 'cancelled' });
    await expect.poll(async () => (await stores.fits.get(id))!.value.released).toBe(true);
    for (const driveId of await stores.drives.keys()) {
      expect((await stores.drives.get(driveId))!.value).toMatchObject({ status: 'cancelled', wantedBy: [] });
    }
    expect(await stores.wants.keys()).toEqual([]);
    expect((await fetch(`${url}/api/v2/fits/${id}/force-field`)).status).toBe(409);

    for (const worker of workers.splice(0)) worker.abort();
    await startWorker();
    expect((await ending(url, (await submit(url, longButane)).id)).status).toBe('succeeded');
    expect((await stores.fits.get(id))!.value.status).toBe('cancelled');
  });

  it('fails a fit whose task crashed for good with its reason, and tries again for the next', async () => {
    const { url } = await startGateway();
    await startWorker(0, 'fit-parameters');
    const fit = await ending(url, (await submit(url, butane)).id);
    const message = 'None of the 2 fits of parameters succeeded. The first: the worker died';
    expect(fit).toMatchObject({ status: 'failed', failure: { code: 'crashed', message } });
    for (const worker of workers.splice(0)) worker.abort();
    await startWorker();
    expect((await ending(url, (await submit(url, butane)).id)).status).toBe('succeeded');
  });

  it('shares the work with another gateway, and either serves any fit', async () => {
    const [one, two] = await Promise.all([startGateway(), startGateway()]);
    await startWorker();
    const fits = await Promise.all(
      ['CCCC', 'CCCCC', 'CCOC', 'CCCO'].map((smiles, index) =>
        submit(index % 2 ? one.url : two.url, { smiles, workflow: 'debug' }),
      ),
    );
    const ends = await Promise.all(fits.map(({ id }, index) => ending(index % 2 ? two.url : one.url, id)));
    expect(ends.map(({ status }) => status)).toEqual(fits.map(() => 'succeeded'));
    expect([...runs.values()].every((times) => times === 1)).toBe(true);
  });

  it('killed in the middle leaves the fit to another gateway', async () => {
    const one = await startGateway();
    await startWorker(30);
    const { id } = await submit(one.url, longButane);
    await until(one.url, id, ({ drives }) => drives.some(({ pointsDone }) => pointsDone > 1));
    one.child.kill('SIGKILL');
    await once(one.child, 'exit');
    const two = await startGateway();
    expect(await ending(two.url, id)).toMatchObject({ status: 'succeeded' });
    expect([...runs.values()].every((times) => times === 1)).toBe(true);
  });

  it('goes on after nats-server was killed and came back', async () => {
    const { url } = await startGateway();
    await startWorker(30);
    const { id } = await submit(url, longButane);
    await until(url, id, ({ drives }) => drives.some(({ pointsDone }) => pointsDone > 1));
    const { port, token, tokenFile } = nats;
    await nats.stop('SIGKILL');
    nats = await startNatsServer({ directory: join(tokenFile, '..'), port, token });
    await expect
      .poll(async () => ((await (await fetch(`${url}/api/v2/fits/${id}`)).json()) as FitView).status, {
        timeout: 60_000,
        interval: 500,
      })
      .toBe('succeeded');
  });

  it('ends when its parent lets go, and hands back what it had', async () => {
    const { url, child } = await startGateway();
    const { id } = await submit(url, butane);
    const stream = events(url, id);
    await stream.next();
    child.disconnect();
    const [exitCode] = (await once(child, 'exit')) as [number];
    expect(exitCode).toBe(0);
    for await (const view of stream) expect(view.id).toBe(id);
  });

  it('says why it cannot start', async () => {
    await expect(startGateway({ BESPOKE_NATS_URL: '' })).rejects.toThrow('BESPOKE_NATS_URL is not set');
    await expect(startGateway({ BESPOKE_POOLS: '[{}]' })).rejects.toThrow('BESPOKE_POOLS');
    const { port } = await startGateway();
    await expect(startGateway({ BESPOKE_PORT: String(port) })).rejects.toThrow('EADDRINUSE');
  });

  it('describes itself', async () => {
    const { url } = await startGateway();
    const get = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
    expect(await get('/health/live')).toEqual({ status: 'ok' });
    expect(await get('/health/ready')).toEqual({ status: 'ok' });
    expect(await get('/api/v2/workflows')).toMatchObject({
      workflows: [{ name: 'debug' }, { name: 'default' }, { name: 'draft' }, { name: 'fast' }],
    });
    await startWorker();
    await expect
      .poll(() => get('/api/v2/workers'))
      .toMatchObject({ workers: [{ id: 'fragmentation' }, {}, {}] });
    expect(Object.keys(((await get('/api/v2/openapi.json')) as { paths: object }).paths)).toContain(
      '/api/v2/fits/{id}/events',
    );
    expect(await (await fetch(`${url}/api/v2/docs`)).text()).toContain('swagger');
  });
});

describe('bad input', () => {
  let url: string;
  let port: number;
  beforeEach(async () => {
    ({ url, port } = await startGateway({
      BESPOKE_POOLS: JSON.stringify([
        { stage: 'qc-generation', engines: [{ program: 'xtb', version: '6.4.1' }] },
      ]),
    }));
  });

  it('is refused with each wrong field and the reason, and leaves nothing behind', async () => {
    const draft = { workflow: 'draft' };
    const workflows = (await (await fetch(`${url}/api/v2/workflows`)).json()) as {
      workflows: { name: string; qc: object }[];
    };
    const custom = workflows.workflows.find(({ name }) => name === 'draft')!;
    const singlePoints = {
      targetStandardErrorKcalPerMol: 0.15,
      leastPoints: 8,
      mostPoints: 12,
      pointsPerRound: 2,
    };
    const refusals: [unknown, number, string, string, RegExp][] = [
      ['{', 400, 'bad-request', '', /malformed/],
      ['[]', 400, 'invalid-request', '', /JSON object/],
      ['{"__proto__": {"admin": true}}', 400, 'bad-request', '', /malformed/],
      ['{"constructor": {"prototype": {}}}', 400, 'bad-request', '', /malformed/],
      [{}, 400, 'invalid-request', 'smiles', /exactly one of smiles and molfile/],
      [{ smiles: 'CC' }, 400, 'invalid-request', 'workflow', /debug, default, draft/],
      [{ ...draft, smiles: 3 }, 400, 'invalid-request', 'smiles', /string/],
      [{ ...draft, smiles: 'CC', odd: 1 }, 400, 'invalid-request', 'odd', /should not exist/],
      [{ ...draft, smiles: 'CC', lane: 'fast' }, 400, 'invalid-request', 'lane', /interactive, normal, bulk/],
      [
        { smiles: 'CC', customWorkflow: { ...custom, qc: { program: 'XTB; rm', method: 'GFN2-xTB' } } },
        400,
        'invalid-request',
        'customWorkflow.qc.program',
        /lower-case name/,
      ],
      [
        { ...draft, smiles: 'CC', chargeModel: 'nope' },
        400,
        'invalid-request',
        'chargeModel',
        /am1bcc-elf10/,
      ],
      [{ smiles: 'CC', workflow: 'nope' }, 422, 'unknown-workflow', 'workflow', /debug, default, draft/],
      [{ smiles: 'CC', workflow: 'default' }, 422, 'unsupported-engine', 'workflow', /psi4/],
      [
        {
          smiles: 'CC',
          customWorkflow: { ...custom, qc: { program: 'psi4', method: 'B3LYP', basis: 'DZVP' } },
        },
        422,
        'unsupported-engine',
        'workflow',
        /No worker pool for qc-generation has the program psi4. There is xtb/,
      ],
      [
        {
          smiles: 'CC',
          customWorkflow: {
            ...custom,
            singlePoints: { ...singlePoints, qc: { program: 'pyscf', method: 'PBE' } },
          },
        },
        422,
        'unsupported-engine',
        'workflow',
        /No worker pool for qc-generation has the program pyscf. There is xtb/,
      ],
      [
        {
          smiles: 'CC',
          customWorkflow: {
            ...custom,
            singlePoints: { ...singlePoints, qc: { program: 'xtb', method: 'PBE' } },
          },
        },
        422,
        'unsupported-by-engine',
        'workflow',
        /PBE/,
      ],
      [
        { smiles: 'CC', customWorkflow: { ...custom, qc: { ...custom.qc, solvent: 'beer' } } },
        422,
        'unsupported-by-engine',
        'workflow',
        /no solvent beer in its ALPB model; it has acetone/,
      ],
      [{ ...draft, smiles: 'C(' }, 422, 'molecule-unreadable', 'smiles', /position/],
      [{ ...draft, molfile: 'nothing' }, 422, 'molecule-unreadable', 'molfile', /./],
      [{ ...draft, smiles: 'CC.[Na+]' }, 422, 'molecule-mixture', 'smiles', /salt or mixture/],
      [{ ...draft, smiles: 'C[CH2]' }, 422, 'molecule-radical', 'smiles', /atom 2/],
      [{ ...draft, smiles: 'C[Fe]C' }, 422, 'molecule-unsupported-element', 'smiles', /Fe/],
      [{ ...draft, smiles: 'CC[Si](C)(C)C' }, 422, 'missing-parameters', 'smiles', /vdW of Si3/],
      [
        { ...draft, smiles: 'CCP(CC)CC' },
        422,
        'unsupported-by-charge-model',
        'smiles',
        /no bond charge correction for the bond P3-C2, P3-C4/,
      ],
      [
        {
          ...draft,
          smiles: 'CCCC',
          forceField: builtInForceField('openff_unconstrained-2.3.0.offxml').replace(
            'am1bcc-1.0.0',
            'am1bcc-9',
          ),
        },
        422,
        'no-charge-model',
        'forceField',
        /am1bcc-9.*not among the models here/,
      ],
      [{ ...draft, smiles: 'C'.repeat(400) }, 422, 'molecule-too-large', 'smiles', /./],
      [{ ...draft, smiles: 'CC', forceField: '<a/>' }, 422, 'unreadable-offxml', 'forceField', /SMIRNOFF/],
      [
        { ...draft, smiles: 'CC', forceField: 'x.offxml' },
        422,
        'unknown-force-field',
        'forceField',
        /2\.2\.1/,
      ],
      [
        { ...draft, smiles: 'CC', targetTorsionSmarts: ['[C'] },
        422,
        'unreadable-smarts',
        'targetTorsionSmarts.0',
        /\[C/,
      ],
      [
        { ...draft, smiles: 'CCCC', targetTorsionSmarts: ['[#6]-[#6]'] },
        422,
        'bad-target-smarts',
        'targetTorsionSmarts.0',
        /:1 and :2/,
      ],
    ];
    for (const [body, status, code, field, reason] of refusals) {
      const response = await post(url, body);
      const problem = (await response.json()) as ProblemDetails;
      const what = `${JSON.stringify(body).slice(0, 200)} -> ${JSON.stringify(problem)}`;
      expect(response.headers.get('content-type'), what).toContain('application/problem+json');
      expect([response.status, problem.type], what).toEqual([status, `urn:bespoke:problem:${code}`]);
      expect(problem.instance, what).toBe(`urn:bespoke:request:${response.headers.get('x-correlation-id')}`);
      const named = (problem.errors ?? []).find((error) => error.field === field);
      expect(named?.message ?? problem.detail, what).toMatch(reason);
      expect(named !== undefined || field === '', what).toBe(true);
    }
    expect(await stores.fits.keys()).toEqual([]);
    expect(await stores.idempotency.keys()).toEqual([]);
  });

  it('that needs MOPAC for its charges is refused where no pool has it, and taken with another charge model', async () => {
    const refused = await post(url, butane);
    const problem = (await refused.json()) as ProblemDetails;
    expect([refused.status, problem.type]).toEqual([422, 'urn:bespoke:problem:unsupported-engine']);
    expect(problem.errors?.[0]?.message).toMatch(
      /^No worker pool for optimization has the program mopac.*Choose another charge model .*nagl/,
    );
    expect((await post(url, { ...butane, chargeModel: 'nagl' })).status).toBe(201);
  });

  it('that is too large is refused on its announced length, before it is read', async () => {
    const { hostname, port } = new URL(url);
    const request = httpRequest({ hostname, port, path: '/api/v2/fits', method: 'POST' });
    request.setHeader('content-type', 'application/json').setHeader('content-length', 17e6);
    request.flushHeaders();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    request.on('error', () => undefined); // the gateway does not wait for the rest
    const problem = JSON.parse(Buffer.concat(await response.toArray()).toString()) as ProblemDetails;
    expect([response.statusCode, problem.type]).toEqual([413, 'urn:bespoke:problem:body-too-large']);
    expect(problem.detail).toMatch(/too large/);
    request.destroy();
  });

  it('at other addresses is refused as problem details too', async () => {
    for (const [path, status] of [
      ['/api/v2/fits/nope', 404],
      ['/api/v2/fits/..%2f', 404],
      ['/api/v2/fits/nope/events', 404],
      ['/api/v2/fits/nope/report', 404],
      ['/api/v2/fits/nope/fragments/0.svg', 404],
      ['/api/v3', 404],
    ] as const) {
      const response = await fetch(`${url}${path}`);
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        status,
        'application/problem+json; charset=utf-8',
      ]);
    }
    const form = await fetch(`${url}/api/v2/fits`, {
      method: 'POST',
      body: new URLSearchParams({ smiles: 'CC' }),
    });
    expect(form.status).toBe(415);
  });

  it('is every request whose Host or Origin is not this machine (DNS rebinding)', async () => {
    const status = (headers: Record<string, string>): Promise<number> =>
      new Promise((resolve, reject) => {
        httpRequest({ port, host: '127.0.0.1', path: '/api/v2/fits', headers }, (response) => {
          response.resume();
          resolve(response.statusCode!);
        })
          .on('error', reject)
          .end();
      });
    expect(await status({})).toBe(200);
    expect(await status({ host: `localhost:${port}` })).toBe(200);
    expect(await status({ host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` })).toBe(200);
    expect(await status({ host: `rebound.example:${port}` })).toBe(403);
    expect(await status({ host: `localhost:${port}`, origin: 'https://page.example' })).toBe(403);
    expect(await status({ host: `localhost:${port}`, origin: 'null' })).toBe(403);
  });
});
