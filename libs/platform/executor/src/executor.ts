import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { machineResources } from '@bespoke/child-process';
import pino from 'pino';
import { rotateLog, startApp } from './app-process';
import { prepareDirectory } from './directory';
import { ExecutorError } from './executor-error';
import { lockDirectory } from './executor-file';
import { natsProcess } from './nats-process';
import { identifyProcess } from './process-identity';
import { shareResources, STAGE_APPS, type StageApp } from './resources';
import { supervise, type SupervisedProcess } from './supervised-process';

export interface ExecutorOptions {
  /** Where state, logs and scratch live; made where it is not there. */
  directory: string;
  /** The main modules of the apps. */
  apps: Readonly<Record<'gateway' | StageApp, string>>;
  /** How many workers of each stage; 0 where they run elsewhere. */
  workers: Readonly<Record<StageApp, number>>;
  /** Cores of each worker of qc-compute; by default they share the machine. */
  qcComputeCores?: number;
  /** GB for each core of a worker of qc-compute. */
  qcComputeMemoryGbPerCore?: number;
  /** The gateway's port on the loopback interface; 0 for any. */
  port: number;
  /** What a person should know before all is up. */
  onWarning(message: string): void;
}

/** An executor on this machine: nats-server, gateway and workers, kept running until it is stopped. */
export interface Executor {
  readonly directory: string;
  readonly gatewayUrl: string;
  readonly natsUrl: string;
  /** Settles, with the reason, when a process can't be kept running; the executor should be stopped then. */
  readonly failure: Promise<ExecutorError>;
  /** Lets the workers finish what they can't give back, then stops every process in order. */
  stop(): Promise<void>;
  /** Kills every process at once. */
  kill(): void;
}

/** Longer than a worker takes to drain. */
const WORKER_GRACE_MS = 15_000;
const GATEWAY_GRACE_MS = 10_000;
const NATS_GRACE_MS = 10_000;

/**
 * Starts an executor; settles when the gateway and every worker serve.
 * @throws ExecutorError; nothing is left running then
 * @throws the signal's reason when it is aborted; nothing is left running then either
 */
export async function startExecutor(options: ExecutorOptions, signal?: AbortSignal): Promise<Executor> {
  await assertPortFree(options.port);
  const { directory, warnings } = prepareDirectory(options.directory);
  warnings.forEach(options.onWarning);
  const lock = await lockDirectory(directory);

  const logs = path.join(directory, 'logs');
  const scratch = path.join(directory, 'scratch');
  mkdirSync(logs, { recursive: true });
  await rm(scratch, { recursive: true, force: true });
  const logFileOf = (name: string) => path.join(logs, `${name}.log`);
  const logger = pino(
    { base: null },
    pino.destination({ dest: logFileOf('executor'), append: true, sync: true }),
  );
  if (lock.ended.length > 0) logger.warn({ pids: lock.ended }, 'ended what a killed executor had left');

  let giveUp!: (error: ExecutorError) => void;
  const failure = new Promise<ExecutorError>((resolve) => (giveUp = resolve));
  let gatewayUrl: string | null = null;
  let natsUrl: string | null = null;
  const nats: SupervisedProcess[] = [];
  const gateways: SupervisedProcess[] = [];
  const workers: SupervisedProcess[] = [];
  const supervision = { logger, onRestart: writeRecord, onGivenUp: giveUp };

  function writeRecord(): void {
    const processes = [...nats, ...gateways, ...workers].flatMap(({ pid }) => {
      const identity = pid === null ? null : identifyProcess(pid);
      return identity === null ? [] : [identity];
    });
    lock.write({ processes, gatewayUrl, natsUrl });
  }

  async function stopAll(group: readonly SupervisedProcess[], graceMs: number): Promise<void> {
    await Promise.all(group.map((each) => each.stop(graceMs)));
  }

  let stopped: Promise<void> | null = null;
  function stop(): Promise<void> {
    stopped ??= (async () => {
      await stopAll(workers, WORKER_GRACE_MS);
      await stopAll(gateways, GATEWAY_GRACE_MS);
      await stopAll(nats, NATS_GRACE_MS);
      await rm(scratch, { recursive: true, force: true });
      lock.release();
      logger.info('stopped');
    })();
    return stopped;
  }

  async function startApps(natsEnvironment: Record<string, string>): Promise<void> {
    const shares = shareResources(machineResources(), options.workers, {
      ...(options.qcComputeCores === undefined ? {} : { qcComputeCores: options.qcComputeCores }),
      ...(options.qcComputeMemoryGbPerCore === undefined
        ? {}
        : { qcComputeMemoryGbPerCore: options.qcComputeMemoryGbPerCore }),
    });
    const launch = async (
      group: SupervisedProcess[],
      app: 'gateway' | StageApp,
      name: string,
      args: string[],
      firstPort: number,
    ) => {
      rotateLog(logFileOf(name));
      const own = path.join(scratch, name);
      mkdirSync(own, { recursive: true });
      const environment = { ...natsEnvironment, BESPOKE_HOST: '127.0.0.1', BESPOKE_SCRATCH: own };
      const start = (port: number) =>
        startApp(
          {
            name,
            file: options.apps[app],
            args,
            environment,
            workingDirectory: own,
            logFile: logFileOf(name),
          },
          port || firstPort,
        );
      const supervised = await supervise(name, start, supervision);
      group.push(supervised);
      writeRecord();
    };

    const starting = [launch(gateways, 'gateway', 'gateway', [], options.port)];
    for (const stage of STAGE_APPS) {
      const { cores, memoryGbPerCore } = shares[stage];
      const args = ['--n-cores', String(cores), '--max-mem', String(memoryGbPerCore)];
      for (let i = 1; i <= options.workers[stage]; i++)
        starting.push(
          launch(workers, stage, options.workers[stage] === 1 ? stage : `${stage}-${i}`, args, 0),
        );
    }
    // All have settled before the first failure is told: what did start can then be stopped.
    const failed = (await Promise.allSettled(starting)).find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  }

  try {
    const server = await natsProcess(directory);
    const supervised = await supervise('nats-server', server.start, supervision);
    nats.push(supervised);
    natsUrl = `nats://127.0.0.1:${supervised.port}`;
    writeRecord();
    signal?.throwIfAborted();
    await startApps(server.environment(supervised.port));
    signal?.throwIfAborted();
    gatewayUrl = `http://127.0.0.1:${gateways[0]!.port}`;
    writeRecord();
    return {
      directory,
      gatewayUrl,
      natsUrl,
      failure,
      stop,
      kill: () => [...workers, ...gateways, ...nats].forEach((each) => each.kill()),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Before anything starts, so that a port in use costs no start-up. */
async function assertPortFree(port: number): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'is in use' : `can't be listened on (${code})`;
    throw new ExecutorError('port-in-use', `port ${port} ${reason}; choose another with --port`, {
      cause: error,
    });
  }
  await new Promise((resolve) => server.close(resolve));
}
