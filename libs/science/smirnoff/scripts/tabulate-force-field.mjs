// Writes data/<name>.tsv from a released OFFXML:
//   node scripts/tabulate-force-field.mjs openff_unconstrained-2.2.1.offxml "doi or address of the release"
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseOffxml } from '../dist/offxml.js';
import { tableFromForceField } from '../dist/force-field-table.js';

const [path, source] = process.argv.slice(2);
const name = basename(path, '.offxml');
const header = [
  `# The figures of ${name}, a force field of the Open Force Field Initiative (the Sage line).`,
  `# Source: ${source}`,
  '# Licence: Creative Commons Attribution 4.0 International (CC BY 4.0). Rearranged into a table; no figure is changed.',
  '',
].join('\n');
writeFileSync(
  join(import.meta.dirname, '..', 'data', `${name}.tsv`),
  header + tableFromForceField(parseOffxml(readFileSync(path, 'utf8'))),
);
