import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMolecules } from './molecule-input';

const WATER = `water
  by hand

  1  0  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 O   0  0
M  END
`;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'bespoke-molecules-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const made = path.join(directory, name);
  writeFileSync(made, text);
  return made;
}

describe('the molecules of a command line', () => {
  it('come from --smiles and from every record of every file, in order', async () => {
    const smi = file('a.smi', 'CCO ethanol\n\nCCC\n');
    const sdf = file('b.sdf', `${WATER}$$$$\n${WATER}$$$$\n`);
    const molecules = await readMolecules(['C'], [smi, sdf]);
    expect(molecules.map(({ name, source }) => [name, source])).toEqual([
      ['', '--smiles "C"'],
      ['ethanol', `${smi}, line 1`],
      ['', `${smi}, line 3`],
      ['water', `${sdf}, record 1`],
      ['water', `${sdf}, record 2`],
    ]);
    expect(molecules[3]!.structure).toMatchObject({ molfile: expect.stringContaining('V2000') as string });
  });

  it.each([
    ['a salt', 'salt.smi', 'CC\nCC(=O)[O-].[Na+]\n', /salt\.smi, line 2: .*mixture/],
    ['a file without a molecule', 'empty.smi', '\n', /empty\.smi has no molecule in it/],
    ['a file of another kind', 'x.pdb', 'ATOM', /x\.pdb is of no known kind/],
    ['a record that is none', 'bad.sdf', 'nonsense\n$$$$\n', /bad\.sdf, record 1: /],
  ])('are refused, with the place: %s', async (_, name, text, message) => {
    const reading = readMolecules([], [file(name, text)]);
    await expect(reading).rejects.toMatchObject({ reason: 'badMolecule' });
    await expect(reading).rejects.toThrow(message);
  });

  it('are refused when there are none, and when the file is not there', async () => {
    await expect(readMolecules([], [])).rejects.toMatchObject({ reason: 'usage' });
    await expect(readMolecules([], ['nowhere.sdf'])).rejects.toThrow('nowhere.sdf: there is no such file');
  });
});
