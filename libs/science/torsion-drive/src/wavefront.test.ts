import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bestPoints,
  isFinished,
  missingPoints,
  openDrive,
  outstandingJobs,
  progress,
  recordResult,
  type DriveError,
  type DriveJob,
  type DriveSeed,
  type DriveSettings,
  type DriveState,
  type JobResult,
} from './index';

const THRESHOLD = 1e-5;

/** Small seeded generator (mulberry32), so that a failing case can be run again. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function hash(text: string): number {
  let h = 2166136261;
  for (const character of text) h = Math.imul(h ^ character.charCodeAt(0), 16777619);
  return h >>> 0;
}

interface Hop {
  gridDegrees: number[];
  startGeometry: string;
}
type Potential = (hop: Hop) => JobResult;

interface Landscape {
  seed: number;
  dihedrals: number;
  sheets: number;
  failures?: number;
  offTarget?: number;
  /** Energies are whole multiples of this, so that many are equal. */
  stepHartree?: number;
}

/**
 * A potential with several sheets: a geometry is "sheet@angles:history". An optimisation stays on its sheet or,
 * where the sheets are far apart in energy, falls to a lower one; some fail, some end off target.
 */
function potentialOf({
  seed,
  dihedrals,
  sheets,
  failures = 0,
  offTarget = 0,
  stepHartree = 0,
}: Landscape): Potential {
  const next = random(seed);
  const terms = Array.from({ length: sheets }, () =>
    Array.from({ length: dihedrals }, () =>
      Array.from({ length: 4 }, () => [0.004 * next(), 360 * next()] as const),
    ),
  );
  const energyOf = (sheet: number, angles: readonly number[]) =>
    angles.reduce(
      (sum, angle, axis) =>
        terms[sheet]![axis]!.reduce(
          (inner, [height, phase], n) =>
            inner + height * (1 + Math.cos(((n + 1) * angle - phase) * (Math.PI / 180))),
          sum,
        ),
      -100 + 0.001 * sheet,
    );
  return ({ gridDegrees, startGeometry }) => {
    // The fate of a job depends on nothing but the job.
    const luck = random(hash(`${seed}|${gridDegrees}|${startGeometry}`));
    if (luck() < failures) return { failure: `no convergence at ${gridDegrees}` };
    let sheet = Number(startGeometry.split('@')[0]);
    for (let other = 0; other < sheets; other++) {
      const drop = energyOf(sheet, gridDegrees) - energyOf(other, gridDegrees);
      if (drop > 0.004 + 0.006 * luck()) sheet = other;
    }
    const energy = energyOf(sheet, gridDegrees) + 2e-6 * luck();
    const off = (luck() < offTarget ? 0.9 : 0.4) * (luck() < 0.5 ? 1 : -1);
    return {
      energyHartree: stepHartree === 0 ? energy : stepHartree * Math.round(energy / stepHartree),
      dihedralsDegrees: gridDegrees.map((angle) => angle + off),
      geometry: `${sheet}@${gridDegrees}:${hash(startGeometry)}`,
    };
  };
}

function seedsOf({ seed, dihedrals, sheets }: Landscape, count: number): DriveSeed[] {
  const next = random(seed + 7919);
  return Array.from({ length: count }, (_, index) => ({
    geometry: `${Math.floor(next() * sheets)}@seed${index}`,
    dihedralsDegrees: Array.from({ length: dihedrals }, () => 360 * next() - 180),
  }));
}

/** torsiondrive's own loop, with its barrier, written down plainly. */
function replayWithFullBarrier(potential: Potential, seeds: readonly DriveSeed[], settings: DriveSettings) {
  const { gridSpacingDegrees, rangesDegrees, energyUpperLimitHartree = Infinity } = settings;
  const wrap = (angle: number) => (angle > 180 ? angle - 360 : angle <= -180 ? angle + 360 : angle);
  const isInRange = (grid: readonly number[]) =>
    grid.every((angle, axis) => {
      const [low, high] = rangesDegrees?.[axis] ?? [-180, 180];
      return [angle, angle + 360, angle === 180 ? -180 : angle].some((each) => low <= each && each <= high);
    });
  const folder = (grid: readonly number[]) =>
    grid.map((angle) => `${angle < 0 ? '-' : '+'}${String(Math.abs(angle)).padStart(3, '0')}`).join('_');
  const handedOn = new Map<string, number>();
  const lowest = new Map<string, { gridDegrees: number[]; energyHartree: number; geometry: string }>();
  const started = new Map<string, number>();
  let globalMinimum = Infinity;
  const jobs: string[] = [];
  let rounds = 0;
  let queue = seeds
    .map(({ geometry, dihedralsDegrees }): Hop => ({
      gridDegrees: dihedralsDegrees.map((angle, axis) => {
        const spacing = gridSpacingDegrees[axis]!;
        return wrap(Math.round((angle + 180) / spacing) * spacing - 180);
      }),
      startGeometry: geometry,
    }))
    .filter(({ gridDegrees }) => isInRange(gridDegrees));
  while (queue.length > 0) {
    rounds += 1;
    const finished = queue.map((hop) => {
      jobs.push(`${hop.gridDegrees}<${hop.startGeometry}`);
      const number = (started.get(folder(hop.gridDegrees)) ?? 0) + 1;
      started.set(folder(hop.gridDegrees), number);
      return { hop, result: potential(hop), path: `${folder(hop.gridDegrees)}/${number}` };
    });
    const best = new Map<string, { gridDegrees: number[]; energyHartree: number; geometry: string }>();
    for (const { hop, result } of finished.sort((a, b) => (a.path < b.path ? -1 : 1))) {
      if ('failure' in result) continue;
      const { energyHartree, geometry, dihedralsDegrees } = result;
      if (hop.gridDegrees.some((angle, axis) => Math.abs(dihedralsDegrees[axis]! - angle) > 0.5)) continue;
      if (energyHartree < (best.get(`${hop.gridDegrees}`)?.energyHartree ?? Infinity)) {
        best.set(`${hop.gridDegrees}`, { gridDegrees: hop.gridDegrees, energyHartree, geometry });
      }
    }
    for (const { energyHartree } of best.values()) globalMinimum = Math.min(globalMinimum, energyHartree);
    queue = [];
    for (const [grid, result] of best) {
      if (result.energyHartree < (lowest.get(grid)?.energyHartree ?? Infinity)) lowest.set(grid, result);
      if (
        !(result.energyHartree < (handedOn.get(grid) ?? Infinity) - settings.energyDecreaseThresholdHartree)
      )
        continue;
      handedOn.set(grid, result.energyHartree);
      if (result.energyHartree > globalMinimum + energyUpperLimitHartree) continue;
      for (const [axis, spacing] of gridSpacingDegrees.entries()) {
        // Both steps of 180 lead to the same point; torsiondrive runs that job twice.
        for (const step of spacing === 180 ? [180] : [-spacing, spacing]) {
          const gridDegrees = result.gridDegrees.with(axis, wrap(result.gridDegrees[axis]! + step));
          if (isInRange(gridDegrees)) queue.push({ gridDegrees, startGeometry: result.geometry });
        }
      }
    }
  }
  return { jobs: jobs.sort(), points: inOrder([...lowest.values()]), rounds };
}

function inOrder<Point extends { gridDegrees: number[] }>(points: readonly Point[]): Point[] {
  return [...points].sort((a, b) => (`${a.gridDegrees}` < `${b.gridDegrees}` ? -1 : 1));
}

interface Drive {
  state: DriveState;
  jobs: string[];
  largestRecordBytes: number;
}

/** Run a drive; `pick` chooses which outstanding job is answered next. */
function run(
  potential: Potential,
  drive: DriveSettings & { seeds: readonly DriveSeed[] },
  pick: (outstanding: number) => number = () => 0,
): Drive {
  const opened = openDrive(drive);
  let { state } = opened;
  const pending = [...opened.jobs];
  const jobs: string[] = [];
  let largestRecordBytes = 0;
  while (pending.length > 0) {
    const [job] = pending.splice(pick(pending.length), 1) as [DriveJob];
    jobs.push(`${job.gridDegrees}<${job.startGeometry}`);
    const step = recordResult(state, job.id, potential(job));
    const record = JSON.stringify(step.state);
    largestRecordBytes = Math.max(largestRecordBytes, record.length);
    state = JSON.parse(record) as DriveState;
    pending.push(...step.jobs);
    const ids = (some: readonly DriveJob[]) => `${some.map(({ id }) => id).sort()}`;
    if (ids(pending) !== ids(outstandingJobs(state))) throw new Error(`jobs were lost after ${job.id}`);
    if (isFinished(state) !== (pending.length === 0)) throw new Error(`it is wrong about its end, ${job.id}`);
  }
  return { state, jobs: jobs.sort(), largestRecordBytes };
}

function simpleDrive(gridSpacingDegrees: number, ...seeds: [geometry: string, angle: number][]) {
  return {
    gridSpacingDegrees: [gridSpacingDegrees],
    energyDecreaseThresholdHartree: THRESHOLD,
    seeds: seeds.map(([geometry, angle]) => ({ geometry, dihedralsDegrees: [angle] })),
  };
}

/** What a drive is asked to do and what it meets. */
const drives = fc
  .record({
    seed: fc.nat(2 ** 31),
    spacings: fc.oneof(
      fc.constantFrom([15], [24], [30], [60], [180]),
      fc.constantFrom([60, 60], [60, 90], [45, 120], [180, 60], [120, 120, 120]),
    ),
    ranges: fc.array(fc.constantFrom([-180, 180], [-120, 60], [60, 300], [-180, 0]), {
      minLength: 3,
      maxLength: 3,
    }),
    hasRanges: fc.boolean(),
    limitHartree: fc.constantFrom(undefined, undefined, 0.005, 0.02),
    thresholdHartree: fc.constantFrom(THRESHOLD, 1e-4, 0),
    waits: fc.boolean(),
    seedCount: fc.integer({ min: 1, max: 12 }),
    sheets: fc.integer({ min: 1, max: 5 }),
    failures: fc.constantFrom(0, 0.15),
    offTarget: fc.constantFrom(0, 0.1),
    stepHartree: fc.constantFrom(0, 0, 0.002),
  })
  .map(({ spacings, ranges, hasRanges, limitHartree, thresholdHartree, waits, seedCount, ...landscape }) => {
    const settings: DriveSettings = {
      gridSpacingDegrees: spacings,
      ...(hasRanges && { rangesDegrees: ranges.slice(0, spacings.length) as [number, number][] }),
      energyDecreaseThresholdHartree: thresholdHartree,
      ...(limitHartree !== undefined && { energyUpperLimitHartree: limitHartree }),
      ...(waits && { waitsForWholeRounds: true }),
    };
    const whole = { ...landscape, dihedrals: spacings.length };
    return { settings, potential: potentialOf(whole), seeds: seedsOf(whole, seedCount) };
  });

describe('a torsion drive', () => {
  it('has the jobs and results of a full barrier, and the same end in whatever order results arrive', () => {
    let started = 0;
    fc.assert(
      fc.property(drives, fc.array(fc.nat(), { maxLength: 4 }), ({ settings, potential, seeds }, orders) => {
        const expected = replayWithFullBarrier(potential, seeds, settings);
        if (expected.jobs.length === 0) {
          expect(() => openDrive({ ...settings, seeds })).toThrow('in the ranges');
          return;
        }
        started += 1;
        const first = run(potential, { ...settings, seeds });
        expect(first.jobs).toEqual(expected.jobs);
        expect(inOrder(bestPoints(first.state))).toEqual(expected.points);
        for (const order of orders) {
          const next = random(order);
          const shuffled = run(potential, { ...settings, seeds }, (outstanding) =>
            Math.floor(next() * outstanding),
          );
          expect(shuffled).toMatchObject({ state: first.state, jobs: first.jobs });
        }
      }),
      { numRuns: 60 },
    );
    expect(started).toBeGreaterThan(30);
  });

  it('takes 49 jobs over 24 points when the potential is single-valued, and 2,305 over 576 of two dihedrals', () => {
    const single: Potential = ({ gridDegrees, startGeometry }) => ({
      energyHartree: gridDegrees.reduce((sum, angle) => sum + 0.002 * Math.cos((angle * Math.PI) / 60), 0),
      dihedralsDegrees: gridDegrees,
      geometry: `${gridDegrees} from ${hash(startGeometry)}`,
    });
    const one = run(single, simpleDrive(15, ['seed', 52]));
    expect(one.jobs).toHaveLength(49);
    expect(progress(one.state)).toEqual({ pointsDone: 24, pointsTotal: 24, jobsDone: 49, jobsKnown: 49 });

    const settings = { gridSpacingDegrees: [15, 15], energyDecreaseThresholdHartree: THRESHOLD };
    const seeds = [{ geometry: 'seed', dihedralsDegrees: [52, 97] }];
    const { jobs, rounds } = replayWithFullBarrier(single, seeds, settings);
    expect([jobs.length, rounds]).toEqual([2305, 26]);
    let { state, jobs: pending } = openDrive({ ...settings, seeds });
    for (let job: DriveJob | undefined; (job = pending.shift()) !== undefined;) {
      const step = recordResult(state, job.id, single(job));
      state = step.state;
      pending = [...pending, ...step.jobs];
    }
    expect(progress(state)).toEqual({
      pointsDone: 576,
      pointsTotal: 576,
      jobsDone: 2305,
      jobsKnown: 2305,
    });
  });

  it('does not wait for what cannot reach a point, unless it is told to or looks at the lowest energy of all', () => {
    const opening = simpleDrive(15, ['slow', 180], ['quick', 0]);
    const afterQuick = (change: Partial<DriveSettings>) => {
      const { state, jobs } = openDrive({ ...opening, ...change });
      const quick = jobs.find(({ startGeometry }) => startGeometry === 'quick')!;
      const result = { energyHartree: -1, dihedralsDegrees: [0.1], geometry: 'relaxed' };
      return recordResult(state, quick.id, result).jobs.map(({ id }) => id);
    };
    expect(afterQuick({})).toEqual(['1:-15:0', '1:15:0']);
    expect(afterQuick({ waitsForWholeRounds: true })).toEqual([]);
    expect(afterQuick({ energyUpperLimitHartree: 0.05, waitsForWholeRounds: false })).toEqual([]);
  });

  it('takes of two equal energies the one that torsiondrive takes', () => {
    // By the name of the folder that a job has there: +015 before +045, -015 before -045, job 10 before job 9.
    const flat: Potential = ({ gridDegrees, startGeometry }) => ({
      energyHartree: -1,
      dihedralsDegrees: gridDegrees,
      geometry: `${startGeometry}>${gridDegrees}`,
    });
    const best = (drive: Drive, angle: number) =>
      bestPoints(drive.state).find(({ gridDegrees }) => gridDegrees[0] === angle)!.geometry;
    const met = run(flat, simpleDrive(15, ['a', -45], ['b', -15], ['c', 15], ['d', 45]));
    expect(best(met, -30)).toBe('b>-15>-30');
    expect(best(met, 30)).toBe('c>15>30');
    const crowd = run(
      ({ gridDegrees, startGeometry }) => ({
        energyHartree: startGeometry >= 'b' ? -2 : -1,
        dihedralsDegrees: gridDegrees,
        geometry: startGeometry,
      }),
      simpleDrive(60, ...['a', 'b', ...'aaaaaaa', 'c'].map((name): [string, number] => [name, 0])),
    );
    expect(best(crowd, 0)).toBe('c');
  });

  it('goes on with what the version before wrote', () => {
    const written: DriveState = {
      v: 1,
      settings: { gridSpacingDegrees: 60, energyDecreaseThresholdHartree: 0.00001 },
      points: [
        { best: null, handedOnHartree: null, reason: null },
        { best: null, handedOnHartree: null, reason: 'no xtb' },
        { best: { energyHartree: -2, geometry: 'task/0' }, handedOnHartree: -2, reason: null },
        { best: null, handedOnHartree: null, reason: null },
        { best: null, handedOnHartree: null, reason: null },
        { best: null, handedOnHartree: null, reason: null },
      ],
      open: [
        {
          gridIndex: 3,
          round: 1,
          jobs: [{ source: 2, startGeometry: 'task/0', outcome: null }],
        },
      ],
      jobsDone: 2,
    };
    expect(outstandingJobs(written)).toEqual([
      { id: '1:60:0', gridDegrees: [60], round: 1, startGeometry: 'task/0' },
    ]);
    expect(missingPoints(written).map(({ reason }) => reason)).toContain('no xtb');
    expect(progress(written)).toEqual({ pointsDone: 1, pointsTotal: 6, jobsDone: 2, jobsKnown: 3 });
    const { state, jobs } = recordResult(written, '1:60:0', {
      energyHartree: -1,
      dihedralsDegrees: [60.2],
      geometry: 'next',
    });
    expect(jobs.map(({ id }) => id)).toEqual(['2:0:60', '2:120:60']);
    expect(bestPoints(state)).toEqual([
      { gridDegrees: [0], energyHartree: -2, geometry: 'task/0' },
      { gridDegrees: [60], energyHartree: -1, geometry: 'next' },
    ]);
  });

  it('keeps its record small with ten seeds and references of 64 characters', () => {
    const long = (geometry: string) => geometry.padEnd(64, '0');
    for (let seed = 0; seed < 20; seed++) {
      const landscape = { seed, dihedrals: 1, sheets: 5, failures: 0.2 };
      const potential = potentialOf(landscape);
      const drive = run(
        (hop) => {
          const result = potential(hop);
          return 'failure' in result
            ? { failure: 'x'.repeat(2000) }
            : { ...result, geometry: long(result.geometry) };
        },
        {
          ...simpleDrive(15),
          seeds: seedsOf(landscape, 10).map((each) => ({ ...each, geometry: long(each.geometry) })),
        },
      );
      expect(drive.largestRecordBytes).toBeLessThan(30_000);
    }
  });

  it('says for every point that it could not reach why', () => {
    const drive = run(
      ({ gridDegrees: [angle], startGeometry }) => {
        if (Math.abs(angle!) > 100) return { failure: 'SCF not converged' };
        if (angle === 90) return { energyHartree: 0, dihedralsDegrees: [87.9], geometry: 'elsewhere' };
        if (angle === -90) return { energyHartree: NaN, dihedralsDegrees: [-90], geometry: 'broken' };
        return { energyHartree: 0, dihedralsDegrees: [angle!], geometry: `${angle}${startGeometry}` };
      },
      simpleDrive(30, ['seed', 0]),
    );
    expect(bestPoints(drive.state).map(({ gridDegrees }) => gridDegrees[0])).toEqual([-60, -30, 0, 30, 60]);
    const unreached = (angle: number) => ({
      gridDegrees: [angle],
      reason: 'No geometry of a neighbouring point got here.',
    });
    expect(missingPoints(drive.state)).toEqual([
      ...[-150, -120].map(unreached),
      { gridDegrees: [-90], reason: 'The energy is not a number.' },
      { gridDegrees: [90], reason: 'The geometry ended 2.1 degrees off the target.' },
      ...[120, 150, 180].map(unreached),
    ]);
  });

  it('drops a result with any of its dihedrals off target', () => {
    const { state } = openDrive({
      gridSpacingDegrees: [60, 60],
      energyDecreaseThresholdHartree: THRESHOLD,
      seeds: [{ geometry: 'seed', dihedralsDegrees: [10, 170] }],
    });
    const end = (...dihedralsDegrees: number[]) =>
      recordResult(state, '0:0,180:seed0', { energyHartree: -1, dihedralsDegrees, geometry: 'end' }).jobs;
    expect(end(0.4, -179.6)).toHaveLength(4);
    expect(end(0.4, 179)).toEqual([]);
    expect(end(60, 180)).toEqual([]);
    expect(end(0.4)).toEqual([]);
  });

  it('ends without points when every job fails', () => {
    const drive = run(() => ({ failure: 'no xtb' }), simpleDrive(60, ['seed', 10]));
    expect(isFinished(drive.state)).toBe(true);
    expect(bestPoints(drive.state)).toEqual([]);
    expect(missingPoints(drive.state)).toHaveLength(6);
  });

  it('takes a result once, however often it is told', () => {
    const opened = openDrive(simpleDrive(15, ['seed', -172.6]));
    const [job] = opened.jobs as [DriveJob];
    expect(job.gridDegrees).toEqual([180]);
    const result = { energyHartree: -1, dihedralsDegrees: [-179.8], geometry: 'a' };
    const once = recordResult(opened.state, job.id, result);
    expect(once.jobs).toHaveLength(2);
    expect(recordResult(once.state, job.id, { ...result, energyHartree: -2 })).toEqual({
      state: once.state,
      jobs: [],
    });
    expect(outstandingJobs(opened.state)).toEqual([job]);
  });

  it('refuses settings that make no grid, a drive without a start and a start without an angle', () => {
    const codeOf = (change: object) => {
      try {
        openDrive({ ...simpleDrive(15, ['seed', 0]), ...change });
      } catch (error) {
        return (error as DriveError).code;
      }
      return null;
    };
    expect(codeOf({ gridSpacingDegrees: [14] })).toBe('bad-settings');
    expect(codeOf({ gridSpacingDegrees: [360] })).toBe('bad-settings');
    expect(codeOf({ gridSpacingDegrees: [] })).toBe('bad-settings');
    expect(codeOf({ gridSpacingDegrees: [1, 1] })).toBe('bad-settings');
    expect(codeOf({ rangesDegrees: [] })).toBe('bad-settings');
    expect(codeOf({ rangesDegrees: [[90, 60]] })).toBe('bad-settings');
    expect(codeOf({ rangesDegrees: [[-200, 60]] })).toBe('bad-settings');
    expect(codeOf({ energyDecreaseThresholdHartree: -1 })).toBe('bad-settings');
    expect(codeOf({ energyUpperLimitHartree: NaN })).toBe('bad-settings');
    expect(codeOf({ seeds: [] })).toBe('no-seeds');
    expect(codeOf({ seeds: [{ geometry: 'seed', dihedralsDegrees: [NaN] }] })).toBe('bad-seed');
    expect(codeOf({ gridSpacingDegrees: [15, 15] })).toBe('bad-seed');
    expect(codeOf({ rangesDegrees: [[60, 120]] })).toBe('none-in-range');
    expect(codeOf({})).toBeNull();
  });
});
