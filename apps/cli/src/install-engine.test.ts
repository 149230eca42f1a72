import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ENGINE_PROGRAMS, type EngineProgram } from './engine-programs';
import { installEngine } from './install-engine';

const program: EngineProgram = {
  name: 'some',
  purpose: '',
  variable: 'SOME_BIN',
  needed: false,
  install: [{ by: 'pip', requirements: ['some==1.0'] }],
};
const newer: EngineProgram = { ...program, install: [{ by: 'pip', requirements: ['some==1.1'] }] };

let directory: string;
const environment = { ...process.env };
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'engines-'));
  process.env['BESPOKE_ENGINES'] = join(directory, 'engines');
  process.env['PATH'] = `${directory}:${environment['PATH']}`;
});
afterEach(() => {
  process.env = { ...environment };
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

function writeProgram(name: string, script: string): void {
  const file = join(directory, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** A python3 that notes what it is asked for, but its version; its environments have a Python that ends with this code. */
function usePython(pipExitCode: number): void {
  writeProgram(
    'python3',
    `[ "$1" = -c ] && exit 0
echo "$@" >> ${directory}/calls
[ "$2" = venv ] || { [ ${pipExitCode} = 0 ] || echo "ERROR: no such host" >&2; exit ${pipExitCode}; }
mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && touch "$4/pyvenv.cfg"`,
  );
}

/** An apt-get that notes what it is asked for, for root and for others. */
function useApt(): void {
  writeProgram('apt-get', `echo "$@" >> ${directory}/calls`);
  writeProgram('sudo', 'shift; exec "$@"');
}

const calls = (): string[] =>
  readFileSync(join(directory, 'calls'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ').find((word) => ['venv', 'install'].includes(word))!);

describe('installing an engine with pip', () => {
  it('is done once, and anew for other requirements', async () => {
    usePython(0);
    await installEngine(program);
    await installEngine(program);
    expect(calls()).toEqual(['venv', 'install']);
    await installEngine(newer);
    expect(calls()).toEqual(['venv', 'install', 'venv', 'install']);
    expect(readFileSync(join(directory, 'calls'), 'utf8')).toContain(
      'pip --disable-pip-version-check install some==1.1',
    );
  });

  it('is started anew where it was interrupted, also in place of one that was whole', async () => {
    usePython(0);
    await installEngine(program);
    usePython(1);
    await expect(installEngine(newer)).rejects.toMatchObject({
      name: 'CliError',
      message:
        'pip could not install some==1.1: ERROR: no such host; ' +
        'with a network there, run it again: bespoke engines install some',
    });
    expect(existsSync(join(directory, 'engines', 'some', 'complete'))).toBe(false);
    usePython(0);
    await installEngine(program);
    expect(calls()).toHaveLength(6);
  });

  it('empties no folder that is no environment', async () => {
    usePython(0);
    const folder = join(directory, 'engines', 'some');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'mine.txt'), '');
    await expect(installEngine(program)).rejects.toThrow(`${folder} is no Python environment`);
    expect(existsSync(join(directory, 'calls'))).toBe(false);
  });

  it('says what to do where Python makes no environments', async () => {
    usePython(0);
    appendFileSync(join(directory, 'python3'), 'exit 1\n');
    await expect(installEngine(program)).rejects.toThrow('apt install python3-venv');
  });

  it('says which Python it needs where there is an older one', async () => {
    writeProgram('python3', 'echo 3.8.10; exit 1');
    await expect(installEngine(program)).rejects.toThrow(
      `some needs Python 3.9 or later, but ${join(directory, 'python3')} is 3.8.10`,
    );
  });

  it('waits for another one in the same folder, saying so, but not for a dead one', async () => {
    usePython(0);
    const other = spawn('sleep', ['60']);
    const lock = join(directory, 'engines', 'some.lock');
    mkdirSync(join(directory, 'engines'));
    symlinkSync(String(other.pid), lock);
    const told = new Promise<string>((resolve) =>
      vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
        if (String(text).startsWith('waiting')) resolve(String(text));
        return true;
      }),
    );
    const installed = installEngine(program);
    expect(await told).toContain(`waiting for process ${other.pid}, which installs into`);
    expect(existsSync(join(directory, 'calls'))).toBe(false);
    const died = once(other, 'exit');
    other.kill('SIGKILL');
    await died;
    await installed;
    expect(calls()).toEqual(['venv', 'install']);
    expect(lstatSync(lock, { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe('installing an engine with apt', () => {
  it('installs the library alone where the program is there', async () => {
    useApt();
    writeProgram('some', '');
    const apt = { by: 'apt', elsewhere: '' } as const;
    const isThere = () => Promise.resolve(false);
    const install = [
      { ...apt, package: 'some' },
      { ...apt, package: 'libsome', isThere },
    ];
    await installEngine({ ...program, install });
    expect(readFileSync(join(directory, 'calls'), 'utf8')).toBe(
      'install --yes --no-install-recommends libsome\n',
    );
  });

  it('installs no library beside a program that XTB_BIN names', async () => {
    useApt();
    writeProgram('xtb', '');
    process.env['XTB_BIN'] = join(directory, 'xtb');
    await installEngine(ENGINE_PROGRAMS.find(({ name }) => name === 'xtb')!);
    expect(existsSync(join(directory, 'calls'))).toBe(false);
  });
});
