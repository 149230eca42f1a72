import { existsSync } from 'node:fs';
import { builtInForceField, builtInForceFieldNames } from '@bespoke/smirnoff';
import { CliError } from '../cli-error';
import { readText } from '../molecule-input';

/** What the built-in workflows start from, too. */
export const DEFAULT_FORCE_FIELD = 'openff_unconstrained-2.2.1.offxml';

/**
 * The OFFXML text of each --force-field: a built-in name, with or without its .offxml, or a file.
 * @throws CliError `badWorkflow`
 */
export function forceFieldTexts(namesOrFiles: readonly string[]): string[] {
  return namesOrFiles.map((nameOrFile) => {
    const name = nameOrFile.endsWith('.offxml') ? nameOrFile : `${nameOrFile}.offxml`;
    if (builtInForceFieldNames.includes(name)) return builtInForceField(name);
    if (nameOrFile.includes('/') || existsSync(nameOrFile)) return readText(nameOrFile, 'badWorkflow');
    throw new CliError(
      'badWorkflow',
      `--force-field ${nameOrFile} is neither a file nor one of ${builtInForceFieldNames.join(', ')}`,
    );
  });
}
