import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineProgram } from './engine-programs';
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
  rmSync(directory, { recursive: true });
});

/** A python3 that notes what it is asked for; its environments have a Python that ends with this code. */
function usePython(pipExitCode: number): void {
  const python = join(directory, 'python3');
  writeFileSync(
    python,
    `#!/bin/sh
echo "$@" >> ${directory}/calls
[ "$2" = venv ] || exit ${pipExitCode}
mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && touch "$4/pyvenv.cfg"
`,
  );
  chmodSync(python, 0o755);
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
      message: 'pip could not install some==1.1; is there a network?',
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
});
