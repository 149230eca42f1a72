import { describe, expect, it } from 'vitest';
import { nextTorsiondriveJobs, readTorsiondriveState, TorsiondriveStateError } from './index';

/** Four atoms in a chain, 3 bohr apart and at right angles, with a dihedral angle. */
function chain(dihedralDegrees: number, moved = 0): number[] {
  const angle = (dihedralDegrees * Math.PI) / 180;
  return [0, 3, moved, 0, 0, 0, 3, 0, 0, 3, 3 * Math.cos(angle), 3 * Math.sin(angle)];
}

type Job = [start: number[], end: number[], energyHartree: number];

function stateWith(gridStatus: string, change: Record<string, unknown> = {}): string {
  const state = {
    dihedrals: [[0, 1, 2, 3]],
    grid_spacing: [90],
    elements: ['C', 'C', 'C', 'C'],
    init_coords: [chain(5)],
    ...change,
  };
  return `${JSON.stringify(state).slice(0, -1)}, "grid_status": ${gridStatus}}`;
}

/** The dihedral angles of the next jobs' starts, by grid point. */
function next(gridStatus: string, change?: Record<string, unknown>): Record<string, number[]> {
  const jobs = nextTorsiondriveJobs(readTorsiondriveState(stateWith(gridStatus, change)));
  return Object.fromEntries(
    jobs.map(({ gridDegrees, startsBohr }) => [
      gridDegrees.join(),
      startsBohr.map((start) => Math.round((Math.atan2(start[11]!, start[10]!) * 180) / Math.PI)),
    ]),
  );
}

const done = (from: number, to: number, energy: number): Job => [chain(from), chain(to), energy];

describe("torsiondrive's next jobs", () => {
  it('are the starts, then the neighbours of what improved, then none', () => {
    expect(next('{}')).toEqual({ '0': [5] });
    const first = [done(5, 0.2, -1)];
    expect(next(JSON.stringify({ '0': first }))).toEqual({ '-90': [0], '90': [0] });
    const second = { '0': first, '90': [done(0.2, 90, -1)], '-90': [done(0.2, -90, -1)] };
    expect(next(JSON.stringify(second))).toEqual({ '0': [90, -90], '180': [90, -90] });
    const third = {
      ...second,
      '0': [...first, done(90, 0.1, -1), done(-90, 0.3, -1)],
      '180': [done(90, 180, -1), done(-90, 179.9, -1)],
    };
    expect(next(JSON.stringify(third))).toEqual({ '-90': [180], '90': [180] });
    const fourth = {
      ...third,
      '90': [...second[90], done(180, 90, -1)],
      '-90': [...second[-90], done(180, -90, -1)],
    };
    expect(next(JSON.stringify(fourth))).toEqual({});
  });

  it('are what is missing of a round, and no more before it is there', () => {
    const status = { '0': [done(5, 0, -1)], '90': [done(0, 90, -1)] };
    expect(next(JSON.stringify(status))).toEqual({ '-90': [0] });
  });

  it('are a job again that ended at another grid point, whose result counts there', () => {
    const status = { '0': [done(5, 0, -1)], '90': [done(0, -89.8, -1)], '-90': [] };
    expect(next(JSON.stringify(status))).toEqual({ '90': [0] });
  });

  it('do not follow from a result beside its target, which is not asked for again', () => {
    expect(next(JSON.stringify({ '0': [done(5, 2, -1)] }))).toEqual({});
  });

  it('take of two results for one job the later one in the file', () => {
    const there = JSON.stringify([done(0, 90.3, -3)]);
    const here = JSON.stringify([done(0, 90.1, -2)]);
    const status = (rest: string) =>
      `{"0": ${JSON.stringify([done(5, 0, -1)])}, ${rest}, "-90": ${JSON.stringify([done(0, -90, -1)])}}`;
    const starts = (rest: string) =>
      nextTorsiondriveJobs(readTorsiondriveState(stateWith(status(rest)))).flatMap(
        ({ startsBohr }) => startsBohr,
      );
    const isFrom = (starting: number[][], angle: number) =>
      starting.some((start) => Math.abs(start[11]! - chain(angle)[11]!) < 1e-9 && start[11]! > 0);
    expect(isFrom(starts(`"180": ${there}, "90": ${here}`), 90.1)).toBe(true);
    expect(isFrom(starts(`"90": ${here}, "180": ${there}`), 90.3)).toBe(true);
  });

  it('tell geometries apart by their coordinates cut off after 0.001 angstrom', () => {
    const bohr = (angstrom: number): number => angstrom / 0.529177210903;
    const from = (moved: number): Job => [chain(5, moved), chain(0), -1];
    const given = { init_coords: [chain(5, bohr(0.0009))] };
    expect(next(JSON.stringify({ '0': [from(bohr(0.0001))] }), given)).toEqual({ '-90': [0], '90': [0] });
    expect(next(JSON.stringify({ '0': [from(bohr(0.0011))] }), given)).toEqual({ '0': [5] });
  });

  it('are none where no start lies in the ranges', () => {
    expect(next('{}', { dihedral_ranges: [[60, 120]] })).toEqual({});
    expect(next('{}', { dihedral_ranges: [] })).toEqual({ '0': [5] });
  });

  it('are never done with a spacing that has 0 not on its grid, as in torsiondrive', () => {
    expect(next('{}', { grid_spacing: [120] })).toEqual({ '60': [5] });
    expect(next(JSON.stringify({ '60': [done(5, 60, -1)] }), { grid_spacing: [120] })).toEqual({
      '60': [5],
    });
  });

  it('are refused for a state that makes no sense, by its field', () => {
    const fault = (change: Record<string, unknown>, gridStatus = '{}'): string => {
      try {
        readTorsiondriveState(stateWith(gridStatus, change));
      } catch (error) {
        expect(error).toBeInstanceOf(TorsiondriveStateError);
        return (error as Error).message;
      }
      return '';
    };
    expect(fault({ elements: undefined })).toBe('elements: it is missing');
    expect(fault({ dihedrals: [[0, 1, 2, 4]] })).toMatch(/^dihedrals\[0\]: .* four atoms/);
    expect(fault({ dihedrals: [[0, 1, 2, 3], [3, 2, 1, 0]] })).toBe('dihedrals[1]: it is there twice'); // prettier-ignore
    expect(fault({ grid_spacing: [90, 90] })).toMatch(/^grid_spacing: it is to have 1/);
    expect(fault({ grid_spacing: [14] })).toMatch(/divides 360.*14/);
    expect(fault({ dihedral_ranges: [[0, 400]] })).toMatch(/0 to 400/);
    expect(fault({ init_coords: [] })).toMatch(/^init_coords: give one/);
    expect(fault({ init_coords: [[1, 2, 3]] })).toMatch(/^init_coords\[0\]: it is to be 12 numbers in bohr/);
    expect(fault({ energy_upper_limit: 'high' })).toBe('energy_upper_limit: it is to be a number');
    expect(fault({}, 'null')).toMatch(/^grid_status: it is to be an object/);
    expect(fault({}, '{"0": [[[], [], -1]]}')).toMatch(/^grid_status\["0"\]\[0\]\[0\]: it is to be 12/);
    expect(fault({}, JSON.stringify({ '0': [[chain(5), chain(0), null]] }))).toMatch(
      /\[2\]: it is to be a n/,
    );
    expect(() => readTorsiondriveState('{"dihedrals": ')).toThrow(/^the state: it is not JSON/);
    expect(() => readTorsiondriveState('[1]')).toThrow(/^the state: it is to be an object/);
  });
});
