import { describe, expect, it } from 'vitest';
import { dihedralDegrees } from './index';

/** Four atoms along z, the last one turned by an angle about it. */
const twisted = (degrees: number): number[] => {
  const angle = (degrees * Math.PI) / 180;
  return [1, 0, 0, 0, 0, 0, 0, 0, 1.5, Math.cos(angle), Math.sin(angle), 1.5];
};

describe('a dihedral angle', () => {
  // Seen along the bond from front to back, +z goes away from the eye and x to y runs clockwise.
  it.each([0, 15, 90, 179, -179, -90, -60, 180])(
    'of %i degrees is measured with the sign of IUPAC',
    (degrees) => {
      expect(dihedralDegrees(twisted(degrees), [0, 1, 2, 3])).toBeCloseTo(degrees, 9);
      expect(dihedralDegrees(twisted(degrees), [3, 2, 1, 0])).toBeCloseTo(degrees, 9);
    },
  );

  it('is 180 and never -180 for four atoms in a zigzag', () => {
    expect(dihedralDegrees([1, 0, 0, 0, 0, 0, 0, 0, 1, -1, 0, 1], [0, 1, 2, 3])).toBe(180);
    expect(dihedralDegrees([1, 0, 0, 0, 0, 0, 0, 0, 1, -1, -0, 1], [0, 1, 2, 3])).toBe(180);
  });

  it('is not a number where three atoms lie on a line', () => {
    expect(dihedralDegrees([0, 0, -1, 0, 0, 0, 0, 0, 1, 1, 0, 1], [0, 1, 2, 3])).toBeNaN();
  });
});
