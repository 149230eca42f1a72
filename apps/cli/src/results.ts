import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { GatewayClient } from '@bespoke/client';
import type { FitView } from '@bespoke/workflow-schema';
import { CliError } from './cli-error';
import type { FitOutputs } from './outputs';

/** How a fit ended, as `--json` says it; the files that were written stand beside it. */
export function fitResult({ id, name, smiles, status, failure, warnings }: FitView) {
  return { id, name, smiles, status, failure, warnings };
}

/** Writes what a fit has given; a file that is not asked for is not fetched. */
export async function writeResults(
  client: GatewayClient,
  fitId: string,
  outputs: Partial<Omit<FitOutputs, 'log'>>,
  signal?: AbortSignal,
): Promise<void> {
  const { forceField, report, page } = outputs;
  if (forceField !== undefined) write(forceField, await client.forceField(fitId, signal));
  if (report !== undefined) write(report, JSON.stringify(await client.report(fitId, signal), null, 2) + '\n');
  if (page !== undefined) write(page, await client.reportPage(fitId, signal));
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
