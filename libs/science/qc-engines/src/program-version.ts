import { runProgram } from '@bespoke/child-process';
import { EngineError } from './engine';

/**
 * What a program answers to `--version`.
 * @param pattern finds the version in the answer, as its first group
 * @throws EngineError when the program does not say it
 */
export async function programVersion(command: string, name: string, pattern: RegExp): Promise<string> {
  const { stdout, stderr } = await runProgram({
    command,
    args: ['--version'],
    cwd: '/',
    timeoutMs: 30_000,
  });
  const version = pattern.exec(stdout)?.[1];
  if (version !== undefined) return version;
  throw new EngineError('engine-failed', `${command} does not say which ${name} it is`, stdout + stderr);
}
