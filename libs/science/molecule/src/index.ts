export type { Atom, Bond, Molecule } from './molecule';
export { bondBetween, formalCharge } from './molecule';
export { MoleculeError, SmartsError, type MoleculeErrorCode } from './molecule-error';
export { loadRDKit } from './rdkit';
export { moleculeFromMolfile, moleculeFromSmiles } from './molecule-input';
export { heavySmiles, ringSystems, rings, withAromaticity } from './structure';
export { matchSmarts } from './smarts';
export { symmetryClasses } from './symmetry';

import type { Molecule } from './molecule';
const todo = (): never => { throw new Error('not written yet'); };
export function splitSdf(_text: string): { name: string; molfile: string }[] { return todo(); }
export function parseSmilesFile(_text: string): { name: string; smiles: string; line: number }[] { return todo(); }
export function canonicalAroundBond(_molecule: Molecule, _bond: readonly [number, number]): { molecule: Molecule; order: number[]; bond: [number, number] } { return todo(); }
export function generateConformers(_molecule: Molecule, _options: { maxConformers: number; seed: number }): Float64Array[] { return todo(); }
export function dihedralDegrees(_geometry: ArrayLike<number>, _atoms: readonly [number, number, number, number]): number { return todo(); }
export function depictSvg(_molecule: Molecule, _options?: { highlightAtoms?: readonly number[]; highlightBonds?: readonly number[]; widthPx?: number; heightPx?: number }): string { return todo(); }
export function extractFragment(_molecule: Molecule, _keepAtoms: ReadonlySet<number>): { molecule: Molecule; parentAtoms: (number | null)[] } { return todo(); }
