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

describe('engines ls', () => {
  it('lists every engine, also beside one that is there and does not run', async () => {
    const python = path.join(directory, 'python');
    writeFileSync(python, '#!/bin/sh\nexit 1\n');
    chmodSync(python, 0o755);
    vi.stubEnv('PYSCF_PYTHON', python);
    let text = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((written) => {
      text += String(written);
      return true;
    });
    expect(await listEngines({})).toBe(0);
    expect(text.trim().split('\n')).toHaveLength(ENGINE_PROGRAMS.length);
    expect(text).toMatch(`pyscf     does not run      ${python} has no pyscf`);
    text = '';
    await listEngines({ json: true });
    expect(JSON.parse(text)).toContainEqual(
      expect.objectContaining({ name: 'pyscf', version: null, fault: `${python} has no pyscf` }),
    );
  });
});
