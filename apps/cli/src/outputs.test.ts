import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertWritable, fitOutputs, outputSuffixes } from './outputs';

describe('the outputs of several molecules', () => {
  it('are named after the molecules', () => {
    expect(outputSuffixes(['ejm 31', 'aspirin'])).toEqual(['ejm_31', 'aspirin']);
  });

  it('are numbered where a molecule has no name, a name that another has, or a number for a name', () => {
    expect(outputSuffixes(['', 'a', 'A', '2', 'b', '///'])).toEqual(['1', '2', '3', '4', 'b', '6']);
  });

  it('never leave the directory that was named', () => {
    expect(outputSuffixes(['../../etc/passwd', 'x'])).toEqual(['etc_passwd', 'x']);
  });

  it('carry the suffix before the extension', () => {
    expect(fitOutputs({ output: 'out/fit.json', outputForceField: 'ff' }, ['a', ''])).toEqual([
      { report: 'out/fit-a.json', forceField: 'ff-a', page: 'out/fit-a.html', log: 'out/fit-a.log' },
      { report: 'out/fit-2.json', forceField: 'ff-2', page: 'out/fit-2.html', log: 'out/fit-2.log' },
    ]);
  });
});

describe('the outputs of one molecule', () => {
  it('lie beside the report, with its name, unless they have names of their own', () => {
    expect(fitOutputs({ output: 'out/melatonin.json' }, ['melatonin'])).toEqual([
      {
        report: 'out/melatonin.json',
        forceField: 'out/melatonin.offxml',
        page: 'out/melatonin.html',
        log: 'out/melatonin.log',
      },
    ]);
    expect(
      fitOutputs({ output: 'a.json', outputForceField: 'b.offxml', outputReport: 'c.html' }, ['']),
    ).toEqual([{ report: 'a.json', forceField: 'b.offxml', page: 'c.html', log: 'a.log' }]);
  });
});

describe('seeing that outputs can be written', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'bespoke-outputs-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('takes directories that are to be made, and leaves neither these nor files', () => {
    const [report, page] = ['new/deep/x.json', 'new/x.html'].map((file) => path.join(directory, file));
    assertWritable([{ report: report!, page: page! }]);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('leaves what is there as it is', () => {
    const report = path.join(directory, 'x.json');
    writeFileSync(report, 'earlier');
    assertWritable([{ report }]);
    expect(readFileSync(report, 'utf8')).toBe('earlier');
  });

  it.each([
    ['a directory', () => mkdirSync(path.join(directory, 'x.json')), 'x.json', /can't be written \(EISDIR\)/],
    ['below a file', () => writeFileSync(path.join(directory, 'f'), ''), 'f/x.json', /can't be written \(E/],
  ])('refuses %s', (_, prepare, name, message) => {
    prepare();
    const attempt = () => assertWritable([{ report: path.join(directory, name) }]);
    expect(attempt).toThrow(expect.objectContaining({ reason: 'notWritable' }));
    expect(attempt).toThrow(message);
  });

  it('refuses one file for two purposes', () => {
    const file = path.join(directory, 'x');
    expect(() => assertWritable([{ report: file, forceField: file }])).toThrow(/the same file/);
    expect(() => assertWritable([{ report: file }], [file])).toThrow(/is an input/);
  });
});
