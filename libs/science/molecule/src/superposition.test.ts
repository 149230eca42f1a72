import { describe, expect, it } from 'vitest';
import { rmsdAngstrom } from './superposition';

describe('two geometries', () => {
  // A corner with three edges of unequal length, and its mirror image.
  const shape = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
  const turnedAndMoved = [5, 5, 5, 5, 6, 5, 3, 5, 5, 5, 5, 8];
  const mirrored = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, -3];

  it('are the same wherever they lie, and not their mirror images', () => {
    expect(rmsdAngstrom(shape, turnedAndMoved)).toBeLessThan(1e-6);
    expect(rmsdAngstrom(shape, mirrored)).toBeGreaterThan(0.3);
  });

  it('differ by what a superposition leaves', () => {
    // Three atoms in a line, and a stretched one: superposition cannot help.
    const [line, longer] = [1, 2].map((length) => [0, 0, 0, length, 0, 0, 2 * length, 0, 0]);
    expect(rmsdAngstrom(line!, longer!)).toBeCloseTo(Math.sqrt(2 / 3), 6);
  });
});
