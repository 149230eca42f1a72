import { EXIT_CODES } from '../exit-codes';
import { followFits } from '../follow';
import { openGateway, type GatewayOptions } from '../gateway';
import { progressDisplay } from '../progress-display';
import { onInterrupt } from '../signals';

/** `bespoke executor watch`: shows how fits get on until they have ended. */
export async function watch(options: GatewayOptions & { id: string[]; json?: boolean }): Promise<number> {
  const client = openGateway(options);
  const signal = onInterrupt('no longer watching; the fit goes on', () => undefined);
  const fits = await Promise.all(options.id.map((id) => client.getFit(id, signal)));
  const display = progressDisplay(
    process.stderr,
    fits.map(({ name, smiles }) => name || smiles),
  );
  try {
    const ended = await followFits(client, fits, display, signal);
    if (options.json) for (const fit of ended) process.stdout.write(`${JSON.stringify(fit)}\n`);
    return ended.every(({ status }) => status === 'succeeded')
      ? EXIT_CODES.success.code
      : EXIT_CODES.fitFailed.code;
  } finally {
    display.end();
  }
}
