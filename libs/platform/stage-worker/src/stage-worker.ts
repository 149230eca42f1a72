import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  PullTransport,
  TASKS_STREAM,
  connectNats,
  ensureTaskConsumers,
  isAnswering,
  onShutOut,
  openStores,
  provision,
  resourceAdmission,
  taskConsumerName,
  taskKindsOf,
  taskQueuesOf,
  type Stores,
  type TaskKindName,
  type WorkerRecord,
} from '@bespoke/messaging';
import type { StageName } from '@bespoke/workflow-schema';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { Logger as NestLogger, LoggerModule } from 'nestjs-pino';
import { startHealthServer } from './health-server';
import { endThreads } from './run-in-thread';
import { taskRunner, type TaskSource } from './task-runner';
import { workerLog } from './worker-log';
import { WorkerConfigurationError, taskResources, workerResources } from './worker-resources';

/** A third of the time after which a silent worker is taken for gone. */
const REGISTER_MS = 10_000;
/** With the grace after an abort it stays below the 10 s that a shutdown may take. */
const DRAIN_MS = 6_000;
const READY_ANSWER_MS = 1_000;

export interface StageWorkerOptions {
  stage: StageName;
  /** Its controllers handle every kind of task of the stage. */
  module: Type<unknown>;
  /** The engines that are there, each in the version that it says. */
  engines(): Promise<{ program: string; version: string }[]>;
}

export interface StageWorker {
  id: string;
  healthPort: number;
  /** Finishes what it runs, within a few seconds, and hands back the rest. */
  close(): Promise<void>;
  /** Stops what runs at once; then `close` has nothing to wait for. */
  abort(): void;
}

/**
 * Starts a worker of a stage: it takes tasks for the engines that it has, as many at once as its cores and
 * memory hold. Configured by BESPOKE_NATS_URL, BESPOKE_NATS_TOKEN_FILE, BESPOKE_HOST, BESPOKE_PORT (health),
 * BESPOKE_SCRATCH, LOG_LEVEL, BESPOKE_LOG_PRETTY and the flags --n-cores and --max-mem.
 * @throws WorkerConfigurationError, what connectNats throws, Error on a missing or second handler
 */
export async function startStageWorker(
  { stage, module, engines }: StageWorkerOptions,
  args: readonly string[] = process.argv.slice(2),
  environment: NodeJS.ProcessEnv = process.env,
): Promise<StageWorker> {
  const resources = workerResources(args, stage);
  const url = environment['BESPOKE_NATS_URL'];
  if (!url) throw new WorkerConfigurationError('BESPOKE_NATS_URL is not set: it says where NATS is');
  const host = hostname().replace(/[^A-Za-z0-9-]/g, '-');
  const id = `${stage}-${host}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const logger = workerLog(id, environment);
  const found = await engines();
  const queues = taskQueuesOf(stage, found);

  const tokenFile = environment['BESPOKE_NATS_TOKEN_FILE'];
  const connection = await connectNats({
    url,
    name: id,
    ...(tokenFile && { token: readFileSync(tokenFile, 'utf8').trim() }),
  });
  onShutOut(connection, (error) => {
    logger.fatal({ err: error }, 'the NATS server has shut this worker out; it shuts down');
    process.kill(process.pid, 'SIGTERM');
  });
  const scratchDirectory = mkdtempSync(join(environment['BESPOKE_SCRATCH'] || tmpdir(), `bespoke-${stage}-`));
  const removeScratch = (): void => rmSync(scratchDirectory, { recursive: true, force: true });
  process.once('exit', removeScratch);
  const release = async (): Promise<void> => {
    await endThreads();
    if (!connection.isClosed()) await connection.close();
    removeScratch();
    process.off('exit', removeScratch);
  };

  try {
    await provision(connection);
    const stores = await openStores(connection);
    const resourcesOf = (kind: TaskKindName) => taskResources(resources, kind);
    const runner = taskRunner({ workerId: id, stores, logger, scratchDirectory, resourcesOf });
    const transport = new PullTransport<TaskSource>({
      connection,
      sources: queues.map(({ kind, program, version, lane }) => ({
        stream: TASKS_STREAM,
        consumer: taskConsumerName(kind, program, version, lane),
        kind,
      })),
      async ensureConsumers() {
        await provision(connection);
        await ensureTaskConsumers(connection, queues);
      },
      patterns: taskKindsOf(stage),
      admission: resourceAdmission(resources, ({ kind }) => resourcesOf(kind)),
      deliver: runner.deliver,
      isWithdrawn: async ({ message }) => !(await stores.tasks.has(message.seq)),
      retryMs: 1_000,
      drainMs: DRAIN_MS,
    });

    @Module({ imports: [LoggerModule.forRoot({ pinoHttp: { logger } }), module] })
    class StageWorkerModule {}
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(StageWorkerModule, {
      strategy: transport,
      bufferLogs: true,
      abortOnError: false,
    });
    app.useLogger(app.get(NestLogger));
    await app.listen();

    const record = (): WorkerRecord => ({
      v: 1,
      id,
      stage,
      engines: found,
      ...resources,
      running: runner.running(),
      host,
      pid: process.pid,
    });
    const unregister = await register(stores, record, (error) => logger.warn(error, 'not registered'));
    const health = await startHealthServer(
      environment['BESPOKE_HOST'] || '127.0.0.1',
      Number(environment['BESPOKE_PORT'] || 0),
      async () => transport.isListening && (await isAnswering(connection, READY_ANSWER_MS)),
    );
    logger.info({ ...resources, engines: found, healthPort: health.port }, `${stage} worker takes tasks`);

    return {
      id,
      healthPort: health.port,
      abort: () => transport.abortInFlight(),
      async close() {
        await app.close();
        await unregister();
        await health.close();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Keeps `workers.<id>` alive; what it gives back removes it. */
async function register(
  stores: Stores,
  record: () => WorkerRecord,
  onError: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const write = (): Promise<unknown> => stores.workers.put(record().id, record());
  await write();
  const timer = setInterval(() => void write().catch(onError), REGISTER_MS);
  return async () => {
    clearInterval(timer);
    await stores.workers.delete(record().id).catch(onError);
  };
}
