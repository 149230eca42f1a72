import type { FitStatus, FitView } from '@bespoke/workflow-schema';
import { EXIT_CODES } from '../exit-codes';
import { openGateway, type GatewayOptions } from '../gateway';
import { describeFit } from '../progress';

/** `bespoke executor list`: one line for each fit, newest first. */
export async function list(
  options: GatewayOptions & { status?: FitStatus; json?: boolean },
): Promise<number> {
  const client = openGateway(options);
  let count = 0;
  for await (const fit of client.listFits(options.status === undefined ? {} : { status: options.status })) {
    if (count === 0 && !options.json) process.stdout.write(`${HEADING}\n`);
    count += 1;
    process.stdout.write(`${options.json ? JSON.stringify(fit) : line(fit)}\n`);
  }
  if (count === 0 && !options.json)
    process.stderr.write(
      options.status === undefined ? 'there are no fits yet\n' : `no fit is ${options.status}\n`,
    );
  return EXIT_CODES.success.code;
}

// Lines go out as pages come in, so the columns are as wide as they are, whatever is in them.
const ID_WIDTH = 21;
const STATUS_WIDTH = 9;
const MOLECULE_WIDTH = 28;

const HEADING = columns('ID', 'STATUS', 'MOLECULE', 'HOW IT GETS ON');

function line(fit: FitView): string {
  return columns(fit.id, fit.status, fit.name || fit.smiles, describeFit(fit));
}

function columns(id: string, status: string, molecule: string, progress: string): string {
  const shown = molecule.length > MOLECULE_WIDTH ? `${molecule.slice(0, MOLECULE_WIDTH - 1)}…` : molecule;
  return [id.padEnd(ID_WIDTH), status.padEnd(STATUS_WIDTH), shown.padEnd(MOLECULE_WIDTH), progress].join(
    '  ',
  );
}
