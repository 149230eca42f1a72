import { defaultDirectory, startExecutor, type Executor } from '@bespoke/executor';
import { APPS } from './apps';
import { onInterrupt } from './signals';

export interface LaunchOptions {
  directory?: string;
  port?: number;
  nFragmenterWorkers: number;
  nQcComputeWorkers: number;
  qcComputeNCores?: number;
  qcComputeMaxMem?: number;
  nOptimizerWorkers: number;
}

/**
 * Starts an executor on this machine, lets `use` work with it, and stops every process again however that ends.
 * The signal aborts on Ctrl-C, SIGTERM and when a process of the executor can't be kept running.
 */
export async function withExecutor<T>(
  options: LaunchOptions,
  say: (line: string) => void,
  interruptMessage: (directory: string) => string,
  use: (executor: Executor, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const directory = options.directory ?? defaultDirectory();
  let executor: Executor | null = null;
  const interrupted = onInterrupt(interruptMessage(directory), () => executor?.kill());
  say(`starting an executor in ${directory}`);
  executor = await startExecutor(
    {
      directory,
      apps: APPS,
      workers: {
        fragmenter: options.nFragmenterWorkers,
        'qc-compute': options.nQcComputeWorkers,
        optimizer: options.nOptimizerWorkers,
      },
      ...(options.qcComputeNCores === undefined ? {} : { qcComputeCores: options.qcComputeNCores }),
      ...(options.qcComputeMaxMem === undefined ? {} : { qcComputeMemoryGbPerCore: options.qcComputeMaxMem }),
      port: options.port ?? 0,
      onWarning: (warning) => say(`warning: ${warning}`),
    },
    interrupted,
  );
  const failed = new AbortController();
  void executor.failure.then((error) => failed.abort(error));
  try {
    return await use(executor, AbortSignal.any([interrupted, failed.signal]));
  } finally {
    if (interrupted.aborted) say('stopping; a second Ctrl-C stops at once');
    await executor.stop();
  }
}
