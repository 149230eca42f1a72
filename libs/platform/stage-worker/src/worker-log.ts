import { pino, stdTimeFunctions, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { currentTask } from './task-context';

/**
 * JSON lines on standard output, readable ones on a terminal (BESPOKE_LOG_PRETTY=1 or 0 decides otherwise).
 * What is written on behalf of a task says which, for which fit, and in which attempt.
 */
export function workerLog(worker: string, environment: NodeJS.ProcessEnv): Logger {
  const wantsPretty = environment['BESPOKE_LOG_PRETTY'] ?? (process.stdout.isTTY ? '1' : '0');
  return pino(
    {
      level: environment['LOG_LEVEL'] ?? 'info',
      base: { worker },
      timestamp: stdTimeFunctions.isoTime,
      redact: ['token', '*.token', 'headers.authorization', '*.headers.authorization'],
      mixin: () => {
        const task = currentTask();
        if (task === undefined) return {};
        const { fitId, taskId, kind, attempt } = task;
        return { fitId, taskId, kind, attempt };
      },
    },
    wantsPretty === '1' ? pretty({ sync: true }) : pino.destination({ sync: true }),
  );
}
