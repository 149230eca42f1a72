import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createGatewayClient, type GatewayClient } from '@bespoke/client';
import { builtInWorkflows, type FitView } from '@bespoke/workflow-schema';
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

describe('a workflow file', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'bespoke-workflow-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const workflow = { ...builtInWorkflows.get('debug')!, name: 'mine' };

  async function submitted(content: object) {
    const workflowFile = path.join(directory, 'given.json');
    writeFileSync(workflowFile, JSON.stringify(content));
    const [submission] = await submissions({ workflowFile }, [molecule]);
    return submission!.body.customWorkflow;
  }

  it('is a workflow, or the report of a fit, whose workflow is meant', async () => {
    expect(await submitted(workflow)).toEqual(workflow);
    expect(
      await submitted({ schema: 'bespoke-fit-report', schemaVersion: 1, fitId: 'f1', workflow }),
    ).toEqual(workflow);
  });

  it('is refused with what is wrong in it, in a report too', async () => {
    const wrong = { ...workflow, qc: { ...workflow.qc, program: 7 } };
    for (const content of [wrong, { schema: 'bespoke-fit-report', workflow: wrong }]) {
      const refusal = submitted(content);
      await expect(refusal).rejects.toMatchObject({ reason: 'badWorkflow' });
      await expect(refusal).rejects.toThrow(/given\.json: qc\.program: [^;]*; start from/);
    }
    await expect(submitted({ schema: 'another', workflow })).rejects.toThrow(/schema should not exist/);
  });
});
