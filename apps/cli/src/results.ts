import { writeFileSync } from 'node:fs';
import type { GatewayClient } from '@bespoke/client';
import { CliError } from './cli-error';
import type { FitOutputs } from './outputs';

/** Writes what a fit has given; a file that is not asked for is not fetched. */
export async function writeResults(
  client: GatewayClient,
  fitId: string,
  outputs: Partial<FitOutputs>,
  signal?: AbortSignal,
): Promise<void> {
  const { forceField, report, page } = outputs;
  if (forceField !== undefined) write(forceField, await client.forceField(fitId, signal));
  if (report !== undefined) write(report, JSON.stringify(await client.report(fitId, signal), null, 2) + '\n');
  if (page !== undefined) write(page, await client.reportPage(fitId, signal));
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError('notWritable', `${file} can't be written (${code}); name another file`, {
      cause: error,
    });
  }
}
