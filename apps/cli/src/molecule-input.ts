import { readFileSync } from 'node:fs';
import { CliError, unreadableFile } from './cli-error';
import { MOLECULE_FILE_KINDS, moleculeFileFormat } from './molecule-file-format';

/** One molecule that was named on the command line or stands in a file. */
export interface MoleculeInput {
  /** Empty where it has none. */
  name: string;
  /** Where it came from, for messages. */
  source: string;
  structure: { smiles: string } | { molfile: string };
}

const MAX_NAMED = 20;

/**
 * Reads every molecule and sees that each can be fitted, before any work starts.
 * @throws CliError `badMolecule`, with file, place and reason of each bad one
 */
export async function readMolecules(
  smiles: readonly string[],
  files: readonly string[],
): Promise<MoleculeInput[]> {
  if (smiles.length + files.length === 0)
    throw new CliError(
      'usage',
      `no molecule: give --smiles SMILES or --file FILE (${MOLECULE_FILE_KINDS}), as often as needed`,
    );
  const { loadRDKit, MoleculeError, moleculeFromSmiles, moleculeToMolfile, readMoleculeFile } =
    await import('@bespoke/molecule');
  await loadRDKit();

  const bad: string[] = [];
  /** A molecule that can be read; what cannot is kept for one report of all. */
  const readable = (source: string, read: () => MoleculeInput): MoleculeInput[] => {
    try {
      return [read()];
    } catch (error) {
      if (!(error instanceof MoleculeError)) throw error;
      bad.push(`${source}: ${error.message}`);
      return [];
    }
  };
  const given = smiles.flatMap((text) => {
    const source = `--smiles ${JSON.stringify(text)}`;
    return readable(source, () => {
      moleculeFromSmiles(text);
      return { name: '', source, structure: { smiles: text } };
    });
  });
  const read = files.flatMap((file) => {
    const format = moleculeFileFormat(file);
    if (format === undefined) {
      bad.push(`${file} is of no known kind; give ${MOLECULE_FILE_KINDS}`);
      return [];
    }
    const records = readMoleculeFile(readText(file), format);
    if (records.length === 0) bad.push(`${file} has no molecule in it`);
    return records.flatMap((record) => {
      const source = `${file}, ${record.source}`;
      return readable(source, () => {
        const molecule = record.read();
        // The gateway reads SMILES and molfiles.
        const structure =
          format === 'smi'
            ? { smiles: record.text }
            : { molfile: format === 'mol2' ? moleculeToMolfile(molecule) : record.text };
        return { name: record.name, source, structure };
      });
    });
  });
  if (bad.length > 0)
    throw new CliError(
      'badMolecule',
      [
        ...bad.slice(0, MAX_NAMED),
        ...(bad.length > MAX_NAMED ? [`and ${bad.length - MAX_NAMED} more`] : []),
      ].join('; '),
    );
  return [...given, ...read];
}

/** The text of an input file. */
export function readText(file: string, reason: 'badMolecule' | 'badWorkflow' = 'badMolecule'): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadableFile(reason, file, error);
  }
}
