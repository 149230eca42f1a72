import { workerData } from 'piscina';
import type { LineOutcome, ThreadSettings } from './chemistry-job';
import type { LineWork } from './chemistry-work';
import type { FileRecord } from './molecule-records';
import { refusalOf } from './refusal';

let loading: Promise<LineWork> | undefined;

/** Does this thread's job on one line. A fault of the program itself ends the thread. */
export default async function workOnLine(line: FileRecord): Promise<LineOutcome> {
  let id: string | number = line.number;
  try {
    const work = await (loading ??= load());
    const output = await work(line, (identified) => (id = identified));
    return { id, output };
  } catch (error) {
    const refusal = refusalOf(error);
    return refusal === null ? endThread(error) : { id, error: refusal };
  }
}

/** Not before there is a line: the pool forgets the lines of a thread that fails while it is loaded. */
async function load(): Promise<LineWork> {
  const { loadRDKit } = await import('@bespoke/molecule');
  await loadRDKit();
  return (await import('./chemistry-work.js')).workOf(workerData as ThreadSettings);
}

/** WebAssembly that broke off in the middle leaves memory that no later line may be computed in. */
function endThread(error: unknown): Promise<never> {
  return new Promise(() =>
    setImmediate(() => {
      throw error instanceof Error ? error : new Error(String(error));
    }),
  );
}
