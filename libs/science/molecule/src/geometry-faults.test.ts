import { beforeAll, describe, expect, it } from 'vitest';
import { generateConformers, geometryFaults, loadRDKit, moleculeFromSmiles } from './index';

beforeAll(loadRDKit);

function conformer(smiles: string) {
  const molecule = moleculeFromSmiles(smiles);
  return {
    molecule,
    geometry: [
      ...generateConformers(molecule, { maxConformers: 1, seed: 1, allowUndefinedStereo: true })[0]!,
    ],
  };
}

describe('the faults of a geometry', () => {
  it.each([
    'CC(=O)NCCC1=CNc2c1cc(OC)cc2',
    'C12CC1C2',
    'C1CC11CC1',
    'C12C3C4C1C5C2C3C45',
    'CC#N',
    'BrC(I)(Br)Br',
    'OO',
  ])('are none where it is a conformer of %s', (smiles) => {
    const { molecule, geometry } = conformer(smiles);
    expect(geometryFaults(molecule, geometry)).toEqual([]);
  });

  it('are atoms on top of each other, bonded or not', () => {
    const { molecule, geometry } = conformer('CCO');
    const onTop = [...geometry];
    onTop.splice(6, 3, ...geometry.slice(0, 3));
    expect(geometryFaults(molecule, onTop)).toEqual(
      expect.arrayContaining([
        { kind: 'clash', atoms: [0, 2], distanceAngstrom: 0 },
        expect.objectContaining({ kind: 'bond-too-long', atoms: [2, 8] }),
      ]),
    );
  });

  it('are bonds of another molecule: coordinates in another order', () => {
    const { molecule, geometry } = conformer('CCO');
    const swapped = [
      ...geometry.slice(0, 3),
      ...geometry.slice(6, 9),
      ...geometry.slice(3, 6),
      ...geometry.slice(9),
    ];
    expect(geometryFaults(molecule, swapped)).toContainEqual(
      expect.objectContaining({ kind: 'bond-too-long', atoms: [0, 1] }),
    );
  });

  it('are four neighbours in a plane: a drawing', () => {
    const methane = moleculeFromSmiles('C');
    const drawing = [0, 0, 0, 1.1, 0, 0, -1.1, 0, 0, 0, 1.1, 0, 0, -1.1, 0];
    expect(geometryFaults(methane, drawing)).toEqual([{ kind: 'flat-centre', atoms: [0] }]);
  });

  it('are places that are no numbers, or that are missing', () => {
    const water = moleculeFromSmiles('O');
    expect(geometryFaults(water, [0, 0, 0, NaN, 0, 0]).map(({ atoms }) => atoms)).toEqual([
      [0, 1],
      [0, 2],
    ]);
  });
});
