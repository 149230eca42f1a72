import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ENGINE_PROGRAMS } from '../engine-programs';
import { listEngines } from './engines';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'engines-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

/** Makes a shell script of these words, and gives back its path. */
function program(name: string, script: string): string {
  const file = path.join(directory, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** What `engines ls` prints. */
async function listed(options: { json?: boolean }): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  expect(await listEngines(options)).toBe(0);
  const text = write.mock.calls.map(([written]) => String(written)).join('');
  write.mockRestore();
  return text;
}

describe('engines ls', () => {
  it('says what is missing of one that is there in part, and how to get it', async () => {
    vi.stubEnv('PSI4_BIN', program('psi4', 'echo 1.3.2'));
    vi.stubEnv('BESPOKE_ENGINES', directory);
    vi.stubEnv('DFTD3_PYTHON', '');
    expect(await listed({})).toMatch(/^psi4 .* psi4 1\.3\.2, dftd3 missing: bespoke engines install psi4$/m);
  });

  it('lists every engine, also beside one that is there and does not run', async () => {
    const python = program('python', 'exit 1');
    vi.stubEnv('PYSCF_PYTHON', python);
    const text = await listed({});
    expect(text.trim().split('\n')).toHaveLength(ENGINE_PROGRAMS.length);
    expect(text).toMatch(`pyscf     does not run      ${python} has no pyscf`);
    expect(JSON.parse(await listed({ json: true }))).toContainEqual(
      expect.objectContaining({ name: 'pyscf', version: null, fault: `${python} has no pyscf` }),
    );
  });
});
