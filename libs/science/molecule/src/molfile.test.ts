import { beforeAll, describe, expect, it } from 'vitest';
import {
  heavySmiles,
  loadRDKit,
  moleculeFromMolfile,
  moleculeFromSmiles,
  moleculeToMolfile,
  readMoleculeFile,
  sdfRecord,
} from './index';

beforeAll(loadRDKit);

describe('a molfile that is written', () => {
  it.each([
    'C[C@H](F)/C=C/C(O)C=CC',
    'C/C=C\\[C@@H](N)C(=O)[O-]',
    '[13CH3][N+](C)(C)CC[2H]',
    'C[S@](=O)CC',
    'C[C@@]12CCCC[C@@H]1CC[C@H]1[C@H]2CC[C@]2(C)[C@@H](O)CC[C@@H]12',
    'CC=NO',
    'N=C1C=CC(=N)C=C1',
    'C=C1CCCCC1',
    '[H][H]',
    'O=[N+]([O-])c1ccc2[nH]ccc2c1',
  ])('tells the same molecule, drawn in the plane: %s', (smiles) => {
    const molecule = moleculeFromSmiles(smiles, 'a name');
    for (const version of ['V2000', 'V3000'] as const) {
      const read = moleculeFromMolfile(moleculeToMolfile(molecule, { version }));
      expect(read).toEqual(molecule);
    }
  });

  it('keeps map numbers, also those that V2000 has no room for', () => {
    const molecule = moleculeFromSmiles('C[CH2:7][OH:12]');
    expect(moleculeToMolfile(molecule)).toContain('V2000');
    expect(moleculeFromMolfile(moleculeToMolfile(molecule))).toEqual(molecule);
    const large = moleculeFromSmiles('C[CH2:7000]O');
    expect(moleculeToMolfile(large)).toContain('V3000');
    expect(moleculeFromMolfile(moleculeToMolfile(large))).toEqual(large);
    expect(() => moleculeToMolfile(large, { version: 'V2000' })).toThrow(/map numbers above 999/);
  });

  it('has the coordinates that are given, or those that the molecule was read with', () => {
    const molecule = moleculeFromSmiles('[H]O[H]');
    const geometryAngstrom = [0.1, 0.9, 0.25, 0, 0, 0, 0.5, -0.8, -12_345.5];
    const written = moleculeToMolfile(molecule, { geometryAngstrom });
    expect(written).toContain('V3000');
    const read = moleculeFromMolfile(written);
    expect([...read.conformerAngstrom!]).toEqual(geometryAngstrom);
    expect(moleculeToMolfile(read)).toBe(written);
    expect(() => moleculeToMolfile(molecule, { geometryAngstrom: [0, 0, 0] })).toThrow(
      /9 finite coordinates/,
    );
  });

  it('has a title of one line', () => {
    const molecule = moleculeFromSmiles('C', `two\nlines\u2028${'x'.repeat(200)}`);
    const [title, , , counts] = moleculeToMolfile(molecule).split('\n');
    expect([title!.length, title!.slice(0, 12)]).toEqual([80, 'two lines xx']);
    expect(counts).toContain('V2000');
  });
});

describe('a record of an SD file that is written', () => {
  it('gives back its data items, but for blank lines in them', () => {
    const properties = { energy: '-1.5', note: 'a\n\nb', 'odd <name>\n': 'x' };
    const [record, ...others] = readMoleculeFile(sdfRecord(moleculeFromSmiles('CO', 'm'), properties), 'sdf');
    expect(others).toEqual([]);
    expect(record!.properties).toEqual({ energy: '-1.5', note: 'a\nb', 'odd _name__': 'x' });
    expect(heavySmiles(record!.read())).toBe('CO');
  });
});
