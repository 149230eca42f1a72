import { beforeAll, describe, expect, it } from 'vitest';
import {
  heavySmiles,
  loadRDKit,
  moleculeFromSmiles,
  readMoleculeFile,
  sdfRecord,
  type MoleculeError,
} from './index';

beforeAll(loadRDKit);

const refusal = (code: string): MoleculeError => expect.objectContaining({ code }) as MoleculeError;

describe('an SD file', () => {
  it('is read in linear time, whatever stands in the heading of a data item', () => {
    const [record] = readMoleculeFile(`M  END\n>${'<'.repeat(400_000)}\n`, 'sdf');
    expect(record?.properties).toEqual({});
  });

  const record = (smiles: string, name: string, items: Record<string, string> = {}): string =>
    sdfRecord(moleculeFromSmiles(smiles, name), items);

  it('has many records, each with its title and data items', () => {
    const file =
      record('CCO', 'one', { weight: '46', note: 'two\nlines' }) + record('CC', '') + record('C', 'last');
    const records = readMoleculeFile(file, 'sdf');
    expect(records.map(({ name, source, properties }) => ({ name, source, properties }))).toEqual([
      { name: 'one', source: 'record 1', properties: { weight: '46', note: 'two\nlines' } },
      { name: '', source: 'record 2', properties: {} },
      { name: 'last', source: 'record 3', properties: {} },
    ]);
    expect(records.map((each) => heavySmiles(each.read()))).toEqual(['CCO', 'CC', 'C']);
    expect(records[0]!.read().name).toBe('one');
    expect(records[0]!.text).toMatch(/M {2}END\n$/);
  });

  it('may come from Windows, lack its last line and end in blank lines', () => {
    const file = `\uFEFF${record('CC', 'one').replace('$$$$\n', '')}\n\n`.replaceAll('\n', '\r\n');
    expect(readMoleculeFile(file, 'sdf').map(({ name }) => name)).toEqual(['one']);
    expect(readMoleculeFile('', 'sdf')).toEqual([]);
  });

  it('has good records beside a bad one', () => {
    const [bad, good] = readMoleculeFile(`nonsense\n$$$$\n${record('CC', 'good')}`, 'sdf');
    expect(() => bad!.read()).toThrow(refusal('unreadable'));
    expect(heavySmiles(good!.read())).toBe('CC');
  });

  it('has data items of any name', () => {
    const items = { __proto__: 'x', 'a b': '> 3', constructor: '$$$$' };
    const [read] = readMoleculeFile(record('C', '', Object.fromEntries(Object.entries(items))), 'sdf');
    expect(read!.properties).toEqual({ 'a b': ' > 3', constructor: ' $$$$' });
    const odd = `${record('C', '').replace('$$$$\n', '')}>  25  <__proto__> (1)\nvalue\n\n$$$$\n`;
    expect(Object.entries(readMoleculeFile(odd, 'sdf')[0]!.properties)).toEqual([['__proto__', 'value']]);
  });
});

describe('a SMILES file', () => {
  it('has a SMILES and perhaps a name on each line', () => {
    const records = readMoleculeFile('CCO ethanol\n\n# comment\r\nC\n  CC\tthe ethane  \n', 'smi');
    expect(records.map(({ text, name, source }) => [text, name, source])).toEqual([
      ['CCO', 'ethanol', 'line 1'],
      ['C', '', 'line 4'],
      ['CC', 'the ethane', 'line 5'],
    ]);
    expect(records[2]!.read()).toEqual(moleculeFromSmiles('CC', 'the ethane'));
  });

  it('may have a heading', () => {
    const records = readMoleculeFile('\uFEFFSMILES name\nC methane\n', 'smi');
    expect(records.map(({ text, source }) => [text, source])).toEqual([['C', 'line 2']]);
  });
});

describe('a MOL2 file', () => {
  const methanol = (name: string): string => `# made by hand
@<TRIPOS>MOLECULE
${name}
 2 1
SMALL
NO_CHARGES

@<TRIPOS>ATOM
 1 C 0 0 0 C.3 1 MOL 0.0
 2 O 1.4 0.1 0.2 O.3 1 MOL 0.0
@<TRIPOS>BOND
 1 1 2 1
`;

  it('has many records with their names', () => {
    const records = readMoleculeFile(methanol('a') + methanol('*****') + methanol('c d'), 'mol2');
    expect(records.map(({ name, source }) => [name, source])).toEqual([
      ['a', 'record 1'],
      ['', 'record 2'],
      ['c d', 'record 3'],
    ]);
    expect(records.map((record) => record.read().name)).toEqual(['a', '', 'c d']);
  });

  it('may be empty', () => {
    expect(readMoleculeFile('# nothing\n', 'mol2')).toEqual([]);
  });
});
