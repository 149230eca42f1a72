import { EXIT_CODES } from '../exit-codes';
import { openGateway, type GatewayOptions } from '../gateway';

/** `bespoke executor cancel`: ends fits; drives that nobody else wants are given up. */
export async function cancel(options: GatewayOptions & { id: string[]; json?: boolean }): Promise<number> {
  const client = openGateway(options);
  for (const id of options.id) {
    await client.cancelFit(id);
    if (options.json) process.stdout.write(`${JSON.stringify(await client.getFit(id))}\n`);
  }
  return EXIT_CODES.success.code;
}
