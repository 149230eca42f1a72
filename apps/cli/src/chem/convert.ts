import {
  depictSvg,
  heavySmiles,
  MoleculeError,
  readMoleculeFile,
  sdfRecord,
  type Molecule,
  type MoleculeRecord,
} from '@bespoke/molecule';
import type { FileRecord } from './molecule-records';
import { byAtom } from './record';

/** What molecules are converted to. */
export type ConvertTarget = 'json' | 'smiles' | 'mapped-smiles' | 'sdf' | 'svg';

export interface ConvertSettings {
  to: ConvertTarget;
}

/**
 * `chem convert`: a record of a molecule file in another form.
 * @returns null where there is no molecule: a comment in a SMILES file
 */
export function convertTo({
  to,
}: ConvertSettings): (record: FileRecord, identified: (id: string | number) => void) => string | null {
  return (given, identified) => {
    const record = readMoleculeFile(given.text, given.format)[0];
    if (record === undefined) {
      if (given.format === 'smi') return null;
      throw new MoleculeError('unreadable', 'There is no molecule in it.');
    }
    const id = record.name || given.number;
    identified(id);
    return written(to, id, record, record.read());
  };
}

function written(
  to: ConvertTarget,
  id: string | number,
  { name, properties }: MoleculeRecord,
  molecule: Molecule,
): string {
  const withName = (smiles: string): string => `${smiles}${name && `\t${name}`}\n`;
  switch (to) {
    case 'json':
      return `${JSON.stringify({
        id,
        smiles: heavySmiles(molecule),
        mapped_smiles: molecule.mappedSmiles,
        ...(molecule.conformerAngstrom && { geometry_angstrom: byAtom(molecule.conformerAngstrom) }),
        sdf: sdfRecord(molecule, properties),
        svg: depictSvg(molecule),
        ...(Object.keys(properties).length > 0 && { properties }),
      })}\n`;
    case 'smiles':
      return withName(heavySmiles(molecule));
    case 'mapped-smiles':
      return withName(molecule.mappedSmiles);
    case 'sdf':
      return sdfRecord(molecule, properties);
    case 'svg':
      return depictSvg(molecule);
  }
}
