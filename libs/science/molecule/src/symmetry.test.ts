import { beforeAll, describe, expect, it } from 'vitest';
import {
  loadRDKit,
  moleculeFromSmiles,
  resonanceClasses,
  ringSystems,
  rings,
  symmetryClasses,
} from './index';

beforeAll(loadRDKit);

const heavyClasses = (smiles: string): number => {
  const molecule = moleculeFromSmiles(smiles);
  const classes = symmetryClasses(molecule);
  return new Set(classes.filter((_, atom) => molecule.atoms[atom]!.element > 1)).size;
};

describe('symmetry classes', () => {
  it.each([
    ['c1ccccc1', 1],
    ['Cc1ccccc1C', 4],
    ['CC(C)(C)C', 2],
    ['CCO', 3],
    ['C1CCC2CCCCC2C1', 3],
    ['CC(=O)[O-]', 4],
    ['[2H]C([2H])([2H])C', 2],
    ['F[C@H](Cl)C[C@@H](F)Cl', 4],
  ])('of %s: %i kinds of heavy atoms', (smiles, kinds) => {
    expect(heavyClasses(smiles)).toBe(kinds);
  });

  it('do not depend on which Kekulé structure is written', () => {
    const classes = symmetryClasses(moleculeFromSmiles('CC1=CC=CC=C1'));
    expect(classes[2]).toBe(classes[6]);
  });
});

describe('resonance classes', () => {
  it.each([
    ['CC(=O)[O-]', [2, 3]],
    ['C[N+](=O)[O-]', [2, 3]],
    ['COP(=O)([O-])[O-]', [3, 4, 5]],
    ['CC(=[NH2+])N', [2, 3]],
    ['C[n+]1ccn(CC)c1', []],
    ['[2H]C([2H])([2H])C', [1, 4]],
    ['CC(=O)OC', []],
  ])('of %s make the atoms %j equal, whichever way they are drawn', (smiles, alike) => {
    const molecule = moleculeFromSmiles(smiles);
    const classes = resonanceClasses(molecule);
    expect(new Set(alike.map((atom) => classes[atom])).size).toBe(Math.min(1, alike.length));
    const heavy = [...molecule.atoms.keys()].filter((atom) => molecule.atoms[atom]!.element > 1);
    expect(new Set(heavy.map((atom) => classes[atom])).size).toBe(
      heavy.length - Math.max(0, alike.length - 1),
    );
  });

  it('tell apart what symmetry classes tell apart where nothing is delocalised', () => {
    for (const smiles of ['CCC(C)CO', 'C1CCC2CCCCC2C1', 'c1ccccc1CC(=O)NC', 'FC(F)CC(F)F']) {
      const molecule = moleculeFromSmiles(smiles);
      const kinds = (classes: number[]): number => new Set(classes).size;
      expect(kinds(resonanceClasses(molecule))).toBe(kinds(symmetryClasses(molecule)));
    }
  });
});

describe('rings', () => {
  it('are the smallest ones, and make a system where they share atoms', () => {
    const molecule = moleculeFromSmiles('C1CC2CCC1C2');
    expect(
      rings(molecule)
        .map((ring) => ring.length)
        .sort(),
    ).toEqual([5, 5]);
    expect(ringSystems(molecule)).toEqual([[0, 1, 2, 3, 4, 5, 6]]);
    expect(ringSystems(moleculeFromSmiles('C1CC1C1CCC1'))).toEqual([
      [0, 1, 2],
      [3, 4, 5, 6],
    ]);
    expect(ringSystems(moleculeFromSmiles('C1CC12CCC2'))).toHaveLength(1);
    expect(rings(moleculeFromSmiles('CCC'))).toEqual([]);
  });
});
