import { moleculeFromSmiles, MoleculeError, type Molecule } from '@bespoke/molecule';
import { FieldError, type InputRecord } from './record';

/**
 * The molecule of `mapped_smiles`. Its map numbers are what the atoms of all other fields count by, so each atom
 * needs one.
 * @throws FieldError
 */
export function moleculeOf(record: InputRecord): Molecule {
  const smiles = record['mapped_smiles'];
  if (typeof smiles !== 'string')
    throw new FieldError(
      'mapped_smiles',
      smiles === undefined ? 'it is missing' : 'it is to be a string of SMILES',
    );
  const molecule = readSmiles(smiles);
  if (molecule.atoms.some(({ mapNumber }, index) => mapNumber !== index + 1))
    throw new FieldError(
      'mapped_smiles',
      `each of the ${molecule.atoms.length} atoms, hydrogens too, needs a map number of its own from 1 to ` +
        `${molecule.atoms.length}, for indices of atoms count by them; \`bespoke chem convert\` writes such SMILES`,
    );
  return molecule;
}

function readSmiles(smiles: string): Molecule {
  try {
    return moleculeFromSmiles(smiles);
  } catch (error) {
    if (!(error instanceof MoleculeError)) throw error;
    throw new FieldError('mapped_smiles', error.message, { cause: error });
  }
}
