import { dihedralDegrees } from '@bespoke/molecule';
import { describe, expect, it } from 'vitest';
import { changedConnectivity, describeBondChanges } from './connectivity';
import { turnDihedral } from './turn-dihedral';

/** Hydrogen peroxide with a tail on one side: H-O-O-C-H. */
const bonds = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 4],
] as const;
const geometry = [-0.3, 0.9, 0, 0, 0, 0, 1.45, 0, 0, 1.9, 0.9, 0.9, 2.9, 0.8, 1.2];

const distance = (from: ArrayLike<number>, i: number, j: number) =>
  Math.hypot(...[0, 1, 2].map((axis) => from[3 * i + axis]! - from[3 * j + axis]!));

describe('turning a dihedral', () => {
  it('lands on the angle and moves the smaller side only, as a rigid body', () => {
    for (const target of [-179, -90, 0, 33.3, 180]) {
      for (const dihedral of [
        [0, 1, 2, 3],
        [3, 2, 1, 0],
      ] as const) {
        const turned = turnDihedral(bonds, geometry, dihedral, target)!;
        expect(Math.cos(((dihedralDegrees(turned, [...dihedral]) - target) * Math.PI) / 180)).toBeCloseTo(
          1,
          12,
        );
        expect([...turned.slice(3)]).toEqual(geometry.slice(3));
        expect(distance(turned, 0, 1)).toBeCloseTo(distance(geometry, 0, 1), 12);
        expect(distance(turned, 0, 2)).toBeCloseTo(distance(geometry, 0, 2), 12);
      }
    }
  });

  it('is not possible in a ring or without a bond', () => {
    expect(turnDihedral([...bonds, [4, 0]], geometry, [0, 1, 2, 3], 0)).toBeNull();
    expect(turnDihedral([bonds[0], bonds[2], bonds[3]], geometry, [0, 1, 2, 3], 0)).toBeNull();
  });
});

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
