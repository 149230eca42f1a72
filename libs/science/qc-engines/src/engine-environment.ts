import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findProgram, runProgram } from '@bespoke/child-process';
import { EngineError } from './engine';

const PROBE_TIMEOUT_MS = 30_000;

/** A virtual environment of Python that `bespoke engines install` makes for one engine. There need not be one. */
export interface EngineEnvironment {
  directory: string;
  python: string;
  /** Holds what was installed, when all of it was. */
  complete: string;
}

/** Below what BESPOKE_ENGINES names, else in the project. */
export function engineEnvironment(name: string): EngineEnvironment {
  const project = join(__dirname, '..', '..', '..', '..');
  // Whole, since programs are run from elsewhere; and never just the name, which would be a folder of where one is.
  const directory = resolve(process.env['BESPOKE_ENGINES'] || join(project, '.bespoke', 'engines'), name);
  return { directory, python: join(directory, 'bin', 'python'), complete: join(directory, 'complete') };
}

/** The Python that the variable names, else that of the engine's environment if it is whole; null when there is none. */
export function enginePython(name: string, variable: string): string | null {
  const { python, complete } = engineEnvironment(name);
  return process.env[variable] || existsSync(complete) ? findProgram(python, variable) : null;
}

/**
 * By what is written beside the package: importing it may take a second.
 * @throws EngineError when this Python has it not
 */
export async function packageVersion(python: string, name: string): Promise<{ version: string }> {
  const { exitCode, stdout, stderr } = await runProgram({
    command: python,
    args: ['-c', `from importlib.metadata import version; print(version("${name}"))`],
    cwd: '/',
    timeoutMs: PROBE_TIMEOUT_MS,
  });
  if (exitCode === 0) return { version: stdout.trim() };
  throw new EngineError('engine-failed', `${python} has no ${name}`, stdout + stderr);
}
