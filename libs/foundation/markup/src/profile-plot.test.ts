import { describe, expect, it } from 'vitest';
import { profilePlot, type ProfilePoint } from './index';

const point = (across: number, energyKcalPerMol: number, hasWeight = true): ProfilePoint => ({
  across,
  qmKcalPerMol: energyKcalPerMol,
  mmBeforeKcalPerMol: energyKcalPerMol,
  mmAfterKcalPerMol: energyKcalPerMol,
  hasWeight,
});

const grid = (angles: readonly number[]): ProfilePoint[] => angles.map((angle) => point(angle, angle % 7));

const plot = (points: readonly ProfilePoint[], axis?: 'dihedral' | 'point'): string =>
  profilePlot('p', 'a <drive>', points, axis).source;

/** Where the points of the QM profile's lines are. */
const linesOfQM = (svg: string): [number, number][][] =>
  [...svg.slice(svg.lastIndexOf('<g class="qm">')).matchAll(/<polyline points="([^"]*)"/g)].map(
    ([, places]) => places!.split(' ').map((place) => place.split(',').map(Number) as [number, number]),
  );

const SIXTH = [-120, -60, 0, 60, 120, 180];

describe('the plot of a profile', () => {
  it('closes the circle, whatever the order of the points', () => {
    const [line, ...others] = linesOfQM(plot(grid(SIXTH).toReversed()));
    expect(others).toEqual([]);
    expect(line).toHaveLength(7);
    expect(line![0]![1]).toBe(line!.at(-1)![1]);
    expect(line!.map(([x]) => x)).toEqual(line!.map(([x]) => x).toSorted((a, b) => a - b));
  });

  it.each([
    ['from 0 to 360', [0, 60, 120, 180, 240, 300], 1],
    ['of a part of the circle', [0, 15, 30, 45], 1],
    ['with a point twice', [0, 0, 15, 30, 45], 1],
    ['with a gap', [-120, -60, 60, 120, 180], 2],
    ['of one point', [30], 1],
  ])('can be made of angles %s', (_, angles, runs) => {
    const svg = plot(grid(angles));
    expect(linesOfQM(svg)).toHaveLength(runs);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(svg).toContain('a &lt;drive&gt;');
  });

  it('goes over the numbers of the points where there is no grid', () => {
    const svg = plot(grid([1, 2, 3]), 'point');
    expect(linesOfQM(svg)[0]).toHaveLength(3);
    expect(svg).not.toMatch(/°|dihedral|NaN/);
  });

  it('shows points without weight hollow, and is not stretched by one that lies anywhere', () => {
    const points = SIXTH.map((angle) => point(angle, 3));
    expect(plot(points)).not.toContain('hollow');
    const svg = plot([...points.slice(1), point(-120, 5000, false)]);
    expect(svg.match(/class="hollow"/g)).toHaveLength(4);
    const heights = linesOfQM(svg)[0]!.map(([, y]) => y);
    expect(Math.min(...heights)).toBeLessThan(0);
    expect(heights.filter((y) => y > 0 && y < 340)).toHaveLength(6);
  });
});
