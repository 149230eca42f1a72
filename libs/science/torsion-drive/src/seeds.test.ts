import { describe, expect, it } from 'vitest';
import { mergeSeeds, openDrive } from './index';

/** Four atoms in a chain at right angles, 1.5 angstrom apart. */
function chain(dihedralDegrees: number, stretchedAngstrom = 0): number[] {
  const angle = (dihedralDegrees * Math.PI) / 180;
  const length = 1.5 + stretchedAngstrom;
  return [0, 1.5, 0, 0, 0, 0, 1.5, 0, 0, 1.5, length * Math.cos(angle), length * Math.sin(angle)];
}

describe('starting geometries', () => {
  const settings = { gridSpacingDegrees: [30], energyDecreaseThresholdHartree: 1e-5 };
  const seed = (geometry: string, angle: number, stretched = 0, moved = 0) => ({
    geometry,
    dihedralsDegrees: [angle],
    coordinatesAngstrom: chain(angle, stretched).map((coordinate) => coordinate + moved),
  });
  const seeds = [
    seed('first', 58),
    seed('nearly the same, elsewhere in space', 59, 0.01, 7),
    seed('the same torsion, another shape', 58, 0.5),
    seed('near, but nearest to the next grid point', 76),
    seed('a mirror image', -58),
  ];
  const names = (some: readonly { geometry: string }[]) => some.map(({ geometry }) => geometry);

  it('are merged where they are nearly the same and go to the same grid point', () => {
    expect(names(mergeSeeds(seeds, settings, 0.1))).toEqual(names(seeds.toSpliced(1, 1)));
    expect(names(mergeSeeds(seeds, settings, 1))).toEqual(names(seeds.toSpliced(1, 2)));
    expect(names(mergeSeeds(seeds, settings, 0))).toEqual(names(seeds));
  });

  it('cost an optimisation each', () => {
    expect(openDrive({ ...settings, seeds }).jobs).toHaveLength(5);
    expect(openDrive({ ...settings, seeds: mergeSeeds(seeds, settings, 0.1) }).jobs).toHaveLength(4);
  });
});
