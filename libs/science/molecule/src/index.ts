import type { Molecule } from './molecule';
export * from './molecule';
const todo = (): never => { throw new Error('not written yet'); };
export class MoleculeError extends Error { constructor(readonly code: string, message: string) { super(message); } }
export class SmartsError extends Error { readonly code = 'unreadable-smarts'; }
export async function loadRDKit(): Promise<void> { todo(); }
export function moleculeFromSmiles(_smiles: string, _name?: string): Molecule { return todo(); }
export function moleculeFromMolfile(_molfile: string, _name?: string): Molecule { return todo(); }
export function splitSdf(_text: string): { name: string; molfile: string }[] { return todo(); }
export function parseSmilesFile(_text: string): { name: string; smiles: string; line: number }[] { return todo(); }
export function matchSmarts(_molecule: Molecule, _smarts: string): number[][] { return todo(); }
export function withAromaticity(_molecule: Molecule, _aromaticAtoms: readonly boolean[], _aromaticBonds: readonly boolean[]): Molecule { return todo(); }
export function symmetryClasses(_molecule: Molecule): number[] { return todo(); }
export function canonicalAroundBond(_molecule: Molecule, _bond: readonly [number, number]): { molecule: Molecule; order: number[]; bond: [number, number] } { return todo(); }
export function rings(_molecule: Molecule): number[][] { return todo(); }
export function ringSystems(_molecule: Molecule): number[][] { return todo(); }
export function heavySmiles(_molecule: Molecule): string { return todo(); }
export function generateConformers(_molecule: Molecule, _options: { maxConformers: number; seed: number }): Float64Array[] { return todo(); }
export function dihedralDegrees(_geometry: ArrayLike<number>, _atoms: readonly [number, number, number, number]): number { return todo(); }
export function depictSvg(_molecule: Molecule, _options?: { highlightAtoms?: readonly number[]; highlightBonds?: readonly number[]; widthPx?: number; heightPx?: number }): string { return todo(); }
export function extractFragment(_molecule: Molecule, _keepAtoms: ReadonlySet<number>): { molecule: Molecule; parentAtoms: (number | null)[] } { return todo(); }
