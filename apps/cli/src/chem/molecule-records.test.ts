import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMoleculeFiles, type FileLine } from './molecule-records';

let directory: string;
beforeAll(() => (directory = mkdtempSync(path.join(tmpdir(), 'molecule-records-'))));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const at = path.join(directory, name);
  writeFileSync(at, text);
  return at;
}

async function recordsOf(...files: string[]): Promise<FileLine[]> {
  const found: FileLine[] = [];
  for await (const record of openMoleculeFiles(files).records) found.push(record);
  return found;
}

describe('openMoleculeFiles', () => {
  it('cuts SD, MOL2 and SMILES files into molecules, numbered over all files', async () => {
    const sdf = file('a.sdf', 'one\n\n\nM  END\n$$$$\ntwo\n\n\nM  END\n> <x>\n1\n\n$$$$\n\n');
    const mol2 = file(
      'b.mol2',
      '# by hand\n@<TRIPOS>MOLECULE\nthree\n@<TRIPOS>ATOM\n@<TRIPOS>MOLECULE\nfour\n',
    );
    const smi = file('c.smi', 'C five\n\nCC six');
    const records = await recordsOf(sdf, mol2, smi);
    expect(records.map(({ source }) => path.basename(source))).toEqual([
      ...['a.sdf, record 1', 'a.sdf, record 2'],
      ...['b.mol2, record 1', 'b.mol2, record 2'],
      ...['c.smi, line 1', 'c.smi, line 3'],
    ]);
    expect(records.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(records[1]).toMatchObject({ format: 'sdf', text: 'two\n\n\nM  END\n> <x>\n1\n\n$$$$\n' });
    expect(records[3]).toMatchObject({ format: 'mol2', text: '@<TRIPOS>MOLECULE\nfour\n' });
  });

  it('says at once, before anything is read, which file is missing or of no known kind', () => {
    const good = file('good.smi', 'C');
    expect(() => openMoleculeFiles([good, path.join(directory, 'none.sdf')])).toThrow(/none\.sdf/);
    expect(() => openMoleculeFiles([good, file('x.pdb', '')])).toThrow(/x\.pdb is of no known kind/);
  });
});
