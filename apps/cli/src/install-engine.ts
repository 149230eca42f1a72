import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, runProgram, spawnBound } from '@bespoke/child-process';
import { engineEnvironment } from '@bespoke/qc-engines';
import { CliError } from './cli-error';
import type { EngineProgram } from './engine-programs';
import { withInstallationLock } from './installation-lock';

/**
 * Installs a program; what it runs reports on standard error. What is there already is left alone: a program or a library
 * that is found, an environment if the very requirements stand in it. An installation that was interrupted is started anew.
 * @throws CliError
 */
export async function installEngine({ name, variable, install }: EngineProgram): Promise<void> {
  for (const step of install) {
    switch (step.by) {
      case 'apt':
        if (!(await (step.isThere?.() ?? findProgram(name, variable) !== null)))
          await installPackage(step.package, step.elsewhere);
        break;
      case 'pip':
        await installEnvironment(name, step.requirements);
    }
  }
}

async function installPackage(name: string, elsewhere: string): Promise<void> {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (findProgram('apt-get') === null) {
    throw new CliError('usage', `${name} is installed by apt-get, which is not here: ${elsewhere}`);
  }
  const aptGet = (...args: string[]) => {
    const [command, ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    return endOf(spawn(command!, rest, STDIO));
  };
  const install = () => aptGet('install', '--yes', '--no-install-recommends', name);
  // A machine made from an image often has no package lists yet, or old ones.
  if ((await install()).well || ((await aptGet('update')).well && (await install()).well)) return;
  throw new CliError(
    'usage',
    `apt-get could not install ${name}; it takes root, or sudo without a password. Else: ${elsewhere}`,
  );
}

async function installEnvironment(name: string, requirements: readonly string[]): Promise<void> {
  const { directory, python, complete } = engineEnvironment(name);
  const wanted = `${requirements.join('\n')}\n`;
  const isComplete = () => existsSync(complete) && readFileSync(complete, 'utf8') === wanted;
  if (isComplete()) return;
  const python3 = await findPython(name);
  await withInstallationLock(directory, async () => {
    // By whoever held the lock.
    if (isComplete()) return;
    mkdirSync(directory, { recursive: true });
    // It is emptied: BESPOKE_ENGINES may name a folder that has other things of this name in it.
    if (readdirSync(directory).length > 0 && !existsSync(join(directory, 'pyvenv.cfg')))
      throw new CliError(
        'usage',
        `${directory} is no Python environment, and would be emptied: move it, or set BESPOKE_ENGINES to another folder`,
      );
    rmSync(complete, { force: true });
    const made = await runs([python3, '-m', 'venv', '--clear', directory]);
    if (!made.well)
      throw new CliError(
        'usage',
        `${python3} makes no virtual environment: apt install python3-venv, then again`,
      );
    const pip = [python, '-m', 'pip', '--disable-pip-version-check'];
    const installed = await runs([...pip, 'install', ...requirements]);
    if (!installed.well)
      throw new CliError(
        'usage',
        `pip could not install ${requirements.join(' ')}: ${installed.lastLine || 'it does not say why'}; ` +
          `with a network there, run it again: bespoke engines install ${name}`,
      );
    writeFileSync(complete, wanted);
  });
}

/** @throws CliError where python3 is none that the requirements can be installed with */
async function findPython(name: string): Promise<string> {
  const python3 = findProgram('python3');
  if (python3 === null) throw new CliError('usage', `${name} needs Python 3.9 or later: install python3`);
  const { exitCode, stdout } = await runProgram({
    command: python3,
    args: ['-c', 'import sys; print(sys.version.split()[0]); sys.exit(sys.version_info < (3, 9))'],
    cwd: '/',
  });
  if (exitCode === 0) return python3;
  throw new CliError(
    'usage',
    `${name} needs Python 3.9 or later, but ${python3} ${stdout === '' ? 'does not run' : `is ${stdout.trim()}`}: ` +
      'put a later python3 first on the PATH',
  );
}

/** All that a command writes goes to standard error. */
const STDIO = { stdio: ['ignore', 2, 'pipe'] } satisfies SpawnOptions;

/** Runs a command that does not outlive this process: the next installation could be under way in the same folder. */
function runs([command, ...args]: string[]): Promise<Ended> {
  return endOf(spawnBound(command!, args, STDIO));
}

/** How a command ended, with the last line of its standard error. */
interface Ended {
  well: boolean;
  lastLine: string;
}

async function endOf(child: ChildProcess): Promise<Ended> {
  let tail = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text);
    tail = (tail + text).slice(-TAIL_CHARACTERS);
  });
  const [code] = (await once(child, 'close').catch(() => [null])) as [number | null];
  return { well: code === 0, lastLine: tail.trim().split('\n').at(-1)!.trim() };
}

const TAIL_CHARACTERS = 2000;
