import { TaskFailure } from './task-failure';

/**
 * Runs a calculation whose errors of these names mean that the science or the input says no: they end the task
 * as `failed`, all others are crashes. By name, since an error that crossed from a thread has no class.
 * @throws TaskFailure with the error's code, message and, where it has one, output
 */
export async function endingTaskOn<T>(
  errorNames: readonly string[],
  calculation: () => Promise<T>,
): Promise<T> {
  try {
    return await calculation();
  } catch (error) {
    if (!(error instanceof Error) || !errorNames.includes(error.name)) throw error;
    const { code, output } = error as Error & { code?: string; output?: string };
    throw new TaskFailure(code ?? error.name, error.message, {
      cause: error,
      ...(output === undefined ? {} : { log: output }),
    });
  }
}
