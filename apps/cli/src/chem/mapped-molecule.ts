import { moleculeFromSmiles, MoleculeError, type Molecule } from '@bespoke/molecule';
import { FieldError, fieldOf, missingField, type InputRecord } from './record';

/**
 * The molecule of `mapped_smiles`, or of another field like it. Its map numbers are what the atoms of all other
 * fields count by, so each atom needs one.
 * @throws FieldError
 */
export function moleculeOf(record: InputRecord, field = 'mapped_smiles'): Molecule {
  const molecule = readSmiles(record, field);
  if (molecule.atoms.some(({ mapNumber }, index) => mapNumber !== index + 1))
    throw new FieldError(
      field,
      `each of the ${molecule.atoms.length} atoms, hydrogens too, needs a map number of its own from 1 to ` +
        `${molecule.atoms.length}, for indices of atoms count by them; \`bespoke chem convert\` writes such SMILES`,
    );
  return molecule;
}

/**
 * The molecule of `mapped_smiles`, or of a plain `smiles`: for what gives back the numbering that it took.
 * @throws FieldError
 */
export function moleculeOrSmilesOf(record: InputRecord): Molecule {
  const isPlain = fieldOf(record, 'mapped_smiles') === undefined && fieldOf(record, 'smiles') !== undefined;
  return isPlain ? readSmiles(record, 'smiles') : moleculeOf(record);
}

function readSmiles(record: InputRecord, field: string): Molecule {
  const smiles = fieldOf(record, field);
  if (smiles === undefined) throw missingField(record, field, sourceOf(field, record));
  if (typeof smiles !== 'string') throw new FieldError(field, 'it is to be a string of SMILES');
  return moleculeOfSmiles(smiles, field);
}

/** @throws FieldError naming the field that the SMILES stands in */
export function moleculeOfSmiles(smiles: string, field: string): Molecule {
  try {
    return moleculeFromSmiles(smiles);
  } catch (error) {
    if (!(error instanceof MoleculeError)) throw error;
    throw new FieldError(field, error.message, { cause: error });
  }
}

function sourceOf(field: string, record: InputRecord): string {
  if (field === 'parent_smiles') return '`bespoke chem fragment` writes such lines';
  return record['smiles'] === undefined ? '' : '`bespoke chem convert` makes it of a .smi file';
}
