import type { FitStatus, FitView } from '@bespoke/workflow-schema';
import { EXIT_CODES } from '../exit-codes';
import { openGateway, type GatewayOptions } from '../gateway';
import { describeFit } from '../progress';

/** `bespoke executor list`: one line for each fit. */
export async function list(
  options: GatewayOptions & { status?: FitStatus; json?: boolean },
): Promise<number> {
  const client = openGateway(options);
  for await (const fit of client.listFits(options.status === undefined ? {} : { status: options.status }))
    process.stdout.write(`${options.json ? JSON.stringify(fit) : line(fit)}\n`);
  return EXIT_CODES.success.code;
}

function line(fit: FitView): string {
  return [fit.id, fit.status.padEnd(9), fit.name || fit.smiles, describeFit(fit)].join('  ');
}
