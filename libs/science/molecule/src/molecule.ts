import { elementSymbol } from './elements';

/** An atom of a {@link Molecule}; hydrogens are atoms like all others. */
export interface Atom {
  /** Atomic number. */
  readonly element: number;
  readonly formalCharge: number;
  /** Mass number, 0 for the natural mixture. */
  readonly isotope: number;
  /** Aromatic in the MDL model (or in the model given to `withAromaticity`). */
  readonly aromatic: boolean;
  readonly inRing: boolean;
  /** Atom map number of the input, 0 where it had none. */
  readonly mapNumber: number;
  /**
   * CIP label of a tetrahedral centre, 'undefined' for a centre that the input leaves open, null elsewhere and for
   * the equivalent bridgeheads of a cage such as cubane.
   */
  readonly stereo: 'R' | 'S' | 'undefined' | null;
}

export interface Bond {
  /** Index of an atom; `begin` and `end` say nothing about direction. */
  readonly begin: number;
  readonly end: number;
  /** Order in one Kekulé structure. */
  readonly order: 1 | 2 | 3;
  /** Aromatic in the MDL model (or in the model given to `withAromaticity`). */
  readonly aromatic: boolean;
  readonly inRing: boolean;
  /** CIP label of a stereogenic double bond, 'undefined' where the input leaves it open, null elsewhere. */
  readonly stereo: 'E' | 'Z' | 'undefined' | null;
}

/** A molecule as a graph with explicit hydrogens: plain data that survives JSON and structured clones. */
export interface Molecule {
  readonly name: string;
  readonly atoms: readonly Atom[];
  readonly bonds: readonly Bond[];
  /** SMILES with every hydrogen written and atom i carrying map number i + 1: the whole structure in one string. */
  readonly mappedSmiles: string;
  /** 3N coordinates of the input in angstrom, null where it had no 3-D ones. */
  readonly conformerAngstrom: Float64Array | null;
  /** Indices of the atoms bonded to each atom, ascending. */
  readonly neighbours: readonly (readonly number[])[];
}

/** The bond between two atoms, undefined where there is none. */
export function bondBetween(molecule: Molecule, i: number, j: number): Bond | undefined {
  return molecule.bonds.find((b) => (b.begin === i && b.end === j) || (b.begin === j && b.end === i));
}

/** How messages and pages name an atom: its element and its number from 1, such as C4. */
export function atomName({ atoms }: Pick<Molecule, 'atoms'>, atom: number): string {
  return `${elementSymbol(atoms[atom]?.element ?? 0)}${atom + 1}`;
}

/** Sum of the formal charges, in elementary charges. */
export function formalCharge(molecule: Molecule): number {
  return molecule.atoms.reduce((sum, atom) => sum + atom.formalCharge, 0);
}
