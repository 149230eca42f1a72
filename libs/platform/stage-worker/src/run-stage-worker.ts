import { tellParent } from '@bespoke/child-process';
import { startStageWorker, type StageWorker, type StageWorkerOptions } from './stage-worker';

const SHUTDOWN_MS = 10_000;
/** An orphan's NATS server is often gone too, and would be waited for in vain. */
const ORPHAN_SHUTDOWN_MS = 2_000;

/**
 * The whole life of a worker's process. Tells its parent, where there is an IPC channel, when it is ready or
 * why it is not; drains on SIGTERM, on SIGINT and when its parent is gone; a second signal of a kind, or 10 s,
 * end it anyway.
 */
export async function runStageWorker(options: StageWorkerOptions): Promise<void> {
  let worker: StageWorker;
  const abandon = (): never => process.exit(1);
  process.on('disconnect', abandon);
  try {
    worker = await startStageWorker(options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message}\n`);
    await tellParent({ type: 'failed', message });
    process.exit(1);
  }

  const seen = new Set<NodeJS.Signals>();
  let stopping = false;
  const stop = (withinMs: number): void => {
    setTimeout(() => process.exit(1), withinMs).unref();
    if (stopping) return;
    stopping = true;
    worker.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (seen.has(signal)) process.exit(1);
      seen.add(signal);
      stop(SHUTDOWN_MS);
    });
  }
  process.off('disconnect', abandon);
  process.on('disconnect', () => {
    worker.abort();
    stop(ORPHAN_SHUTDOWN_MS);
  });
  await tellParent({ type: 'ready', port: worker.healthPort });
}
