import { beforeAll, describe, expect, it } from 'vitest';
import {
  extractFragment,
  formalCharge,
  heavySmiles,
  loadRDKit,
  MoleculeError,
  moleculeFromSmiles,
  smilesWithMapNumbers,
} from './index';

beforeAll(loadRDKit);

const cut = (smiles: string, ...keep: number[]) => extractFragment(moleculeFromSmiles(smiles), new Set(keep));

describe('a fragment', () => {
  it('keeps its atoms with their hydrogens in the order of the parent, then caps', () => {
    const { molecule, parentAtoms } = cut('CCCC', 0, 1);
    expect(heavySmiles(molecule)).toBe('CC');
    expect(parentAtoms).toEqual([0, 1, 4, 5, 6, 7, 8, null]);
  });

  it('gets one hydrogen for each unit of bond order that was cut', () => {
    expect(heavySmiles(cut('CC=O', 0, 1).molecule)).toBe('CC');
    expect(heavySmiles(cut('CC#N', 0, 1).molecule)).toBe('CC');
    expect(heavySmiles(cut('CC[N+](C)(C)C', 1, 2).molecule)).toBe('C[NH3+]');
    expect(formalCharge(cut('CC[N+](C)(C)C', 1, 2).molecule)).toBe(1);
  });

  it('is not aromatic where its ring is cut', () => {
    const { molecule } = cut('Cc1ccccc1', 0, 1);
    expect(heavySmiles(molecule)).toBe('CC');
    expect(molecule.atoms.some((atom) => atom.aromatic)).toBe(false);
  });

  it('keeps the configuration of what is still stereogenic', () => {
    const centre = cut('F[C@](Cl)(CC)CCC', 0, 1, 2, 3, 4).molecule;
    expect(heavySmiles(centre)).toBe(heavySmiles(moleculeFromSmiles('F[C@](Cl)(CC)[H]')));
    expect(heavySmiles(cut('CC/C=C/CC(=O)C', 1, 2, 3, 4).molecule)).toBe('C/C=C/C');
    expect(heavySmiles(cut('CC/C=C\\CC(=O)C', 1, 2, 3, 4).molecule)).toBe('C/C=C\\C');
    expect(heavySmiles(cut('CC(C)/C=C(\\C)CC', 1, 3, 4, 5, 6).molecule)).toBe(
      heavySmiles(moleculeFromSmiles('C/C=C(\\C)C')),
    );
  });

  it('forgets the configuration of what is not stereogenic any more', () => {
    const { molecule } = cut('C[C@H](F)CC', 1, 2, 3);
    expect(molecule.atoms.every((atom) => atom.stereo === null)).toBe(true);
    expect(molecule.mappedSmiles).not.toContain('@');
  });

  it('carries the map numbers of its parent', () => {
    const { molecule } = cut('[CH3:8][CH2:9]C', 0, 1);
    expect(molecule.atoms.slice(0, 2).map((atom) => atom.mapNumber)).toEqual([8, 9]);
  });

  it('is written with the numbers of its parent, and its caps without', () => {
    const { molecule, parentAtoms } = cut('CC[C@H](F)Cl', 1, 2, 3, 4);
    const smiles = smilesWithMapNumbers(
      molecule,
      parentAtoms.map((atom) => atom && atom + 1),
    );
    expect(smiles.match(/:\d+/g)!.sort()).toEqual([':10', ':11', ':2', ':3', ':4', ':5', ':9']);
    expect(smiles.match(/\[H\]/g)).toHaveLength(1);
    const again = moleculeFromSmiles(smiles);
    expect(heavySmiles(again)).toBe(heavySmiles(molecule));
    expect(again.atoms.find(({ mapNumber }) => mapNumber === 4)!.element).toBe(9);
  });

  it('is refused if it does not hang together', () => {
    expect(() => cut('CCCC', 0, 3)).toThrow(MoleculeError);
    expect(() => cut('CCCC')).toThrow(/0 separate parts/);
  });
});
