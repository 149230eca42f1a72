import path from 'node:path';
import type { MoleculeFileFormat } from '@bespoke/molecule';

/** As messages name them. */
export const MOLECULE_FILE_KINDS = '.sdf, .mol, .mol2 or .smi';

const FORMATS = new Map<string, MoleculeFileFormat>([
  ['.sdf', 'sdf'],
  ['.sd', 'sdf'],
  ['.mol', 'mol'],
  ['.mol2', 'mol2'],
  ['.smi', 'smi'],
  ['.smiles', 'smi'],
]);

/** What a file is by its name; undefined where that says nothing. */
export function moleculeFileFormat(file: string): MoleculeFileFormat | undefined {
  return FORMATS.get(path.extname(file).toLowerCase());
}
