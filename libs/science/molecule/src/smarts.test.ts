import { beforeAll, describe, expect, it } from 'vitest';
import { loadRDKit, matchSmarts, moleculeFromSmiles, SmartsError, withAromaticity } from './index';

beforeAll(loadRDKit);

describe('a SMARTS pattern', () => {
  it('matches in every way it fits, symmetric ones too', () => {
    expect(matchSmarts(moleculeFromSmiles('CC'), '[#6:1]-[#6:2]')).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(matchSmarts(moleculeFromSmiles('c1ccccc1'), 'c1ccccc1')).toHaveLength(12);
  });

  it('gives the tagged atoms in the order of their tags', () => {
    expect(matchSmarts(moleculeFromSmiles('CO'), '[#8:3](-[#1:1])-[#6:2]')).toEqual([[5, 0, 1]]);
    expect(matchSmarts(moleculeFromSmiles('CO'), '[#6:2]-[#8:1]')).toEqual([[1, 0]]);
  });

  it('gives a set of tagged atoms once, however the untagged ones fit', () => {
    expect(matchSmarts(moleculeFromSmiles('CO'), '[#6:1]-[#1]')).toEqual([[0]]);
  });

  it('may hold recursive patterns with tags of their own', () => {
    expect(matchSmarts(moleculeFromSmiles('CCO'), '[#6;$([#6]-[#8]):1]-[#6X4:2]')).toEqual([[1, 0]]);
  });

  it('sees the aromaticity of the MDL model, and that of another model where it is given', () => {
    const furan = moleculeFromSmiles('c1ccoc1');
    expect(matchSmarts(furan, 'o')).toEqual([]);
    const inRing = (atom: number) => furan.atoms[atom]!.inRing;
    const aromatic = withAromaticity(
      furan,
      furan.atoms.map((atom) => atom.inRing),
      furan.bonds.map(({ begin, end }) => inRing(begin) && inRing(end)),
    );
    expect(matchSmarts(aromatic, 'o')).toEqual([[3]]);
    expect(matchSmarts(furan, 'o')).toEqual([]);
  });

  it('means the enantiomer that it writes', () => {
    const pattern = '[C@:1](F)(Cl)(Br)[H]';
    expect(matchSmarts(moleculeFromSmiles('[C@](F)(Cl)(Br)[H]'), pattern)).toEqual([[0]]);
    expect(matchSmarts(moleculeFromSmiles('[C@@](F)(Cl)(Br)[H]'), pattern)).toEqual([]);
  });

  it('knows rings, connectivity and charges', () => {
    const molecule = moleculeFromSmiles('C[NH2+]C1CC1');
    expect(matchSmarts(molecule, '[#7X4+:1]')).toEqual([[1]]);
    expect(matchSmarts(molecule, '[r3:1]')).toHaveLength(3);
    expect(matchSmarts(molecule, '[#6:1]-&!@[#7:2]')).toHaveLength(2);
  });

  it.each([
    '',
    '[',
    'C(',
    '[#6',
    'C C',
    '[C:1][C:1]',
    '['.repeat(10_000),
    `${'[$('.repeat(60)}C${')]'.repeat(60)}`,
  ])('is refused if it cannot be read: %s', (smarts) => {
    const ethane = moleculeFromSmiles('CC');
    expect(() => matchSmarts(ethane, smarts)).toThrow(SmartsError);
    expect(matchSmarts(ethane, 'CC')).toHaveLength(2);
  });
});
