import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/**
 * `GET /health/live`: the event loop turns. `GET /health/ready`: tasks are being taken; 503 if not.
 * @param port 0 for any free one
 */
export async function startHealthServer(
  host: string,
  port: number,
  isReady: () => Promise<boolean>,
): Promise<HealthServer> {
  const server: Server = createServer((request, response) => {
    const answer = (status: number, text: string): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: text }));
    };
    if (request.method !== 'GET') answer(405, 'method-not-allowed');
    else if (request.url === '/health/live') answer(200, 'live');
    else if (request.url === '/health/ready') {
      void isReady().then((ready) => (ready ? answer(200, 'ready') : answer(503, 'not-ready')));
    } else answer(404, 'not-found');
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
