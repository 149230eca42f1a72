import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FitView } from '@bespoke/workflow-schema';
import { afterEach, describe, expect, it } from 'vitest';
import { createGatewayClient, GatewayUnreachableError, ProblemError } from './index';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  port = 0,
): Promise<{ url: string; port: number; close: () => void }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  closers.push(close);
  const listening = (server.address() as AddressInfo).port;
  return { url: `http://127.0.0.1:${listening}`, port: listening, close };
}

function view(revision: number, status: FitView['status']): Partial<FitView> {
  return { id: 'f1', status, revision };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe('the gateway client', () => {
  it('sends the idempotency key with a submission', async () => {
    let key: unknown;
    const { url } = await serve((request, response) => {
      key = request.headers['idempotency-key'];
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(view(1, 'waiting')));
    });
    const fit = await createGatewayClient({ baseUrl: `${url}/` }).submitFit({ smiles: 'CCO' }, 'abc');
    expect(fit.id).toBe('f1');
    expect(key).toBe('abc');
  });

  it('gives a refusal as a problem with its code and every wrong field', async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(422, { 'content-type': 'application/problem+json' }).end(
        JSON.stringify({
          type: 'https://bespoke.invalid/problems/invalid-request',
          title: 'Invalid',
          status: 422,
          detail: 'The request is wrong.',
          errors: [
            { field: 'customWorkflow.name', message: 'name must be a string' },
            { field: 'workflow', message: 'There is no workflow nope.' },
            { field: 'smiles', message: 'give exactly one of smiles and molfile' },
          ],
        }),
      ),
    );
    const error = await createGatewayClient({ baseUrl: url })
      .getFit('x')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({
      code: 'invalid-request',
      message:
        'customWorkflow.name must be a string; There is no workflow nope.; smiles: give exactly one of smiles and molfile',
    });
  });

  it('says that no gateway is there, with the reason of the operating system', async () => {
    const { url, close } = await serve(() => undefined);
    close();
    const error = await createGatewayClient({ baseUrl: url })
      .getFit('x')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GatewayUnreachableError);
    expect((error as Error).message).toContain('ECONNREFUSED');
  });

  it('says so when something else than a gateway answers', async () => {
    const { url } = await serve((_, response) => response.writeHead(404).end('<html>'));
    await expect(createGatewayClient({ baseUrl: url }).getFit('x')).rejects.toThrow(
      /not as a bespoke gateway does/,
    );
  });

  it('tries again while the gateway is being restarted', async () => {
    const { url, port, close } = await serve(() => undefined);
    close();
    const answer = createGatewayClient({ baseUrl: url, retrySeconds: 30 }).getFit('f1');
    await serve((_, response) => response.end(JSON.stringify(view(3, 'running'))), port);
    expect(await answer).toMatchObject({ revision: 3 });
  });

  it('follows a fit across broken connections from the last event that it saw, each once', async () => {
    const lastEventIds: unknown[] = [];
    const { url } = await serve((request, response) => {
      lastEventIds.push(request.headers['last-event-id']);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const send = (each: Partial<FitView>) =>
        response.write(`id: ${each.revision}\ndata: ${JSON.stringify(each)}\n\n`);
      if (lastEventIds.length === 1) {
        send(view(1, 'waiting'));
        response.write(': still here\n\n');
        response.write(`id: 4\ndata: ${JSON.stringify(view(4, 'running'))}\n\n`, () => response.destroy());
      } else {
        send(view(4, 'running'));
        send(view(9, 'succeeded'));
      }
    });
    const views = await all(createGatewayClient({ baseUrl: url }).watchFit('f1'));
    expect(views.map(({ revision }) => revision)).toEqual([1, 4, 9]);
    expect(lastEventIds).toEqual([undefined, '4']);
  });

  it('stops watching when it is told to', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(view(1, 'running'))}\n\n`);
    });
    const stop = new AbortController();
    const watching = async () => {
      for await (const each of createGatewayClient({ baseUrl: url }).watchFit('f1', stop.signal)) {
        expect(each.revision).toBe(1);
        stop.abort(new Error('enough'));
      }
    };
    await expect(watching()).rejects.toThrow('enough');
  });

  it('lists fits page by page', async () => {
    const { url } = await serve((request, response) => {
      const after = new URL(request.url ?? '', 'http://x').searchParams.get('after');
      const page =
        after === null
          ? { fits: [view(1, 'running')], next: 'p2' }
          : { fits: [view(2, 'succeeded')], next: null };
      response.end(JSON.stringify(page));
    });
    const fits = await all(createGatewayClient({ baseUrl: url }).listFits());
    expect(fits.map(({ revision }) => revision)).toEqual([1, 2]);
  });
});
