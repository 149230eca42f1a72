import { describe, expect, it } from 'vitest';
import { geometrySteps } from './scan';

/** Three atoms, the last of them moved along y; the superposition takes part of the way back. */
function geometry(y: number): number[] {
  return [0, 0, 0, 1.5, 0, 0, 1.5, y, 0];
}

function pointsAt(degrees: readonly number[], jumpAt: number) {
  return degrees.map((angle) => ({
    gridDegrees: [angle],
    geometryAngstrom: geometry(angle < jumpAt ? 1 : 2.2),
  }));
}

describe('the steps of a scan', () => {
  const circle = [-90, 0, 90, 180];

  it('are those between neighbours, once each, and long where the geometry jumps', () => {
    const steps = geometrySteps({ gridSpacingDegrees: [90] }, pointsAt(circle, 90));
    const long = steps.filter(({ rmsdAngstrom }) => rmsdAngstrom > 0.1).map(({ points }) => points.join());
    const short = steps.filter(({ rmsdAngstrom }) => rmsdAngstrom < 1e-6).map(({ points }) => points.join());
    expect(long.sort()).toEqual(['0,3', '1,2']);
    expect(short.sort()).toEqual(['0,1', '2,3']);
  });

  it('go neither round the ends of a range nor over a missing point', () => {
    const range = { gridSpacingDegrees: [90], rangesDegrees: [[-90, 90]] as const };
    const named = (steps: { points: readonly number[] }[]): string[] =>
      steps.map(({ points }) => points.join());
    expect(named(geometrySteps(range, pointsAt([-90, 0, 90], 90)))).toEqual(['0,1', '1,2']);
    const withHole = geometrySteps({ gridSpacingDegrees: [90] }, pointsAt([-90, 90, 180], 90));
    expect(named(withHole).sort()).toEqual(['0,2', '1,2']);
  });
});
