import path from 'node:path';
import { Worker } from 'node:worker_threads';

export type FuzzedFormat = 'smiles' | 'sdf' | 'mol2' | 'offxml';

export type FuzzOutcome =
  | { kind: 'read' }
  | { kind: 'refused'; code: string }
  /** Another error than those that the libraries document, a crash of the thread, or too much memory. */
  | { kind: 'fault'; message: string }
  | { kind: 'hang' };

/** Of the processor, for other programs may have it meanwhile. */
const MOST_CPU_SECONDS = 5;
const MOST_SECONDS = 100;
const MOST_HEAP_MB = 768;
/** WebAssembly's memory and buffers, which the limit of the heap does not hold. */
const MOST_OUTSIDE_HEAP_BYTES = 1_500_000_000;

export interface FuzzReader {
  read(format: FuzzedFormat, text: string): Promise<FuzzOutcome>;
  close(): Promise<void>;
}

/** Reads hostile text in a thread that is killed when it takes too long or too much memory, and then started anew. */
export function openFuzzReader(): FuzzReader {
  let current: Worker | null = null;

  async function close(): Promise<void> {
    const worker = current;
    current = null;
    await worker?.terminate();
  }

  async function read(format: FuzzedFormat, text: string): Promise<FuzzOutcome> {
    const worker = (current ??= await started());
    const outcome = await outcomeIn(worker, format, text);
    if (outcome.kind === 'hang' || outcome.kind === 'fault') await close();
    return outcome;
  }

  return { read, close };
}

function outcomeIn(worker: Worker, format: FuzzedFormat, text: string): Promise<FuzzOutcome> {
  return new Promise((resolve) => {
    const start = performance.now();
    const before = process.cpuUsage();
    const watch = setInterval(() => {
      const { user, system } = process.cpuUsage(before);
      if ((user + system) / 1e6 > MOST_CPU_SECONDS || performance.now() - start > MOST_SECONDS * 1000)
        settle({ kind: 'hang' });
    }, 100);
    const answered = ({ outsideHeapBytes, ...outcome }: FuzzOutcome & { outsideHeapBytes: number }): void =>
      settle(
        outsideHeapBytes > MOST_OUTSIDE_HEAP_BYTES
          ? { kind: 'fault', message: `${outsideHeapBytes} bytes outside the heap` }
          : outcome,
      );
    const died = (cause: unknown): void =>
      settle({ kind: 'fault', message: `the thread died: ${String(cause)}` });
    const settle = (outcome: FuzzOutcome): void => {
      clearInterval(watch);
      worker.off('message', answered).off('error', died).off('exit', died);
      resolve(outcome);
    };
    worker.once('message', answered).once('error', died).once('exit', died);
    worker.postMessage({ format, text });
  });
}

async function started(): Promise<Worker> {
  const worker = new Worker(path.join(__dirname, 'fuzz-worker.cjs'), {
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', () => {
      worker.off('error', reject);
      resolve();
    });
  });
  return worker;
}
