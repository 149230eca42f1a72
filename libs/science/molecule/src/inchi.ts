import { readWithReason, usingMol, EXPLICIT_HYDROGENS } from './rdkit';
import type { Molecule } from './molecule';
import { MoleculeError } from './molecule-error';

/**
 * The InChI with fixed hydrogens (option FixedH): tautomers differ, resonance forms of one tautomer do not.
 *
 * @throws MoleculeError 'unreadable' where there is none
 */
export function fixedHydrogenInchi(molecule: Molecule): string {
  const read = readWithReason((module) => module.get_mol(molecule.mappedSmiles, EXPLICIT_HYDROGENS));
  const inchi = 'mol' in read ? usingMol(read.mol, (mol) => mol.get_inchi('/FixedH')) : '';
  if (inchi === '') throw new MoleculeError('unreadable', `${molecule.name || 'The molecule'} has no InChI.`);
  return inchi;
}
