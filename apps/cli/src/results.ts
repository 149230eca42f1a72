import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { GatewayClient } from '@bespoke/client';
import type { FitReport, FitView } from '@bespoke/workflow-schema';
import { CliError } from './cli-error';
import type { FitOutputs } from './outputs';

/** How a fit ended, as `--json` says it, with the warnings of its report; the files that were written stand beside it. */
export function fitResult({ id, name, smiles, status, failure, ...view }: FitView, report: FitReport | null) {
  return { id, name, smiles, status, failure, warnings: (report ?? view).warnings };
}

/**
 * Writes what a fit has given; a file that is not asked for is not fetched.
 * @returns the report, null where it is not asked for
 */
export async function writeResults(
  client: GatewayClient,
  fitId: string,
  outputs: Partial<Omit<FitOutputs, 'log'>>,
  signal?: AbortSignal,
): Promise<FitReport | null> {
  const { forceField, report, page } = outputs;
  const fitReport = report === undefined ? null : await client.report(fitId, signal);
  if (forceField !== undefined) write(forceField, await client.forceField(fitId, signal));
  if (report !== undefined) write(report, JSON.stringify(fitReport, null, 2) + '\n');
  if (page !== undefined) write(page, await client.reportPage(fitId, signal));
  return fitReport;
}

/**
 * Writes what engines said before they failed, each under the failure that names it.
 * @returns whether there was anything
 */
export async function writeLogs(
  client: GatewayClient,
  { id, failure, drives, parameterFits }: FitView,
  file: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const messages = new Map<string, string>();
  const failures = [...drives, ...parameterFits].map((each) => each.failure);
  for (const { logSha256, message } of [...failures, failure].flatMap((each) => each ?? []))
    if (logSha256 !== undefined && !messages.has(logSha256)) messages.set(logSha256, message);
  let text = '';
  for (const [logSha256, message] of messages)
    text += `==> ${message}\n\n${await client.failureLog(id, logSha256, signal)}\n\n`;
  if (text !== '') write(file, text);
  return text !== '';
}

function write(file: string, text: string): void {
  try {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError('notWritable', `${file} can't be written (${code}); name another file`, {
      cause: error,
    });
  }
}
