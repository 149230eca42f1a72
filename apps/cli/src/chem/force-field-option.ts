import { existsSync } from 'node:fs';
import {
  builtInForceField,
  builtInForceFieldNames,
  parseOffxml,
  SmirnoffError,
  unknownSections,
} from '@bespoke/smirnoff';
import { CliError } from '../cli-error';
import { readText } from '../molecule-input';

/**
 * The OFFXML text of each --force-field: a built-in name, with or without its .offxml, or a file. Sections that
 * nobody knows are told of on standard error.
 * @throws CliError `badWorkflow`
 */
export function forceFieldTexts(namesOrFiles: readonly string[]): string[] {
  return namesOrFiles.map((nameOrFile) => {
    const name = nameOrFile.endsWith('.offxml') ? nameOrFile : `${nameOrFile}.offxml`;
    if (builtInForceFieldNames.includes(name)) return builtInForceField(name);
    if (!nameOrFile.includes('/') && !existsSync(nameOrFile))
      throw new CliError(
        'badWorkflow',
        `--force-field ${nameOrFile} is neither a file nor one of ${builtInForceFieldNames.join(', ')}`,
      );
    const text = readText(nameOrFile, 'badWorkflow');
    tellUnknownSections(nameOrFile, text);
    return text;
  });
}

function tellUnknownSections(file: string, text: string): void {
  let unknown: string[];
  try {
    unknown = unknownSections(parseOffxml(text));
  } catch (error) {
    if (!(error instanceof SmirnoffError)) throw error;
    throw new CliError('badWorkflow', `${file}: ${error.message}`, { cause: error });
  }
  if (unknown.length > 0)
    process.stderr.write(
      `bespoke: ${file} has sections that are not known here and take no part: ${unknown.join(', ')}\n`,
    );
}
