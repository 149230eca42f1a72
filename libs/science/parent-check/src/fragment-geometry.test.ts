import {
  dihedralDegrees,
  extractFragment,
  generateConformers,
  loadRDKit,
  moleculeFromSmiles,
} from '@bespoke/molecule';
import { beforeAll, describe, expect, it } from 'vitest';
import { fragmentGeometry } from './fragment-geometry';

const distance = (geometry: ArrayLike<number>, i: number, j: number): number =>
  Math.hypot(...[0, 1, 2].map((axis) => geometry[3 * i + axis]! - geometry[3 * j + axis]!));

describe('a fragment in the geometry of its parent', () => {
  beforeAll(loadRDKit);

  it('lies where the parent lies, caps on the bonds that were cut', () => {
    const parent = moleculeFromSmiles('OCCCC(C)N');
    const [conformer] = generateConformers(parent, { maxConformers: 1, seed: 1, allowUndefinedStereo: true });
    const { molecule, parentAtoms } = extractFragment(parent, new Set([1, 2, 3, 4]));
    const geometry = fragmentGeometry(molecule, parent, parentAtoms, conformer!);
    const caps: number[] = [];
    parentAtoms.forEach((parentAtom, atom) => {
      if (parentAtom === null) caps.push(atom);
      else
        expect([...geometry.slice(3 * atom, 3 * atom + 3)]).toEqual([
          ...conformer!.slice(3 * parentAtom, 3 * parentAtom + 3),
        ]);
    });
    expect(caps).toHaveLength(3);
    for (const cap of caps) {
      const [carrier] = molecule.neighbours[cap]!;
      expect(distance(geometry, cap, carrier!)).toBeCloseTo(1.09, 6);
      for (const other of molecule.atoms.keys())
        if (other !== cap && other !== carrier) expect(distance(geometry, cap, other)).toBeGreaterThan(1.5);
    }
    // The cap of O1 points where O1 was.
    const carbon = parentAtoms.indexOf(1);
    const cap = caps.find((each) => molecule.neighbours[each]!.includes(carbon))!;
    expect(
      dihedralDegrees(geometry, [cap, carbon, parentAtoms.indexOf(2), parentAtoms.indexOf(3)]),
    ).toBeCloseTo(dihedralDegrees(conformer!, [0, 1, 2, 3]), 6);
  });

  it('has as many caps on a bond as its order was, apart from each other', () => {
    const parent = moleculeFromSmiles('CCC=O');
    const [conformer] = generateConformers(parent, { maxConformers: 1, seed: 1 });
    const { molecule, parentAtoms } = extractFragment(parent, new Set([0, 1, 2]));
    const geometry = fragmentGeometry(molecule, parent, parentAtoms, conformer!);
    const [first, second, ...more] = [...parentAtoms.keys()].filter((atom) => parentAtoms[atom] === null);
    expect(more).toEqual([]);
    expect(distance(geometry, first!, second!)).toBeGreaterThan(0.9);
  });
});
