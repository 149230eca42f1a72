import { once } from 'node:events';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { killGroup, spawnBound, type AppMessage } from '@bespoke/child-process';
import { ExecutorError } from './executor-error';
import type { ProcessLife } from './supervised-process';

/** One of our apps as a process of its own. */
export interface AppProcess {
  name: string;
  /** Its main module. */
  file: string;
  args: readonly string[];
  environment: Record<string, string>;
  workingDirectory: string;
  /** Takes what it writes, JSON line by line. */
  logFile: string;
}

const READY_WITHIN_MS = 120_000;

/**
 * Starts an app and waits until it serves.
 * @throws ExecutorError `process-failed` with the app's own reason
 */
export async function startApp(app: AppProcess, port: number): Promise<ProcessLife> {
  const log = openSync(app.logFile, 'a', 0o600);
  const child = spawnBound(process.execPath, ['--enable-source-maps', app.file, ...app.args], {
    cwd: app.workingDirectory,
    env: { ...process.env, ...app.environment, BESPOKE_PORT: String(port) },
    stdio: ['ignore', log, log, 'ipc'],
    parentDeathSignal: 'SIGTERM',
  });
  closeSync(log);
  const ended = once(child, 'exit').then(([exitCode, signal]) => ({
    exitCode: exitCode as number | null,
    signal: signal as NodeJS.Signals | null,
  }));

  const failed = (reason: string) =>
    new ExecutorError('process-failed', `${app.name} did not start: ${reason}; see ${app.logFile}`);
  let overdue: NodeJS.Timeout | undefined;
  try {
    const served = await new Promise<number>((resolve, reject) => {
      overdue = setTimeout(
        () => reject(failed(`it was not ready after ${READY_WITHIN_MS / 1000} s`)),
        READY_WITHIN_MS,
      );
      child.on('message', (message: AppMessage) => {
        if (message.type === 'ready') resolve(message.port);
        if (message.type === 'failed') reject(failed(message.message));
      });
      ended.then(
        ({ exitCode, signal }) => reject(failed(`it ended (${signal ?? `exit code ${exitCode}`})`)),
        reject,
      );
    });
    return {
      pid: child.pid!,
      port: served,
      ended,
      terminate: () => child.kill('SIGTERM'),
      kill: () => killGroup(child, 'SIGKILL'),
    };
  } catch (error) {
    killGroup(child, 'SIGKILL');
    throw error;
  } finally {
    clearTimeout(overdue);
  }
}

const LOG_KEPT_BELOW_BYTES = 20e6;

/** Puts a log that has grown large aside, in place of the one put aside before. */
export function rotateLog(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_KEPT_BELOW_BYTES) renameSync(logFile, `${logFile}.1`);
}
