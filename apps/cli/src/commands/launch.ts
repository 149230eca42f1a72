import { once } from 'node:events';
import { CliError } from '../cli-error';
import { EXIT_CODES } from '../exit-codes';
import { withExecutor, type LaunchOptions } from '../local-executor';

/** `bespoke executor launch`: an executor that serves until it is stopped. */
export async function launch(options: LaunchOptions & { json?: boolean }): Promise<number> {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  return withExecutor(
    options,
    say,
    () => 'stopped',
    async ({ directory, gatewayUrl, natsUrl }, signal) => {
      if (options.json)
        process.stdout.write(`${JSON.stringify({ directory, gatewayUrl, natsUrl, pid: process.pid })}\n`);
      else process.stdout.write(`the gateway serves at ${gatewayUrl}; Ctrl-C stops the executor\n`);
      if (!signal.aborted) await once(signal, 'abort');
      // Being stopped is how it ends well; anything else is why it could not go on.
      if (signal.reason instanceof CliError) return EXIT_CODES.success.code;
      throw signal.reason;
    },
  );
}
