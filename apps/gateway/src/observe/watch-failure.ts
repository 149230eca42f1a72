import type { PinoLogger } from 'nestjs-pino';

/**
 * A watch that ends for another reason than a lost connection leaves this process blind: it shuts down in order,
 * and whoever runs it starts another.
 */
export function shutDownBlind(logger: PinoLogger, what: string): (error: unknown) => void {
  return (error) => {
    logger.fatal({ err: error }, `the watch of the ${what} ended; the gateway shuts down`);
    process.kill(process.pid, 'SIGTERM');
  };
}
