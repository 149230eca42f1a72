import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CliError } from './cli-error';

/** One molecule that was named on the command line or stands in a file. */
export interface MoleculeInput {
  /** Empty where it has none. */
  name: string;
  /** Where it came from, for messages. */
  source: string;
  structure: { smiles: string } | { molfile: string };
}

/**
 * Reads every molecule and sees that each can be fitted, before any work starts.
 * @throws CliError `badMolecule`, with file, place and reason
 */
export async function readMolecules(
  smiles: readonly string[],
  files: readonly string[],
): Promise<MoleculeInput[]> {
  if (smiles.length + files.length === 0)
    throw new CliError(
      'usage',
      'no molecule: give --smiles SMILES or --file FILE (.sdf, .mol, .smi), as often as needed',
    );
  const { loadRDKit, moleculeFromMolfile, moleculeFromSmiles, parseSmilesFile, splitSdf } =
    await import('@bespoke/molecule');
  await loadRDKit();

  const given = smiles.map((text): MoleculeInput => ({
    name: '',
    source: `--smiles ${JSON.stringify(text)}`,
    structure: { smiles: text },
  }));
  const read = files.flatMap((file): MoleculeInput[] => {
    const text = readText(file);
    return about(file, () => {
      switch (path.extname(file).toLowerCase()) {
        case '.sdf':
        case '.sd':
        case '.mol':
          return splitSdf(text).map(({ name, molfile }, index) => ({
            name,
            source: `${file}, record ${index + 1}`,
            structure: { molfile },
          }));
        case '.smi':
        case '.smiles':
          return parseSmilesFile(text).map(({ name, smiles: each, line }) => ({
            name,
            source: `${file}, line ${line}`,
            structure: { smiles: each },
          }));
        default:
          throw new CliError('badMolecule', `${file} is of no known kind; give .sdf, .mol or .smi`);
      }
    });
  });
  for (const file of files)
    if (!read.some(({ source }) => source.startsWith(`${file}, `)))
      throw new CliError('badMolecule', `${file} has no molecule in it`);

  const molecules = [...given, ...read];
  for (const { source, structure } of molecules)
    about(source, () =>
      'smiles' in structure ? moleculeFromSmiles(structure.smiles) : moleculeFromMolfile(structure.molfile),
    );
  return molecules;
}

/** The text of an input file. */
export function readText(file: string, reason: 'badMolecule' | 'badWorkflow' = 'badMolecule'): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it can't be read (${code})`;
    throw new CliError(reason, `${file}: ${why}`, { cause: error });
  }
}

/** What the molecule library says, with the place. */
function about<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'MoleculeError') throw error;
    throw new CliError('badMolecule', `${place}: ${error.message}`, { cause: error });
  }
}
