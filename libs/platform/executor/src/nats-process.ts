import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { ExecutorError } from './executor-error';
import type { ProcessLife } from './supervised-process';

/** The executor's private nats-server, which keeps everything under `<directory>/nats`. */
export interface NatsProcess {
  start(port: number): Promise<ProcessLife>;
  /** What tells an app where it is and how to be let in. */
  environment(port: number): Record<string, string>;
}

/** @throws ExecutorError `missing-program` where there is no nats-server or only one that is too old */
export async function natsProcess(directory: string): Promise<NatsProcess> {
  // Late, for it is slow to load, and a client of a running executor gets by without it.
  const { findNatsServer, startNatsServer } = await import('@bespoke/messaging');
  const { path: binary } = await findNatsServer().catch((error: Error) => {
    throw new ExecutorError('missing-program', error.message, { cause: error });
  });
  const own = path.join(directory, 'nats');
  // Every life of the server has it, for the apps do not read it again.
  const token = randomBytes(24).toString('hex');
  return {
    async start(port) {
      const server = await startNatsServer({
        directory: own,
        binary,
        token,
        ...(port === 0 ? {} : { port }),
      });
      const end = (signal: 'SIGTERM' | 'SIGKILL') => {
        server.stop(signal).catch(() => undefined);
      };
      return {
        pid: server.pid,
        port: server.port,
        ended: server.exited,
        terminate: () => end('SIGTERM'),
        kill: () => end('SIGKILL'),
      };
    },
    environment: (port) => ({
      BESPOKE_NATS_URL: `nats://127.0.0.1:${port}`,
      BESPOKE_NATS_TOKEN_FILE: path.join(own, 'nats.token'),
    }),
  };
}
