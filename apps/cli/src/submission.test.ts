import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createGatewayClient, type GatewayClient } from '@bespoke/client';
import type { FitView } from '@bespoke/workflow-schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { submissions, submitOrResume } from './submission';

const molecule = { name: '', source: '--smiles "CCCC"', structure: { smiles: 'CCCC' } };

// A gateway in miniature: one fit for each idempotency key.
let server: Server;
let client: GatewayClient;
let fits: Map<string, Partial<FitView>>;
beforeEach(async () => {
  fits = new Map();
  server = createServer((request, response) => {
    const key = String(request.headers['idempotency-key']);
    if (!fits.has(key)) fits.set(key, { id: `f${fits.size + 1}`, status: 'waiting' });
    response.end(JSON.stringify(fits.get(key)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = createGatewayClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function end(id: string, status: FitView['status']): void {
  for (const fit of fits.values()) if (fit.id === id) fit.status = status;
}

describe('submitting', () => {
  it('finds the same fit again, running or done', async () => {
    const [wanted] = await submissions({}, [molecule]);
    expect((await submitOrResume(client, wanted!)).id).toBe('f1');
    expect((await submitOrResume(client, wanted!)).id).toBe('f1');
    end('f1', 'succeeded');
    expect(await submitOrResume(client, wanted!)).toMatchObject({ id: 'f1', status: 'succeeded' });
  });

  it('begins anew what has failed or was cancelled, and finds that again too', async () => {
    const [wanted] = await submissions({}, [molecule]);
    await submitOrResume(client, wanted!);
    end('f1', 'failed');
    expect((await submitOrResume(client, wanted!)).id).toBe('f2');
    expect((await submitOrResume(client, wanted!)).id).toBe('f2');
    end('f2', 'cancelled');
    expect((await submitOrResume(client, wanted!)).id).toBe('f3');
  });

  it('makes another fit of another workflow, force field or charge model', async () => {
    for (const options of [
      {},
      { workflow: 'debug' },
      { forceField: 'openff_unconstrained-2.2.0.offxml' },
      { chargeModel: 'nagl' },
    ])
      await submitOrResume(client, (await submissions(options, [molecule]))[0]!);
    expect(fits.size).toBe(4);
  });

  it('refuses an unknown workflow, naming those that there are', async () => {
    await expect(submissions({ workflow: 'nope' }, [molecule])).rejects.toThrow(
      /no workflow nope; there are debug, default, draft/,
    );
    await expect(submissions({ workflow: 'draft', workflowFile: 'x' }, [molecule])).rejects.toMatchObject({
      reason: 'usage',
    });
  });
});
