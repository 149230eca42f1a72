import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  connectNats,
  ensureTaskConsumers,
  onShutOut,
  openStores,
  provision,
  taskQueuesOf,
  wakeTransport,
  type NatsConnection,
} from '@bespoke/messaging';
import { Logger } from 'nestjs-pino';
import type { Configuration } from './configuration';
import { GatewayModule } from './gateway.module';
import { serveOpenApi } from './http/openapi';
import { isLoopback, refuseRebinding } from './http/rebinding-guard';
import type { DriveRecord, FitRecord } from '@bespoke/orchestration';
import type { IdempotencyRecord, Want } from './stores';

/** A whole OFFXML and a molfile fit, with their escapes in JSON. */
const MAX_BODY_BYTES = 16e6;
const MAX_HEADERS_AND_BODY_MS = 60_000;
const WAKES_AT_ONCE = 32;
const DRAIN_MS = 5_000;

export interface Gateway {
  port: number;
  /** Stops taking requests and wakes, finishes those under way, and leaves NATS. */
  close(): Promise<void>;
}

/** Starts a gateway: it serves when the promise resolves. */
export async function startGateway(configuration: Configuration): Promise<Gateway> {
  const { natsUrl, natsToken, host, port } = configuration;
  const connection = await connectNats({
    url: natsUrl,
    name: 'gateway',
    ...(natsToken !== null && { token: natsToken }),
  });
  try {
    await provision(connection);
    for (const { stage, engines } of configuration.pools ?? []) {
      await ensureTaskConsumers(connection, taskQueuesOf(stage, engines));
    }
    const app = await createApplication(configuration, connection);
    await app.init();
    await app.startAllMicroservices();
    await app.listen(port, host);
    onShutOut(connection, (error) => {
      app.get(Logger).fatal({ err: error }, 'the NATS server has shut this gateway out; it shuts down');
      process.kill(process.pid, 'SIGTERM');
    });
    const address = app.getHttpServer().address() as AddressInfo;
    return {
      port: address.port,
      close: async () => {
        await app.close();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function createApplication(
  configuration: Configuration,
  connection: NatsConnection,
): Promise<NestFastifyApplication> {
  const stores = await openStores<FitRecord, DriveRecord, Want, IdempotencyRecord>(connection);
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: MAX_HEADERS_AND_BODY_MS,
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
  });
  const fastify = adapter.getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Correlation-Id', request.id);
    done();
  });
  if (isLoopback(configuration.host)) fastify.addHook('onRequest', refuseRebinding);
  const app = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.with(configuration, connection, stores),
    adapter,
    // Fastify's own parser of JSON refuses keys that reach for prototypes; forms are not read at all.
    { bufferLogs: true, abortOnError: false, bodyParser: false },
  );
  app.useLogger(app.get(Logger));
  app.connectMicroservice<MicroserviceOptions>({
    strategy: wakeTransport({ connection, concurrency: WAKES_AT_ONCE, drainMs: DRAIN_MS }),
  });
  serveOpenApi(app);
  return app;
}
