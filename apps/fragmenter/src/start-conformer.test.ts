import { fragmentMolecule } from '@bespoke/fragmentation';
import { dihedralDegrees, generateConformers, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { beforeAll, describe, expect, it } from 'vitest';
import { fragmentConformer } from './start-conformer';

const SINGLE_BONDS = ['[!#1]~[!$(*#*)&!D1:1]-;!@[!$(*#*)&!D1:2]~[!#1]'];

beforeAll(loadRDKit);

async function cut(smiles: string, scheme: 'none' | 'pfizer') {
  const molecule = moleculeFromSmiles(smiles);
  const [geometry] = generateConformers(molecule, { maxConformers: 1, seed: 3 });
  return {
    molecule,
    geometry: [...geometry!],
    fragments: await fragmentMolecule(molecule, { scheme, targetTorsionSmarts: SINGLE_BONDS }),
  };
}

describe('the geometry given with a molecule', () => {
  it('is that of a fragment that is the whole molecule, in the numbering of the fragment', async () => {
    const { molecule, geometry, fragments } = await cut('OC[C@H](F)c1ccccc1', 'none');
    expect(fragments.length).toBeGreaterThan(1);
    for (const fragment of fragments) {
      const own = fragmentConformer(geometry, fragment)!;
      const { parentAtoms } = fragment.occurrences[0]!;
      fragment.molecule.atoms.forEach(({ element }, atom) =>
        expect(element).toBe(molecule.atoms[parentAtoms[atom]!]!.element),
      );
      for (const { begin, end } of fragment.molecule.bonds) {
        const length = Math.hypot(...[0, 1, 2].map((axis) => own[3 * begin + axis]! - own[3 * end + axis]!));
        expect(length).toBeLessThan(1.6);
      }
      const [i, j, k, l] = [2, 0, 1, 3].map((atom) => parentAtoms[atom]!) as [number, number, number, number];
      expect(dihedralDegrees(own, [2, 0, 1, 3])).toBe(dihedralDegrees(geometry, [i, j, k, l]));
    }
  });

  it('is that of a molecule that is too small to be cut', async () => {
    const { geometry, fragments } = await cut('CCCC', 'pfizer');
    expect(fragments.map((fragment) => fragmentConformer(geometry, fragment)?.length)).toEqual([42]);
  });

  it('is not that of a piece, also of one with as many atoms', async () => {
    const { geometry, fragments } = await cut('CCCCCCCCc1ccccc1', 'pfizer');
    expect(fragments.map((fragment) => fragmentConformer(geometry, fragment))).toEqual(
      fragments.map(() => null),
    );
    const piece = { occurrences: [{ parentAtoms: [1, 0, null] }] };
    expect(fragmentConformer([0, 0, 0, 1, 0, 0, 2, 0, 0], piece)).toBeNull();
  });
});
