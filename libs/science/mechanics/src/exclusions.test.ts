import { describe, expect, it } from 'vitest';
import { excludedAndScaledPairs } from './exclusions';

const chain = [[1], [0, 2], [1, 3], [2, 4], [3]];
const square = [
  [1, 3],
  [0, 2],
  [1, 3],
  [0, 2],
];
const pentagon = [
  [1, 4],
  [0, 2],
  [1, 3],
  [2, 4],
  [0, 3],
];

describe('nonbonded pairs', () => {
  it('are excluded up to 1-3, scaled at 1-4 and full beyond', () => {
    const from0 = excludedAndScaledPairs(chain).slice(0, 5);
    expect(from0).toEqual(['excluded', 'excluded', 'excluded', 'scaled', 'full']);
  });

  it.each([
    ['a ring of four', square],
    ['a ring of five', pentagon],
  ])('in %s count by the shorter way round', (_name, ring) => {
    expect(excludedAndScaledPairs(ring).every((kind) => kind === 'excluded')).toBe(true);
  });
});
