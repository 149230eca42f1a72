import { describe, expect, it } from 'vitest';
import { gridDegrees, gridDistance, gridNeighbours, gridOf, nearestGridIndex, roundHalfToEven } from './grid';

function anglesOf(spacing: number, range?: [number, number]): number[] {
  const grid = gridOf({ gridSpacingDegrees: [spacing], ...(range && { rangesDegrees: [range] }) });
  return Array.from({ length: grid.size }, (_, index) => gridDegrees(grid, index)[0]!);
}

describe('a grid', () => {
  it('is counted from -180, so that 0 is not on one of 24 degrees', () => {
    expect(anglesOf(60)).toEqual([-120, -60, 0, 60, 120, 180]);
    expect(anglesOf(24)).toEqual([-156, -132, -108, -84, -60, -36, -12, 12, 36, 60, 84, 108, 132, 156, 180]);
  });

  it('of a range has what torsiondrive has, in the order in which it is walked over', () => {
    expect(anglesOf(60, [-70, 60])).toEqual([-60, 0, 60]);
    expect(anglesOf(60, [60, 240])).toEqual([60, 120, 180, -120]);
    expect(anglesOf(60, [-180, -60])).toEqual([180, -120, -60]);
    expect(anglesOf(60, [200, 300])).toEqual([-120, -60]);
    expect(anglesOf(60, [-100, 300])).toHaveLength(6);
    expect(anglesOf(60, [10, 50])).toEqual([]);
  });

  it('of two dihedrals runs over the last one fastest', () => {
    const grid = gridOf({ gridSpacingDegrees: [180, 120] });
    expect(Array.from({ length: grid.size }, (_, index) => gridDegrees(grid, index))).toEqual([
      [0, -60],
      [0, 60],
      [0, 180],
      [180, -60],
      [180, 60],
      [180, 180],
    ]);
  });

  it('has neighbours round the circle, but not round a range', () => {
    const neighbours = (range?: [number, number]) => {
      const grid = gridOf({ gridSpacingDegrees: [60], ...(range && { rangesDegrees: [range] }) });
      return gridNeighbours(grid, grid.size - 1).map((index) => gridDegrees(grid, index)[0]);
    };
    expect(neighbours()).toEqual([120, -120]);
    expect(neighbours([60, 240])).toEqual([180]);
  });

  it('counts steps along each dihedral, the short way round where there is one', () => {
    const grid = gridOf({
      gridSpacingDegrees: [60, 60],
      rangesDegrees: [
        [-180, 180],
        [-120, 120],
      ],
    });
    const at = (...angles: number[]): number => nearestGridIndex(grid, angles)!;
    expect(gridDistance(grid, at(180, 0), at(-120, 0))).toBe(1);
    expect(gridDistance(grid, at(0, -120), at(0, 120))).toBe(4);
    expect(gridDistance(grid, at(180, -120), at(-120, 120))).toBe(5);
    expect(at(0, 170)).toBeNull();
  });

  it('takes an angle halfway between two points to that whose number is even, as numpy does', () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, 1.2, -1.7].map(roundHalfToEven)).toEqual([0, 2, 2, -0, -2, 1, -2]);
    const grid = gridOf({ gridSpacingDegrees: [15] });
    const nearest = (angle: number) => gridDegrees(grid, nearestGridIndex(grid, [angle])!)[0];
    expect([-172.5, -157.5, -172.6, 172.4, 173].map(nearest)).toEqual([180, -150, 180, 165, 180]);
  });
});
