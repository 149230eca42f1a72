import type { Molecule } from './molecule';
import { MoleculeError } from './molecule-error';
import { moleculeFromMolfile, moleculeFromSmiles } from './molecule-input';
import { moleculeFromMol2 } from './mol2';

export type MoleculeFileFormat = 'sdf' | 'mol' | 'mol2' | 'smi';

/** One molecule of a file, not yet read. */
export interface MoleculeRecord {
  /** Its title, '' if it has none. */
  name: string;
  /** Where it stands in the file, such as "record 3" or "line 5". */
  source: string;
  /** Data items of an SD file by their names; of an item that is there twice the last one. */
  properties: Record<string, string>;
  /** The record as it stands in the file: a molfile without the data items, a MOL2 record or a SMILES string. */
  text: string;
  /** @throws MoleculeError for what {@link moleculeFromSmiles} and its like refuse */
  read(): Molecule;
}

const MAX_RECORDS = 1_000_000;

/**
 * The records of a file with one or many molecules. They are read one by one, when `read` is called, so that a bad
 * one leaves the others alone. Empty records are skipped; the last record of an SD file may lack its `$$$$`.
 *
 * A SMILES file has on each line a SMILES and, after blanks, a name. Blank lines, lines that begin with '#' and a
 * heading that begins with "smiles" are skipped.
 *
 * @throws MoleculeError 'too-large' for more than a million records
 */
export function readMoleculeFile(text: string, format: MoleculeFileFormat): MoleculeRecord[] {
  const content = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  switch (format) {
    case 'sdf':
    case 'mol':
      return sdfRecords(content);
    case 'mol2':
      return mol2Records(content);
    case 'smi':
      return smilesRecords(content);
  }
}

function sdfRecords(content: string): MoleculeRecord[] {
  return limited(content.split(/^\$\$\$\$.*\n?/m)).flatMap((record, index): MoleculeRecord[] => {
    if (record.trim() === '') return [];
    const end = /^M {2}END[ \t]*$/m.exec(record);
    const afterEnd = end === null ? record.length : end.index + end[0].length;
    const text = end === null ? record : `${record.slice(0, end.index)}M  END\n`;
    const name = firstLine(record);
    return [
      {
        name,
        source: `record ${index + 1}`,
        properties: dataItems(record.slice(afterEnd)),
        text,
        read: () => moleculeFromMolfile(text, name),
      },
    ];
  });
}

/** `> <name>`, lines with the value, a blank line. */
function dataItems(text: string): Record<string, string> {
  const items: [string, string][] = [];
  let value: string[] | null = null;
  const finish = (): void => {
    const last = items.at(-1);
    if (value !== null && last !== undefined) last[1] = value.join('\n');
    value = null;
  };
  for (const line of text.split('\n')) {
    const header = value === null || value.length === 0 ? /^>[^<]*<([^>]*)>/.exec(line) : null;
    if (header?.[1] !== undefined) {
      finish();
      items.push([header[1], '']);
      value = [];
    } else if (line.trim() === '') finish();
    else value?.push(line);
  }
  finish();
  // Not by assignment: an item may be named __proto__.
  return Object.fromEntries(items);
}

function mol2Records(content: string): MoleculeRecord[] {
  const parts = limited(content.split(/^(?=@<TRIPOS>MOLECULE)/m));
  return parts
    .filter((part, index) => (index === 0 ? part.startsWith('@<TRIPOS>MOLECULE') : true))
    .map((text, index) => {
      const name = /^@<TRIPOS>MOLECULE[^\n]*\n([^\n]*)/.exec(text)?.[1]?.trim() ?? '';
      return {
        // What programs write where there is none.
        name: /^\*+$/.test(name) ? '' : name,
        source: `record ${index + 1}`,
        properties: {},
        text,
        read: () => moleculeFromMol2(text),
      };
    });
}

function smilesRecords(content: string): MoleculeRecord[] {
  const records: MoleculeRecord[] = [];
  limited(content.split('\n')).forEach((line, index) => {
    const [, smiles, rest] = /^\s*(\S+)(.*)$/.exec(line) ?? [];
    if (smiles === undefined || rest === undefined) return;
    // No SMILES begins with '#', which is a bond.
    if (smiles.startsWith('#') || (records.length === 0 && smiles.toLowerCase() === 'smiles')) return;
    const name = rest.trim();
    records.push({
      name,
      source: `line ${index + 1}`,
      properties: {},
      text: smiles,
      read: () => moleculeFromSmiles(smiles, name),
    });
  });
  return records;
}

function limited(records: string[]): string[] {
  if (records.length <= MAX_RECORDS) return records;
  throw new MoleculeError(
    'too-large',
    `The file has ${records.length} records, more than ${MAX_RECORDS}: split it.`,
  );
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return (end < 0 ? text : text.slice(0, end)).trim();
}
