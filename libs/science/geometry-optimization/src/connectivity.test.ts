import { describe, expect, it } from 'vitest';
import { changedConnectivity, describeBondChanges } from './connectivity';

/** Hydrogen peroxide with a tail on one side: H-O-O-C-H. */
const bonds = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 4],
] as const;
const geometry = [-0.3, 0.9, 0, 0, 0, 0, 1.45, 0, 0, 1.9, 0.9, 0.9, 2.9, 0.8, 1.2];

describe('connectivity', () => {
  const elements = [1, 8, 8, 6, 1];

  it('is the same while bonds only stretch a little', () => {
    const stretched = geometry.map((coordinate) => 1.05 * coordinate);
    expect(changedConnectivity(elements, bonds, geometry, stretched)).toEqual([]);
  });

  it('names the bonds that broke and those that formed', () => {
    const moved = [...geometry];
    moved.splice(0, 3, 1.6, -0.9, 0);
    const changes = changedConnectivity(elements, bonds, geometry, moved);
    expect(describeBondChanges(elements, changes)).toBe('H1-O2 broken, H1-O3 formed');
  });

  it('does not blame a calculation for what was near before', () => {
    const near = [...geometry];
    near.splice(0, 3, 0.75, -0.75, 0);
    expect(describeBondChanges(elements, changedConnectivity(elements, bonds, geometry, near))).toBe(
      'H1-O3 formed',
    );
    expect(changedConnectivity(elements, bonds, near, near)).toEqual([]);
  });
});
