import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/**
 * The absolute path of a program: what the environment variable names, else the first on the PATH; null if
 * there is none. A variable that is set but names no program does not fall through to the PATH.
 */
export function findProgram(
  name: string,
  environmentVariable?: string,
  environment: NodeJS.ProcessEnv = process.env,
): string | null {
  const wanted = (environmentVariable && environment[environmentVariable]) || name;
  if (wanted.includes('/') || isAbsolute(wanted)) {
    const path = resolve(wanted);
    return isExecutable(path) ? path : null;
  }
  for (const directory of (environment['PATH'] ?? '').split(delimiter)) {
    const path = resolve(join(directory, wanted));
    if (directory !== '' && isExecutable(path)) return path;
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
