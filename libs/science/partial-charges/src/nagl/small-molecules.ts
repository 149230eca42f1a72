import { gunzipSync } from 'node:zlib';
import { fixedHydrogenInchi, type Molecule } from '@bespoke/molecule';
import { connectivityClasses } from './connectivity-classes';
import { readNaglFile } from './weights';

/** The largest molecules of the table. */
const MAX_HEAVY_ATOMS = 3;

let table: Map<string, string> | undefined;

/**
 * Charges in e of a molecule that stands in the model's table of AM1-BCC charges: nearly all of up to three heavy atoms,
 * for which the network is not meant. Null where it does not.
 */
export function smallMoleculeCharges(molecule: Molecule): number[] | null {
  if (molecule.atoms.filter(({ element }) => element !== 1).length > MAX_HEAVY_ATOMS) return null;
  table ??= readTable(gunzipSync(readNaglFile('small-molecules.tsv.gz')).toString('utf8'));
  const row = table.get(fixedHydrogenInchi(molecule));
  if (row === undefined) return null;
  const byClass = row.split(' ').map(Number);
  const classes = connectivityClasses(molecule);
  // InChI leaves hydrogen bridges open, the table does not.
  if (new Set(classes).size !== byClass.length) return null;
  return classes.map((own) => byClass[own] ?? Number.NaN);
}

function readTable(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => line.split('\t') as [string, string]));
}
