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

  it('are all refused at once, each with its place', async () => {
    const smi = file('two-bad.smi', 'C1CC broken\nCC\n[Na+].[Cl-]\n');
    const sdf = file('one-bad.sdf', `${WATER}$$$$\nnonsense\n$$$$\n`);
    await expect(readMolecules(['C(', 'C'], [smi, sdf])).rejects.toThrow(
      /--smiles "C\(": .*two-bad\.smi, line 1: .*two-bad\.smi, line 3: .*mixture.*one-bad\.sdf, record 2: /,
    );
  });

  it('may be of MOL2, and are then sent as a molfile', async () => {
    const mol2 = file(
      'a.mol2',
      '@<TRIPOS>MOLECULE\nammonium\n1 0\nSMALL\nNO_CHARGES\n@<TRIPOS>ATOM\n1 N 0 0 0.5 N.4\n',
    );
    const [molecule] = await readMolecules([], [mol2]);
    expect(molecule).toMatchObject({ name: 'ammonium', source: `${mol2}, record 1` });
    expect(molecule!.structure).toMatchObject({
      molfile: expect.stringMatching(/M {2}CHG {2}1 {3}1 {3}1/) as string,
    });
  });

  it('are refused when there are none, and when the file is not there', async () => {
    await expect(readMolecules([], [])).rejects.toMatchObject({ reason: 'usage' });
    await expect(readMolecules([], ['nowhere.sdf'])).rejects.toThrow('nowhere.sdf: there is no such file');
  });
});
