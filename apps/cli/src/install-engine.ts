import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '@bespoke/child-process';
import { engineEnvironment } from '@bespoke/qc-engines';
import { CliError } from './cli-error';
import type { EngineProgram } from './engine-programs';

/**
 * Installs a program; what it runs reports on standard error. What is there already is left alone: packages where the
 * program is found, an environment if the very requirements stand in it. An installation that was interrupted is started
 * anew.
 * @throws CliError
 */
export async function installEngine({ name, variable, install }: EngineProgram): Promise<void> {
  for (const step of install) {
    switch (step.by) {
      case 'apt':
        if (findProgram(name, variable) === null) await installPackages(name, step.packages, step.elsewhere);
        break;
      case 'pip':
        await installEnvironment(name, step.requirements);
    }
  }
}

async function installPackages(name: string, packages: readonly string[], elsewhere: string): Promise<void> {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (findProgram('apt-get') === null) {
    throw new CliError('usage', `${name} is installed by apt-get, which is not here: ${elsewhere}`);
  }
  const aptGet = (...args: string[]) =>
    runs([...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]);
  const install = () => aptGet('install', '--yes', '--no-install-recommends', ...packages);
  // A machine made from an image often has no package lists yet, or old ones.
  if ((await install()) || ((await aptGet('update')) && (await install()))) return;
  throw new CliError(
    'usage',
    `apt-get could not install ${packages.join(' ')}; it takes root, or sudo without a password. Else: ${elsewhere}`,
  );
}

async function installEnvironment(name: string, requirements: readonly string[]): Promise<void> {
  const { directory, python, complete } = engineEnvironment(name);
  const wanted = `${requirements.join('\n')}\n`;
  if (existsSync(complete) && readFileSync(complete, 'utf8') === wanted) return;
  const python3 = findProgram('python3');
  if (python3 === null) throw new CliError('usage', `${name} needs Python 3.9 or later: install python3`);
  mkdirSync(directory, { recursive: true });
  // It is emptied: BESPOKE_ENGINES may name a folder that has other things of this name in it.
  if (readdirSync(directory).length > 0 && !existsSync(join(directory, 'pyvenv.cfg')))
    throw new CliError(
      'usage',
      `${directory} is no Python environment, and would be emptied: move it, or set BESPOKE_ENGINES to another folder`,
    );
  rmSync(complete, { force: true });
  if (!(await runs([python3, '-m', 'venv', '--clear', directory])))
    throw new CliError(
      'usage',
      `${python3} makes no virtual environment: apt install python3-venv, then again`,
    );
  const pip = [python, '-m', 'pip', '--disable-pip-version-check'];
  if (!(await runs([...pip, 'install', ...requirements])))
    throw new CliError('usage', `pip could not install ${requirements.join(' ')}; is there a network?`);
  writeFileSync(complete, wanted);
}

/** Whether a command ends well; what it writes goes to standard error. */
async function runs([command, ...args]: string[]): Promise<boolean> {
  const child = spawn(command!, args, { stdio: ['ignore', 2, 2] });
  const [code] = (await once(child, 'close').catch(() => [null])) as [number | null];
  return code === 0;
}
