import { generateConformers, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { beforeAll, describe, expect, it } from 'vitest';
import { leastInteractingFirst, mostDiverse } from './conformer-choice';

beforeAll(loadRDKit);

describe('conformers for charges', () => {
  it('have polar groups far apart: no hydrogen bond within ethylene glycol', () => {
    const glycol = moleculeFromSmiles('[O:1]([C:2]([C:3]([O:4][H:10])([H:8])[H:9])([H:6])[H:7])[H:5]');
    const conformers = generateConformers(glycol, { maxConformers: 10, seed: 1 });
    const charges = [-0.6, 0.1, 0.1, -0.6, 0.4, 0.05, 0.05, 0.05, 0.05, 0.4];
    const oxygens = (g: ArrayLike<number>) => Math.hypot(...[0, 1, 2].map((axis) => g[axis]! - g[9 + axis]!));
    const [first] = leastInteractingFirst(glycol, conformers, charges);
    expect(oxygens(first!)).toBeGreaterThan(3.5);
    expect(Math.min(...conformers.map(oxygens))).toBeLessThan(3.2);
  });

  // A tetrahedron with one long edge, and its mirror image.
  const shape = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
  const turnedAndMoved = [5, 5, 5, 5, 6, 5, 3, 5, 5, 5, 5, 8];
  const mirrored = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, -3];

  it('are as diverse as can be', () => {
    const chosen = mostDiverse([shape, turnedAndMoved, mirrored], 3, 0.05);
    expect(chosen).toEqual([shape, mirrored]);
  });
});
