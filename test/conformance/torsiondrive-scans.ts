import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import {
  bestPoints,
  nextTorsiondriveJobs,
  openDrive,
  readTorsiondriveState,
  recordResult,
  type DriveJob,
  type DriveState,
  type FinishedOptimization,
  type TorsiondriveState,
} from '@bespoke/torsion-drive';
import { dihedralDegrees } from '@bespoke/molecule';
import { wrapDegrees } from '@bespoke/units';
import { pythonWith } from '../e2e/support/python-environment';

/** What torsiondrive is asked to scan; see `torsiondrive_scans.py`. */
export interface ScanRequest {
  seed: number;
  dihedrals: number;
  grid_spacing: readonly number[];
  dihedral_ranges: readonly (readonly [number, number])[] | null;
  energy_upper_limit: number | null;
  energy_decrease_thresh: number | null;
  conformers: number;
  sheets: number;
  off_target: number;
  elsewhere: number;
  energy_step: number;
}

type Coordinates = number[];
type Finished = [start: Coordinates, end: Coordinates, energyHartree: number];

/** A scan that torsiondrive made, round by round. */
export interface Scan {
  /** Before the first round. */
  state: Record<string, unknown>;
  rounds: { next_jobs: Record<string, Coordinates[]>; results: Record<string, Finished[]> | null }[];
  lowest: Record<string, number>;
  grid_energies?: Record<string, number>;
}

/** A Python with torsiondrive; null where there is none to make it with. */
export function torsiondrivePython(): string | null {
  return pythonWith('torsiondrive-venv', ['torsiondrive==1.2.0'], [9, 13]);
}

/** Has torsiondrive make scans; `heard` is called with each in the order of the requests. */
export async function scanWithTorsiondrive(
  python: string,
  requests: readonly ScanRequest[],
  heard: (scan: Scan, request: ScanRequest) => void,
): Promise<void> {
  const program = spawn(python, [path.join(__dirname, 'torsiondrive_scans.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  const ended = new Promise<number | null>((resolve, reject) =>
    program.once('error', reject).once('close', resolve),
  );
  program.stdin.on('error', () => undefined); // It shows in the exit code.
  program.stdin.end(requests.map((request) => JSON.stringify(request)).join('\n'));
  let answered = 0;
  for await (const line of createInterface({ input: program.stdout })) {
    heard(JSON.parse(line) as Scan, requests[answered++]!);
  }
  const exitCode = await ended;
  if (exitCode !== 0 || answered !== requests.length)
    throw new Error(`torsiondrive ended with ${exitCode} after ${answered} of ${requests.length} scans.`);
}

/** The rounds in which `nextTorsiondriveJobs` gives other jobs than torsiondrive gave, and how many jobs there were. */
export function replayRounds({ state, rounds }: Scan): { jobs: number; differences: string[] } {
  const status = new Map<string, Finished[]>();
  const differences: string[] = [];
  let jobs = 0;
  for (const [round, { next_jobs, results }] of rounds.entries()) {
    const next = nextTorsiondriveJobs(readTorsiondriveState(stateJson(state, status)));
    const found = next.map(({ gridDegrees, startsBohr }) => [gridDegrees.join(), startsBohr] as const);
    const expected = inTorsiondriveOrder(next_jobs);
    if (JSON.stringify(found) !== JSON.stringify(expected)) differences.push(`round ${round}`);
    jobs += expected.reduce((sum, [, starts]) => sum + starts.length, 0);
    for (const [key, finished] of inTorsiondriveOrder(results ?? {}))
      status.set(key, [...(status.get(key) ?? []), ...finished]);
  }
  return { jobs, differences };
}

/** As `td_api.update_state` leaves it; an object would have its keys in another order. */
function stateJson(state: Record<string, unknown>, status: ReadonlyMap<string, Finished[]>): string {
  const entries = [...status].map(([key, jobs]) => `${JSON.stringify(key)}: ${JSON.stringify(jobs)}`);
  const rest = Object.entries(state).filter(([key]) => key !== 'grid_status');
  const fields = rest.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `{${[...fields, `"grid_status": {${entries.join()}}`].join()}}`;
}

/** By grid point, ascending. */
function inTorsiondriveOrder<T>(byKey: Record<string, T>): [key: string, value: T][] {
  return Object.entries(byKey).sort(([a], [b]) => {
    const [left, right] = [a, b].map((key) => key.split(',').map(Number)) as [number[], number[]];
    const axis = left.findIndex((angle, index) => angle !== right[index]);
    return axis === -1 ? 0 : left[axis]! - right[axis]!;
  });
}

/** What the wavefront did with the results of a scan. */
export interface Replay {
  state: DriveState;
  /** Target and start of each. */
  jobs: string[];
  /** Jobs that torsiondrive did not run. */
  unknown: string[];
}

/** Gives the results of a scan to the wavefront, with its local barrier; `pick` chooses which job is answered next. */
export function replayDrive(scan: Scan, pick: (outstanding: number) => number): Replay {
  const { settings, dihedrals, startsBohr } = readTorsiondriveState(stateJson(scan.state, new Map()));
  const results = resultsByJob(scan, dihedrals, settings.gridSpacingDegrees);
  const seeds = startsBohr.map((start) => ({
    geometry: nameOf(start),
    dihedralsDegrees: anglesOf(start, dihedrals),
  }));
  const opened = openDrive({ ...settings, seeds });
  const replay: Replay = { state: opened.state, jobs: [], unknown: [] };
  const outstanding = [...opened.jobs];
  while (outstanding.length > 0) {
    const [job] = outstanding.splice(pick(outstanding.length), 1) as [DriveJob];
    const name = `${job.gridDegrees.join()}<${job.startGeometry}`;
    const result = results.get(name);
    replay.jobs.push(name);
    if (result === undefined) replay.unknown.push(name);
    const step = recordResult(replay.state, job.id, result ?? { failure: 'torsiondrive did not run it' });
    replay.state = step.state;
    outstanding.push(...step.jobs);
  }
  return replay;
}

/** The jobs that torsiondrive ran, each once: those whose geometries ended at another grid point were asked for again. */
export function jobsOf({ rounds }: Scan): string[] {
  const names = rounds.flatMap(({ next_jobs }) =>
    Object.entries(next_jobs).flatMap(([key, starts]) => starts.map((start) => `${key}<${nameOf(start)}`)),
  );
  return [...new Set(names)].sort();
}

export function energiesOf(state: DriveState): Record<string, number> {
  return Object.fromEntries(
    bestPoints(state).map(({ gridDegrees, energyHartree }) => [gridDegrees.join(), energyHartree]),
  );
}

/** As td_api takes them: a result belongs to the grid point where it ended. */
function resultsByJob(
  { rounds }: Scan,
  dihedrals: TorsiondriveState['dihedrals'],
  spacingsDegrees: readonly number[],
) {
  const results = new Map<string, FinishedOptimization>();
  const counts = new Map<string, number>();
  for (const { results: byKey } of rounds) {
    for (const [start, end, energyHartree] of inTorsiondriveOrder(byKey ?? {}).flatMap(([, jobs]) => jobs)) {
      const dihedralsDegrees = anglesOf(end, dihedrals);
      const endsAt = dihedralsDegrees.map((angle, axis) => {
        const spacing = spacingsDegrees[axis]!;
        return wrapDegrees(Math.round(angle / spacing) * spacing);
      });
      const folderNumber = (counts.get(endsAt.join()) ?? 0) + 1;
      counts.set(endsAt.join(), folderNumber);
      results.set(`${endsAt.join()}<${nameOf(start)}`, {
        energyHartree,
        dihedralsDegrees,
        geometry: nameOf(end),
        folderNumber,
      });
    }
  }
  return results;
}

function anglesOf(
  coordinates: Coordinates | readonly number[],
  dihedrals: TorsiondriveState['dihedrals'],
): number[] {
  return dihedrals.map((atoms) => dihedralDegrees(coordinates, atoms));
}

/** The same after the coordinates went through angstrom and back. */
function nameOf(coordinates: readonly number[]): string {
  return coordinates.map((coordinate) => Number(coordinate.toFixed(8)) + 0).join();
}
