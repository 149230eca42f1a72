import { describe, expect, it } from 'vitest';
import { parseSmilesFile, splitSdf } from './index';

describe('an SD file', () => {
  const record = (title: string): string => `${title}\n\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n`;

  it('is split into its molfiles with their titles, without the data items', () => {
    const file = `${record('one')}> <weight>\n18\n\n$$$$\n${record('')}$$$$\n${record('last')}`;
    expect(splitSdf(file)).toEqual([
      { name: 'one', molfile: record('one') },
      { name: '', molfile: record('') },
      { name: 'last', molfile: record('last') },
    ]);
  });

  it('may come from Windows and end in blank lines', () => {
    const file = `${record('one')}$$$$\n\n\n`.replaceAll('\n', '\r\n');
    expect(splitSdf(file)).toEqual([{ name: 'one', molfile: record('one') }]);
  });

  it('may be empty', () => {
    expect(splitSdf('')).toEqual([]);
  });
});

describe('a SMILES file', () => {
  it('has a SMILES and perhaps a name on each line', () => {
    expect(parseSmilesFile('CCO ethanol\n\n# comment\r\nC\n  CC\tthe ethane  \n')).toEqual([
      { smiles: 'CCO', name: 'ethanol', line: 1 },
      { smiles: 'C', name: '', line: 4 },
      { smiles: 'CC', name: 'the ethane', line: 5 },
    ]);
  });

  it('may have a heading', () => {
    expect(parseSmilesFile('\uFEFFSMILES name\nC methane\n')).toEqual([
      { smiles: 'C', name: 'methane', line: 2 },
    ]);
  });
});
