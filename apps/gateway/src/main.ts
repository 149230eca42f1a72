import { tellParent } from '@bespoke/child-process';
import { readConfiguration } from './configuration';
import { startGateway } from './gateway';

const CLOSE_WITHIN_MS = 10_000;

async function main(): Promise<void> {
  const gateway = await startGateway(readConfiguration(process.env));
  let closing = false;
  const stop = (): void => {
    // The second time someone is in a hurry.
    if (closing) process.exit(1);
    closing = true;
    setTimeout(() => process.exit(1), CLOSE_WITHIN_MS).unref();
    gateway.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`the gateway did not close: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  await tellParent({ type: 'ready', port: gateway.port });
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`the gateway cannot start: ${message}\n`);
  void tellParent({ type: 'failed', message }).then(() => process.exit(1));
});
