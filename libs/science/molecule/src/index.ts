export type { Atom, Bond, Molecule } from './molecule';
export { atomName, bondBetween, formalCharge } from './molecule';
export { MoleculeError, SmartsError, type MoleculeErrorCode } from './molecule-error';
export { loadRDKit } from './rdkit';
export { elementSymbol } from './elements';
export { moleculeFromMolfile, moleculeFromSmiles } from './molecule-input';
export { moleculeFromMol2 } from './mol2';
export { readMoleculeFile, type MoleculeFileFormat, type MoleculeRecord } from './molecule-file';
export { moleculeToMolfile, sdfRecord, type MolfileOptions } from './molfile';
export { heavySmiles, ringSystems, rings, smilesWithMapNumbers, withAromaticity } from './structure';
export { matchSmarts, requireReadableSmarts } from './smarts';
export { fixedHydrogenInchi } from './inchi';
export { rewriteCharges, type ChargeRewriting, type KekuleStructure } from './charge-rewriting';
export { resonanceClasses, symmetryClasses } from './symmetry';
export { rankKeys } from './graph-classes';
export { canonicalAroundBond, type CanonicalMolecule } from './canonical-numbering';
export { extractFragment, type ExtractedFragment } from './fragment';
export { dihedralDegrees } from './dihedral';
export { rmsdAngstrom } from './superposition';
export {
  depictionLayout,
  depictSvg,
  type DepictionLayout,
  type DepictionOptions,
  type Highlight,
} from './depiction';
export { geometryFaults, geometryFaultText, type GeometryFault } from './geometry-faults';
export { undefinedStereo, type UndefinedStereo } from './undefined-stereo';
export { stereoisomerAt } from './stereoisomer';
export { generateConformers, type ConformerOptions } from './conformers';
