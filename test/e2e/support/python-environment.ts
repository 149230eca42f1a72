import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const STATE = path.resolve(__dirname, '../../../.bespoke');

/**
 * The Python of a virtual environment of the tests' own, made with some packages when it is first wanted; null where
 * there is no Python 3 to make it with whose minor version is from the first to the last.
 */
export function pythonWith(
  environment: string,
  packages: readonly string[],
  minorVersions: readonly [first: number, last: number],
): string | null {
  const directory = path.join(STATE, environment);
  const python = path.join(directory, 'bin', 'python');
  const complete = path.join(directory, 'complete');
  if (existsSync(complete)) return python;
  const base = pythonOf(minorVersions);
  if (base === null) return null;
  rmSync(directory, { recursive: true, force: true });
  execFileSync(base, ['-m', 'venv', directory]);
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  execFileSync('touch', [complete]);
  return python;
}

function pythonOf([first, last]: readonly [number, number]): string | null {
  const pyenv = path.join(process.env.PYENV_ROOT ?? path.join(homedir(), '.pyenv'), 'versions');
  const candidates = [
    'python3.12',
    'python3.13',
    'python3',
    ...(existsSync(pyenv)
      ? readdirSync(pyenv).map((version) => path.join(pyenv, version, 'bin', 'python3'))
      : []),
  ];
  const fits = `import sys, venv, ensurepip; sys.exit(not (3, ${first}) <= sys.version_info < (3, ${last + 1}))`;
  for (const candidate of candidates) {
    try {
      execFileSync(candidate, ['-c', fits], { stdio: 'ignore' });
      return candidate;
    } catch {
      // absent, or another version
    }
  }
  return null;
}
