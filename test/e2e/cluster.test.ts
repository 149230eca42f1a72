import { createGatewayClient, type GatewayClient } from '@bespoke/client';
import type { SubmitFit } from '@bespoke/workflow-schema';
import { fork } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bespokePerTest, until, type Bespoke } from './support/bespoke';
import { finished, launch, natsOf } from './support/running-executor';

const newBespoke = bespokePerTest();
const ANISOLE: SubmitFit = { smiles: 'COc1ccccc1', workflow: 'draft' };

/** Another gateway on the same NATS server, as a cluster would have several. */
async function secondGateway(bespoke: Bespoke): Promise<GatewayClient> {
  const nats = natsOf(bespoke);
  const child = fork(path.resolve(__dirname, '../../apps/gateway/dist/main.js'), {
    env: {
      ...process.env,
      ...bespoke.processes.environment,
      BESPOKE_NATS_URL: nats.url,
      BESPOKE_NATS_TOKEN_FILE: nats.tokenFile,
      BESPOKE_PORT: '0',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const message = await new Promise<{ type: string; port: number }>((resolve, reject) => {
    child.once('message', (said) => resolve(said as { type: string; port: number }));
    child.once('exit', (code) => reject(new Error(`the second gateway ended with ${code}`)));
  });
  expect(message.type).toBe('ready');
  return createGatewayClient({ baseUrl: `http://127.0.0.1:${message.port}`, retrySeconds: 20 });
}

describe('a running executor', () => {
  it('answers for a molecule that it has fitted before from what it knows', async () => {
    const bespoke = newBespoke();
    const { gateway, stop } = await launch(bespoke);
    const first = await finished(gateway, (await gateway.submitFit(ANISOLE)).id);
    expect(first.status, first.failure?.message).toBe('succeeded');
    const runs = bespoke.xtb.runs().length;

    const started = performance.now();
    const submitted = await gateway.submitFit(ANISOLE);
    expect(submitted.id).not.toBe(first.id);
    const second = await finished(gateway, submitted.id);
    console.log(`the same molecule again: ${((performance.now() - started) / 1000).toFixed(2)} s`);
    expect(second.status).toBe('succeeded');
    const forceField = await gateway.forceField(first.id);
    expect(await gateway.forceField(second.id)).toBe(forceField);

    // Written another way it has another numbering, which only the provenance shows.
    const rewritten = await gateway.submitFit({ smiles: 'c1ccc(cc1)OC', workflow: 'draft' });
    expect((await finished(gateway, rewritten.id)).status).toBe('succeeded');
    const withoutComments = (offxml: string) => offxml.replace(/<!--.*?-->/gs, '');
    expect(withoutComments(await gateway.forceField(rewritten.id))).toBe(withoutComments(forceField));
    expect(bespoke.xtb.runs().length).toBe(runs);
    await stop();
    await until('every process to be gone', () => bespoke.processes.alive().length === 0, 15_000);
  });

  it('spreads the grid points of one drive over three workers, and gives the same force field as one', async () => {
    const forceFields: string[] = [];
    for (const workers of ['3', '1']) {
      const bespoke = newBespoke();
      const { gateway, stop } = await launch(bespoke, [
        ...['--n-qc-compute-workers', workers, '--qc-compute-n-cores', '1'],
      ]);
      const fit = await finished(gateway, (await gateway.submitFit(ANISOLE)).id);
      expect(fit.status, fit.failure?.message).toBe('succeeded');
      expect(fit.drives.length).toBe(1);
      const by = new Map<number, number>();
      for (const { worker } of bespoke.xtb.runs()) by.set(worker, (by.get(worker) ?? 0) + 1);
      expect(by.size, JSON.stringify([...by])).toBe(Number(workers));
      forceFields.push(await gateway.forceField(fit.id));
      await stop();
    }
    expect(forceFields[0]).toBe(forceFields[1]);
  });

  it('is served by two gateways and three workers at once, one gateway killed on the way', async () => {
    const bespoke = newBespoke();
    const { gateway, stop } = await launch(bespoke, [
      '--n-qc-compute-workers',
      '3',
      '--qc-compute-n-cores',
      '1',
    ]);
    const second = await secondGateway(bespoke);

    const one = await gateway.submitFit(ANISOLE);
    const other = await second.submitFit({ smiles: 'CCOC', workflow: 'draft' });
    // Each gateway knows the fits of the other.
    expect((await second.getFit(one.id)).id).toBe(one.id);
    await until('both fits to be under way', () => bespoke.xtb.runs().length >= 10);
    expect(bespoke.processes.killNow(/apps\/gateway\//)).toBe(2); // the executor starts its own again

    const ended = [await finished(gateway, one.id), await finished(gateway, other.id)];
    expect(ended.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect(bespoke.xtb.repeated()).toBe(0);
    await stop();
    await until('every process to be gone', () => bespoke.processes.alive().length === 0, 15_000);
  });

  it('stops what a cancelled fit alone was waiting for', async () => {
    const bespoke = newBespoke();
    const { gateway, stop } = await launch(bespoke);
    const { id } = await gateway.submitFit(ANISOLE);
    await until('the drive to be under way', () => bespoke.xtb.runs().length >= 5);
    await gateway.cancelFit(id);
    expect((await finished(gateway, id)).status).toBe('cancelled');
    const none = () => bespoke.processes.alive().every(({ commandLine }) => !/xtb /.test(commandLine));
    await until('xtb to stop', none, 20_000);
    const runs = bespoke.xtb.runs().length;

    // Wanted again, it goes on from where it was.
    const again = await finished(gateway, (await gateway.submitFit(ANISOLE)).id);
    expect(again.status, again.failure?.message).toBe('succeeded');
    expect(bespoke.xtb.runs().length).toBeGreaterThan(runs);
    expect(bespoke.xtb.repeated()).toBeLessThanOrEqual(2);
    await stop();
  });
});
