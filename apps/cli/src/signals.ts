import { CliError } from './cli-error';
import { EXIT_CODES, type ExitReason } from './exit-codes';

const REASONS: Partial<Record<NodeJS.Signals, ExitReason>> = {
  SIGINT: 'interrupted',
  SIGTERM: 'terminated',
  SIGHUP: 'hungUp',
};

/**
 * Aborts at the first Ctrl-C (SIGTERM, closed terminal), so that the command can end in order; the second runs
 * `atOnce` and ends the process.
 */
export function onInterrupt(message: string, atOnce: () => void): AbortSignal {
  const controller = new AbortController();
  for (const [signal, reason] of Object.entries(REASONS)) {
    process.on(signal, () => {
      if (signal === 'SIGHUP' && isHangUpIgnored()) return;
      if (controller.signal.aborted) {
        atOnce();
        process.exit(EXIT_CODES[reason].code);
      }
      controller.abort(new CliError(reason, message));
    });
  }
  return controller.signal;
}

/** As `nohup` wants it; ./bespoke says so. */
export function isHangUpIgnored(): boolean {
  return process.env['BESPOKE_IGNORE_HANGUP'] === '1';
}
