import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { forceFieldFromTable } from './force-field-table';
import { writeOffxml } from './offxml';
import { SmirnoffError } from './smirnoff-error';

// The tables in data/ carry their source, licence and attribution at their top.
const DATA = join(__dirname, '..', 'data');

/** The force fields that the project ships, by the names under which they were released. */
export const builtInForceFieldNames: readonly string[] = readdirSync(DATA)
  .filter((file) => file.endsWith('.tsv'))
  .map((file) => file.replace(/\.tsv$/, '.offxml'))
  .sort();

/**
 * The OFFXML text of a shipped force field: the figures and attributes of the release, written by this library.
 *
 * @throws SmirnoffError unknown-force-field
 */
export function builtInForceField(name: string): string {
  if (!builtInForceFieldNames.includes(name)) {
    throw new SmirnoffError(
      'unknown-force-field',
      `There is no force field "${name}" here; there are ${builtInForceFieldNames.join(', ')}. Another is named by the path of its .offxml file.`,
    );
  }
  return writeOffxml(
    forceFieldFromTable(readFileSync(join(DATA, name.replace(/\.offxml$/, '.tsv')), 'utf8')),
  );
}
