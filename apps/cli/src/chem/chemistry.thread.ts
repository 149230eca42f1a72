import { loadRDKit } from '@bespoke/molecule';
import { workerData } from 'piscina';
import type { ChemistryJob, LineOutcome, ThreadData } from './chemistry-job';
import { labelWith } from './label';
import { idOf, parseRecord, type InputRecord } from './record';

/** What a command makes of one line. Errors with a `code` are refusals of that line. */
type RecordWork = (record: InputRecord) => object | Promise<object>;

let work: RecordWork | undefined;

/** Does this thread's job on one line. A fault of the program itself ends the thread. */
export default async function workOnLine(line: { text: string; number: number }): Promise<LineOutcome> {
  let id: string | number = line.number;
  try {
    const record = parseRecord(line.text);
    id = idOf(record, line.number);
    await loadRDKit();
    work ??= workOf((workerData as ThreadData).job);
    return { output: JSON.stringify({ id, ...(await work(record)) }) };
  } catch (error) {
    if (error instanceof Error && typeof (error as { code?: unknown }).code === 'string')
      return { id, error: error.message };
    return endThread(error);
  }
}

function workOf(job: ChemistryJob): RecordWork {
  switch (job.command) {
    case 'label':
      return labelWith(job);
  }
}

/** WebAssembly that broke off in the middle leaves memory that no later line may be computed in. */
function endThread(error: unknown): Promise<never> {
  return new Promise(() =>
    setImmediate(() => {
      throw error instanceof Error ? error : new Error(String(error));
    }),
  );
}
