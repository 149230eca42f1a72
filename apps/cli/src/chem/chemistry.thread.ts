import { ProgramNotFoundError } from '@bespoke/child-process';
import { loadRDKit } from '@bespoke/molecule';
import { workerData } from 'piscina';
import { chargesWith } from './charges';
import type { LineOutcome, ThreadSettings } from './chemistry-job';
import { convertTo } from './convert';
import { energiesWith } from './energies';
import { labelWith } from './label';
import { minimizeWith } from './minimize';
import type { FileRecord } from './molecule-records';
import { idOf, parseRecord, type InputRecord } from './record';

/**
 * What a command makes of one line; it says what the line calls itself as soon as that is known. Errors with a
 * `code` are refusals of that line.
 */
type LineWork = (
  line: FileRecord,
  identified: (id: string | number) => void,
) => string | null | Promise<string | null>;

let work: LineWork | undefined;

/** Does this thread's job on one line. A fault of the program itself ends the thread. */
export default async function workOnLine(line: FileRecord): Promise<LineOutcome> {
  let id: string | number = line.number;
  try {
    await loadRDKit();
    work ??= workOf(workerData as ThreadSettings);
    const output = await work(line, (identified) => (id = identified));
    return { id, output };
  } catch (error) {
    if (error instanceof ProgramNotFoundError)
      return { id, error: `${error.message}; \`bespoke doctor\` says how to get it` };
    if (error instanceof Error && typeof (error as { code?: unknown }).code === 'string')
      return { id, error: error.message };
    return endThread(error);
  }
}

function workOf({ job, run }: ThreadSettings): LineWork {
  switch (job.command) {
    case 'label':
      return onRecords(labelWith(job));
    case 'charges':
      return onRecords(chargesWith(job, run));
    case 'energies':
      return onRecords(energiesWith(job, run));
    case 'minimize':
      return onRecords(minimizeWith(job, run));
    case 'convert':
      return convertTo(job);
  }
}

/** JSON in, JSON out, under the same id. */
function onRecords(workOnRecord: (record: InputRecord) => object | Promise<object>): LineWork {
  return async ({ text, number }, identified) => {
    const record = parseRecord(text);
    const id = idOf(record, number);
    identified(id);
    return `${JSON.stringify({ id, ...(await workOnRecord(record)) })}\n`;
  };
}

/** WebAssembly that broke off in the middle leaves memory that no later line may be computed in. */
function endThread(error: unknown): Promise<never> {
  return new Promise(() =>
    setImmediate(() => {
      throw error instanceof Error ? error : new Error(String(error));
    }),
  );
}
