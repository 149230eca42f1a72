export type { Atom, Bond, Molecule } from './molecule';
export { bondBetween, formalCharge } from './molecule';
export { MoleculeError, SmartsError, type MoleculeErrorCode } from './molecule-error';
export { loadRDKit } from './rdkit';
export { elementSymbol } from './elements';
export { moleculeFromMolfile, moleculeFromSmiles } from './molecule-input';
export { parseSmilesFile, splitSdf } from './molecule-files';
export { heavySmiles, ringSystems, rings, withAromaticity } from './structure';
export { matchSmarts } from './smarts';
export { symmetryClasses } from './symmetry';
export { canonicalAroundBond, type CanonicalMolecule } from './canonical-numbering';
export { extractFragment, type ExtractedFragment } from './fragment';
export { dihedralDegrees } from './dihedral';
export { depictSvg, type DepictionOptions } from './depiction';

import type { Molecule } from './molecule';
export function generateConformers(_molecule: Molecule, _options: { maxConformers: number; seed: number }): Float64Array[] { throw new Error('not written yet'); }
