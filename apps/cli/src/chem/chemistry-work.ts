import { chargesWith } from './charges';
import type { ThreadSettings } from './chemistry-job';
import { convertTo } from './convert';
import { energiesWith } from './energies';
import { fitWith, type DriveLine } from './fit';
import { fragmentWith } from './fragment';
import { fragmentSectionWith } from './fragment-section';
import { labelWith } from './label';
import { minimizeWith } from './minimize';
import type { FileRecord } from './molecule-records';
import { parametersWith } from './parameters';
import { EarlierFailureError, idOf, parseRecord, type InputRecord } from './record';

/**
 * What a command makes of one line; it says what the line calls itself as soon as that is known. Errors with a
 * `code` are refusals of that line.
 */
export type LineWork = (
  line: FileRecord,
  identified: (id: string | number) => void,
) => string | null | Promise<string | null>;

export function workOf({ job, run }: ThreadSettings): LineWork {
  switch (job.command) {
    case 'label':
      return onRecords(labelWith(job));
    case 'charges':
      return onRecords(chargesWith(job, run));
    case 'energies':
      return onRecords(energiesWith(job, run));
    case 'minimize':
      return onRecords(minimizeWith(job, run));
    case 'fragment':
      return job.as === 'json'
        ? onRecords(fragmentWith(job, run))
        : onIdentified(fragmentSectionWith(job, run));
    case 'parameters':
      return onRecords(parametersWith(job, run));
    case 'fit':
      return onDriveLines(fitWith(job, run));
    case 'convert':
      return convertTo(job);
  }
}

/** JSON in, JSON out, under the same id. */
function onRecords(workOnRecord: (record: InputRecord) => object | Promise<object>): LineWork {
  return onIdentified(async (record, id) => `${JSON.stringify({ id, ...(await workOnRecord(record)) })}\n`);
}

/** JSON in, any text out. */
function onIdentified(
  workOnRecord: (record: InputRecord, id: string | number) => string | Promise<string>,
): LineWork {
  return ({ text, number }, identified) => {
    const record = parseRecord(text);
    const id = idOf(record, number);
    identified(id);
    const { error } = record;
    if (typeof error === 'string') throw new EarlierFailureError(error);
    return workOnRecord(record, id);
  };
}

/** Lines of drives, which are fitted together, in; the result in JSON out. */
function onDriveLines(fit: (lines: readonly DriveLine[]) => Promise<object>): LineWork {
  return async ({ text }) => JSON.stringify(await fit(JSON.parse(text) as DriveLine[]));
}
