import type { MoleculeFileFormat } from '@bespoke/molecule';
import { CliError } from '../cli-error';
import { MOLECULE_FILE_KINDS, moleculeFileFormat } from '../molecule-file-format';
import { MAX_LINE_BYTES, rawLines, type InputLine } from './input-lines';
import { fileBytes, openFile } from './json-lines';

/** A molecule as it stands in a file; a line of it where it is a SMILES file. */
export interface FileRecord {
  /** Over all files, from 1. */
  number: number;
  format: MoleculeFileFormat;
  text: string;
}

/** With the place for messages, such as "ligands.sdf, record 3". */
export type FileLine = InputLine & { format: MoleculeFileFormat; source: string };

export interface MoleculeFiles {
  records: AsyncGenerator<FileLine>;
  bytes: number;
}

/**
 * The records of molecule files, one after the other: a file may be larger than memory.
 * @throws CliError, before anything is read, for a file that can not be read or is of no known kind
 */
export function openMoleculeFiles(files: readonly string[]): MoleculeFiles {
  const known = files.map((file) => {
    const format = moleculeFileFormat(file);
    if (format === undefined)
      throw new CliError('badMolecule', `${file} is of no known kind; give ${MOLECULE_FILE_KINDS}`);
    return { file, format, bytes: fileBytes(file) ?? 0 };
  });
  return {
    records: recordsOf(known),
    bytes: known.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

async function* recordsOf(
  files: readonly { file: string; format: MoleculeFileFormat }[],
): AsyncGenerator<FileLine> {
  let number = 0;
  for (const { file, format } of files) {
    const { stream } = openFile(file);
    const what = format === 'smi' ? 'line' : 'record';
    let place = 0;
    try {
      for await (const record of splitRecords(rawLines(stream, MAX_LINE_BYTES), format)) {
        place += 1;
        if (isBlank(record)) continue;
        number += 1;
        yield { ...record, number, format, source: `${file}, ${what} ${place}` };
      }
    } finally {
      stream.destroy();
    }
  }
}

type RecordText = { bytes: number } & ({ text: string } | { refusal: string });

/** Where a record ends is all that is looked at here. */
async function* splitRecords(
  lines: AsyncIterable<{ bytes: number; content: Buffer | null }>,
  format: MoleculeFileFormat,
): AsyncGenerator<RecordText> {
  let parts: Buffer[] = [];
  let bytes = 0;
  let hasBegun = false;

  function finished(): RecordText {
    const record =
      bytes > MAX_LINE_BYTES
        ? { bytes: 0, refusal: `the record has ${bytes} bytes, more than ${MAX_LINE_BYTES}` }
        : { bytes, text: Buffer.concat(parts).toString('utf8') };
    parts = [];
    bytes = 0;
    return record;
  }
  function take(line: { bytes: number; content: Buffer | null }): void {
    bytes += line.bytes + 1;
    if (line.content === null || bytes > MAX_LINE_BYTES) {
      bytes = Math.max(bytes, MAX_LINE_BYTES + 1);
      parts = [];
    } else parts.push(line.content, NEWLINE);
  }

  for await (const line of lines) {
    if (format === 'mol2' && startsWith(line.content, '@<TRIPOS>MOLECULE')) {
      // What stands before the first one is comment.
      if (hasBegun) yield finished();
      hasBegun = true;
    }
    take(line);
    if (format === 'smi' || (format !== 'mol2' && startsWith(line.content, '$$$$'))) yield finished();
  }
  if (bytes > 0) yield finished();
}

const NEWLINE = Buffer.from('\n');

function startsWith(content: Buffer | null, text: string): boolean {
  return content !== null && content.subarray(0, text.length).toString('latin1') === text;
}

function isBlank(record: RecordText): boolean {
  return 'text' in record && record.text.trim() === '';
}
