import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalAroundBond, loadRDKit, moleculeFromSmiles, type Molecule } from './index';

beforeAll(loadRDKit);

const key = (molecule: Molecule, i: number, j: number): string =>
  canonicalAroundBond(molecule, [i, j]).molecule.mappedSmiles;

describe('the canonical numbering around a bond', () => {
  it('puts the bond first, heavy atoms next and hydrogens last, and says where each atom was', () => {
    const molecule = moleculeFromSmiles('CCOC(C)=O');
    const { molecule: canonical, order, bond } = canonicalAroundBond(molecule, [2, 3]);
    expect(bond).toEqual([0, 1]);
    expect(order.slice(0, 2).sort()).toEqual([2, 3]);
    expect(canonical.atoms.map((atom) => atom.element)).toEqual(
      order.map((old) => molecule.atoms[old]!.element),
    );
    expect(canonical.atoms.findIndex((atom) => atom.element === 1)).toBe(6);
  });

  it('is the same for equivalent bonds and both directions', () => {
    const propane = moleculeFromSmiles('CCC');
    expect(
      new Set([key(propane, 0, 1), key(propane, 1, 0), key(propane, 1, 2), key(propane, 2, 1)]).size,
    ).toBe(1);
    const toluene = moleculeFromSmiles('Cc1ccccc1');
    expect(key(toluene, 1, 2)).toBe(key(toluene, 6, 1));
    expect(key(toluene, 1, 2)).not.toBe(key(toluene, 2, 3));
  });

  it.each<[string, string, [number, number], string, [number, number]]>([
    ['two ways of writing one molecule', 'CC(=O)Nc1ccccc1', [1, 3], 'c1ccc(cc1)NC(C)=O', [7, 6]],
    ['two Kekulé structures', 'CC1=CC=CC=C1Cl', [0, 1], 'ClC1=C(C)C=CC=C1', [3, 2]],
    [
      'a ring with stereo that swaps its sides',
      'C[C@H]1CC[C@@H](CC)CC1',
      [4, 5],
      'CC[C@@H]1CC[C@H](C)CC1',
      [2, 1],
    ],
    ['a meso centre', 'C[C@H](F)[C@@H](Cl)[C@H](F)C', [1, 3], 'C[C@H](F)[C@@H](Cl)[C@H](F)C', [1, 3]],
  ])('is the same for %s', (_what, smiles, bond, other, otherBond) => {
    expect(key(moleculeFromSmiles(other), ...otherBond)).toBe(key(moleculeFromSmiles(smiles), ...bond));
  });

  it.each([
    ['enantiomers', 'C[C@H](F)CC', 'C[C@@H](F)CC'],
    ['cis and trans', 'C/C=C/CC', 'C/C=C\\CC'],
    ['cis and trans rings', 'CC[C@H]1CC[C@@H](C)CC1', 'CC[C@H]1CC[C@H](C)CC1'],
    ['isotopes', 'CCCC', 'CC[13CH2]C'],
    ['charge states', 'CCCN', 'CCC[NH3+]'],
  ])('differs between %s', (_what, smiles, other) => {
    expect(key(moleculeFromSmiles(smiles), 0, 1)).not.toBe(key(moleculeFromSmiles(other), 0, 1));
  });

  it('brings coordinates and map numbers along', () => {
    const molecule = {
      ...moleculeFromSmiles('[CH3:5]O'),
      conformerAngstrom: Float64Array.from({ length: 18 }, (_, i) => i),
    };
    const canonical = canonicalAroundBond(molecule, [0, 1]);
    canonical.order.forEach((old, index) => {
      expect(canonical.molecule.conformerAngstrom![3 * index]).toBe(3 * old);
      expect(canonical.molecule.atoms[index]!.mapNumber).toBe(old === 0 ? 5 : 0);
    });
  });

  it('refuses atoms that are not bonded', () => {
    expect(() => canonicalAroundBond(moleculeFromSmiles('CCC'), [0, 2])).toThrow(
      /Atoms 1 and 3 .* are not bonded/,
    );
  });
});
