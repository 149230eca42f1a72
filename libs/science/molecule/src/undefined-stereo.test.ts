import { beforeAll, describe, expect, it } from 'vitest';
import { generateConformers, loadRDKit, moleculeFromSmiles, undefinedStereo } from './index';

beforeAll(loadRDKit);

const labels = (smiles: string): string[] => undefinedStereo(moleculeFromSmiles(smiles)).labels;

describe('undefined stereo', { timeout: 60_000 }, () => {
  it.each([
    ['cubane', 'C12C3C4C1C5C2C3C45'],
    ['norbornane', 'C1CC2CCC1C2'],
    ['camphor, which has one mirror image', 'CC1(C)C2CCC1(C)C(=O)C2'],
    ['bicyclo[1.1.1]pentylamine', 'NC12CC(C1)C2'],
    ['quinuclidine', 'C1CN2CCC1CC2'],
    ['adamantane', 'C1C2CC3CC1CC(C2)C3'],
    ['cyclopentene oxide', 'C1CC2OC2C1'],
    ['a defined centre beside cubane', 'F[C@@H](Cl)C12C3C4C1C5C2C3C45'],
    ['a defined centre beside bicyclo[1.1.1]pentane', 'C[C@H](F)C12CC(C1)C2'],
    ['camphor with one of its two centres', 'CC1(C)[C@@H]2CCC1(C)C(=O)C2'],
  ])('is none where small rings settle it: %s', (_, smiles) => {
    expect(labels(smiles)).toEqual([]);
    expect(generateConformers(moleculeFromSmiles(smiles), { maxConformers: 1, seed: 1 })).toHaveLength(1);
  });

  it.each([
    ['one centre', 'CC(F)Cl', ['C2']],
    ['cis and trans decalin', 'C1CCC2CCCCC2C1', ['C4', 'C9']],
    ['cis and trans in a monocycle', 'OC1CCC(O)CC1', ['C2', 'C5']],
    ['trans-fused rings that can be made', 'C1CCC2OC2C1', ['C4', 'C6']],
    ['a bridge so long that an end may point inwards', 'C1CCCC2CCCCC1C2', ['C5', 'C10']],
    ['endo and exo beside bridgeheads', 'CN1C2CCC1CC(O)C2', ['C3', 'C6', 'C8']],
    ['a defined centre beside a chiral bicycle', 'C[C@H](N)C(=O)N1C2CC2CC1', ['C7', 'C9']],
    ['two chiral bicycles', 'O=C1CC2CCC1C2CC1C2CCC(C2)C1=O', ['C4', 'C7', 'C8', 'C10', 'C11', 'C14']],
  ])('is named where several compounds are left: %s', (_, smiles, expected) => {
    expect(labels(smiles)).toEqual(expected);
  });

  it.each([
    ['a spiro atom that is no centre', 'SC1CC2(C1)CNC2', []],
    ['a chain of spiro atoms that are none', 'CC1CC2(C1)CC3(C2)CNC3', []],
    ['a spiro atom between two centres', 'SC1CC2(C1)CC(F)C2', ['C2', 'C4', 'C7']],
    ['a spiro atom between a centre and a double bond', 'CC=C1CC2(C1)CC(F)C2', ['C5', 'C8']],
  ])('is the same for any order of the atoms: %s', (_, smiles, expected) => {
    const molecule = moleculeFromSmiles(smiles);
    const count = molecule.atoms.length;
    for (let first = 0; first < count; first++) {
      const place = (atom: number): number => (first + 7 * atom) % count;
      const { atoms } = undefinedStereo(
        moleculeFromSmiles(
          molecule.mappedSmiles.replace(/:(\d+)\]/g, (_, map) => `:${place(Number(map) - 1) + 1}]`),
        ),
      );
      const names = molecule.atoms.flatMap((_, atom) =>
        atoms.includes(place(atom)) ? [`C${atom + 1}`] : [],
      );
      expect(names).toEqual(expected);
    }
  });

  it('is told in bounded time however many cages there are, their stereo open or defined', () => {
    const start = '[C@H](F)(Cl)';
    expect(labels(start + 'C12CC(C1)(C2)'.repeat(2) + 'C')).toEqual([]);
    expect(labels(start + 'C12CC(C1)(C2)'.repeat(30) + 'C')).toHaveLength(60);
    expect(labels(start + '[C@]12C[C@@](C1)(C2)'.repeat(30) + 'C')).toEqual([]);
  });
});
