import { beforeAll, describe, expect, it } from 'vitest';
import {
  generateConformers,
  loadRDKit,
  moleculeFromSmiles,
  stereoisomerAt,
  undefinedStereo,
  type Molecule,
} from './index';

beforeAll(loadRDKit);

function geometryOf(molecule: Molecule): Float64Array {
  return generateConformers(molecule, { maxConformers: 1, seed: 4, allowUndefinedStereo: true })[0]!;
}

describe('the stereoisomer at a geometry', () => {
  it.each(['C[C@H](F)O', 'C[C@@H](F)O', 'C/C=C/[C@H](O)F', 'C/C=C\\[C@@H](O)F'])(
    'is that of the geometry, with the atoms as they were: %s',
    (smiles) => {
      const told = moleculeFromSmiles(smiles);
      const open = moleculeFromSmiles(told.mappedSmiles.replace(/@+|[\\/]/g, ''));
      expect(undefinedStereo(open).labels).not.toEqual([]);
      const isomer = stereoisomerAt(open, geometryOf(told));
      expect(undefinedStereo(isomer).labels).toEqual([]);
      expect(isomer.mappedSmiles).toBe(told.mappedSmiles);
      expect(isomer.conformerAngstrom).toBeNull();
    },
  );

  it('leaves a molecule that is told as it is', () => {
    const told = moleculeFromSmiles('C[C@H](F)O');
    expect(stereoisomerAt(told, geometryOf(moleculeFromSmiles('C[C@@H](F)O')))).toBe(told);
  });
});
