// torsiondrive's `td_api`, which keeps nothing: each call goes through the whole scan again with the results that are there.

import { dihedralDegrees } from '@bespoke/molecule';
import { ANGSTROM_PER_BOHR } from '@bespoke/units';
import { DriveError } from './drive-error';
import type { DriveState } from './drive-state';
import { roundHalfToEven, wrapGridDegrees } from './grid';
import type { TorsiondriveState } from './torsiondrive-state';
import { openDrive, outstandingJobs, recordResult, type DriveJob } from './wavefront';

/** The jobs that are to be run next at a grid point, by their starting geometries. */
export interface NextJobs {
  gridDegrees: number[];
  startsBohr: number[][];
}

/** 3N coordinates in angstrom, in which torsiondrive calculates. */
type Geometry = readonly number[];

interface Result {
  end: Geometry;
  dihedralsDegrees: readonly number[];
  energyHartree: number;
  /** Its place among the results that count at the same grid point. */
  folderNumber: number;
}

/**
 * The jobs that a scan in this state needs next, as `torsiondrive.td_api.next_jobs_from_state` gives them: the grid
 * points ascending, at each the jobs in the order in which their results are to be appended. None: it is finished.
 */
export function nextTorsiondriveJobs(scan: TorsiondriveState): NextJobs[] {
  const results = resultsByJob(scan);
  // The drive refers to a geometry by its place here.
  const geometries: Geometry[] = scan.startsBohr.map(inAngstrom);
  const resultOf = ({ gridDegrees, startGeometry }: DriveJob): Result | undefined =>
    results.get(jobKey(gridDegrees, geometries[Number(startGeometry)]!));
  let state = openScan(scan, geometries);
  if (state === null) return [];
  for (;;) {
    const outstanding = outstandingJobs(state);
    const known = outstanding.filter((job) => resultOf(job) !== undefined);
    if (known.length === 0) return byGridPoint(outstanding, geometries);
    for (const job of known) {
      const { end, ...result } = resultOf(job)!;
      const geometry = String(geometries.push(end) - 1);
      state = recordResult(state, job.id, { ...result, geometry }).state;
    }
  }
}

/** Null where no starting geometry lies in the ranges: torsiondrive takes that for finished. */
function openScan(
  { settings, dihedrals }: TorsiondriveState,
  starts: readonly Geometry[],
): DriveState | null {
  const seeds = starts.map((start, index) => ({
    geometry: String(index),
    dihedralsDegrees: dihedralsOf(start, dihedrals),
  }));
  try {
    return openDrive({ ...settings, waitsForWholeRounds: true, seeds }).state;
  } catch (error) {
    if (error instanceof DriveError && error.code === 'none-in-range') return null;
    throw error;
  }
}

/**
 * What was computed, by target and start. torsiondrive takes for the target the grid point that a result is nearest to,
 * whatever was asked for: one that ended at another point is asked for again, and counts there. It also counts the
 * grid from 0 here and from -180 elsewhere, so that a spacing of 24 or 120 never ends.
 */
function resultsByJob({ finished, dihedrals, settings }: TorsiondriveState): Map<string, Result> {
  const results = new Map<string, Result>();
  const counts = new Map<string, number>();
  for (const { startBohr, endBohr, energyHartree } of finished) {
    const end = inAngstrom(endBohr);
    const dihedralsDegrees = dihedralsOf(end, dihedrals);
    const endsAt = dihedralsDegrees.map((angle, axis) => {
      const spacing = settings.gridSpacingDegrees[axis]!;
      return wrapGridDegrees(roundHalfToEven(angle / spacing) * spacing);
    });
    const folderNumber = (counts.get(endsAt.join()) ?? 0) + 1;
    counts.set(endsAt.join(), folderNumber);
    results.set(jobKey(endsAt, inAngstrom(startBohr)), {
      end,
      dihedralsDegrees,
      energyHartree,
      folderNumber,
    });
  }
  return results;
}

/** Geometries are the same whose coordinates, cut off (not rounded) after 0.001 angstrom, are. */
function jobKey(gridDegrees: readonly number[], start: Geometry): string {
  return `${gridDegrees.join()}<${start.map((coordinate) => Math.trunc(1000 * coordinate)).join()}`;
}

function byGridPoint(jobs: readonly DriveJob[], geometries: readonly Geometry[]): NextJobs[] {
  const points = new Map<string, NextJobs>();
  for (const { gridDegrees, startGeometry } of jobs) {
    const point = points.get(gridDegrees.join()) ?? { gridDegrees, startsBohr: [] };
    point.startsBohr.push(inBohr(geometries[Number(startGeometry)]!));
    points.set(gridDegrees.join(), point);
  }
  return [...points.values()].sort((a, b) => compareAngles(a.gridDegrees, b.gridDegrees));
}

function compareAngles(a: readonly number[], b: readonly number[]): number {
  const axis = a.findIndex((angle, index) => angle !== b[index]);
  return axis === -1 ? 0 : a[axis]! - b[axis]!;
}

/** Three atoms in a line have an angle of 0 there. */
function dihedralsOf(geometry: Geometry, dihedrals: TorsiondriveState['dihedrals']): number[] {
  return dihedrals.map((atoms) => {
    const angle = dihedralDegrees(geometry, atoms);
    return Number.isNaN(angle) ? 0 : angle;
  });
}

function inAngstrom(bohr: readonly number[]): number[] {
  return bohr.map((coordinate) => coordinate * ANGSTROM_PER_BOHR);
}

function inBohr(angstrom: Geometry): number[] {
  return angstrom.map((coordinate) => coordinate * (1 / ANGSTROM_PER_BOHR));
}
