import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  energiesOf,
  jobsOf,
  replayDrive,
  replayRounds,
  scanWithTorsiondrive,
  torsiondrivePython,
  type Scan,
  type ScanRequest,
} from './torsiondrive-scans';

// test/nightly/torsiondrive.sh runs this with many more potentials.
const SEED = Number(process.env.TORSIONDRIVE_SEED ?? 6);
const POTENTIALS = Number(process.env.TORSIONDRIVE_POTENTIALS ?? 20);
const SHUFFLES = Number(process.env.TORSIONDRIVE_SHUFFLES ?? 3);

const python = torsiondrivePython();
const RECORDED = path.resolve(__dirname, '../../../shared/data/torsiondrive-api/cases-dev.jsonl.gz');

describe('a recorded scan', () => {
  it('of our own, with results off target and elsewhere, has every round as torsiondrive 1.2.0 had it', () => {
    const scan = JSON.parse(readFileSync(path.join(__dirname, 'torsiondrive-scan.json'), 'utf8')) as Scan;
    expect(replayRounds(scan)).toEqual({ jobs: 18, differences: [] });
  });

  it.skipIf(!existsSync(RECORDED))(
    'of the reference data has every round as recorded (skipped where ../shared/data is absent)',
    () => {
      const found = recordedScans().map(({ name, scan }) => ({ name, ...replayRounds(scan) }));
      console.log(
        'reference data',
        found.map(({ name, jobs }) => `${name}: ${jobs} jobs`),
      );
      expect(found.filter(({ differences }) => differences.length > 0)).toEqual([]);
      for (const { scan } of recordedScans()) {
        expect([...replayDrive(scan, () => 0).jobs].sort()).toEqual(jobsOf(scan));
        expect([...replayDrive(scan, (outstanding) => outstanding - 1).jobs].sort()).toEqual(jobsOf(scan));
      }
      expect(found.length).toBeGreaterThan(0);
    },
  );
});

describe.skipIf(python === null)(
  'beside the torsiondrive package (skipped without Python 3.9 or later)',
  () => {
    it('random potentials have the same jobs in each round, and in any order of arrival the same jobs and energies', async () => {
      const counts = { scans: 0, rounds: 0, jobs: 0, shuffledDrives: 0 };
      const differences: { request: ScanRequest; what: string }[] = [];
      const requests = fc.sample(requestsOfScans, { seed: SEED, numRuns: POTENTIALS });
      await scanWithTorsiondrive(python!, requests, (scan, request) => {
        const differs = (what: string): unknown => differences.push({ request, what });
        const { jobs, differences: inRounds } = replayRounds(scan);
        inRounds.forEach(differs);
        counts.scans += 1;
        counts.rounds += scan.rounds.length - 1;
        counts.jobs += jobs;
        if (jobs === 0) return; // No start lies in the ranges.
        const expected = jobsOf(scan).join('\n');
        const first = replayDrive(scan, () => 0);
        if ([...first.jobs].sort().join('\n') !== expected) differs('jobs');
        if (!sameEnergies(scan, request, energiesOf(first.state))) differs('energies');
        for (let shuffle = 1; shuffle <= SHUFFLES; shuffle++) {
          const next = seeded(request.seed + shuffle);
          const shuffled = replayDrive(scan, (outstanding) => next() % outstanding);
          if (shuffled.unknown.length > 0) differs(`shuffle ${shuffle}: ${shuffled.unknown[0]}`);
          if (JSON.stringify(shuffled.state) !== JSON.stringify(first.state)) differs(`shuffle ${shuffle}`);
          counts.shuffledDrives += 1;
        }
      });
      console.log(`seed ${SEED}`, counts);
      expect(differences).toEqual([]);
      expect(counts.scans).toBe(POTENTIALS);
      expect(counts.jobs).toBeGreaterThan(10 * POTENTIALS);
    });
  },
);

/** One and two dihedrals, with and without ranges, limits, several starts, failures and equal energies. */
const requestsOfScans: fc.Arbitrary<ScanRequest> = fc
  .record({
    seed: fc.nat(2 ** 31),
    // td_api never ends where 0 is not on the grid, as with 24.
    grid_spacing: fc.oneof(
      fc.constantFrom([15], [20], [30], [60], [90]),
      fc.constantFrom([60, 60], [60, 90], [90, 90], [90, 45]),
    ),
    range: fc.constantFrom(null, null, [-120, 120], [60, 300], [-180, 30], [-90, 180]) as fc.Arbitrary<
      [number, number] | null
    >,
    energy_upper_limit: fc.constantFrom(null, null, 0.005, 0.02),
    energy_decrease_thresh: fc.constantFrom(null, null, 1e-4, 0),
    conformers: fc.integer({ min: 1, max: 8 }),
    sheets: fc.integer({ min: 1, max: 5 }),
    off_target: fc.constantFrom(0, 0, 0.1),
    elsewhere: fc.constantFrom(0, 0, 0.03),
    energy_step: fc.constantFrom(0, 0, 0.001),
  })
  .map(({ range, ...rest }) => ({
    ...rest,
    dihedrals: rest.grid_spacing.length,
    dihedral_ranges:
      range && rest.grid_spacing.map((_, axis) => (axis === 0 ? range : ([-180, 180] as const))),
  }));

/**
 * At every grid point the lowest on target. torsiondrive itself keeps one that may lie above that by the threshold; where
 * results ended at another grid point, it counts those there that it never asked for.
 */
function sameEnergies(
  { lowest, grid_energies = {} }: Scan,
  { elsewhere, energy_decrease_thresh }: ScanRequest,
  found: Record<string, number>,
): boolean {
  const threshold = energy_decrease_thresh ?? 1e-5;
  const keys = Object.keys(grid_energies);
  if (Object.keys(found).sort().join(' ') !== keys.sort().join(' ')) return false;
  return keys.every((key) => {
    const isOfScanner = found[key]! <= grid_energies[key]! && found[key]! >= grid_energies[key]! - threshold;
    return isOfScanner && (elsewhere > 0 || found[key] === lowest[key]);
  });
}

/** mulberry32, whole numbers. */
function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

function recordedScans(): { name: string; scan: Scan }[] {
  return gunzipSync(readFileSync(RECORDED))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const { name, steps, lowest } = JSON.parse(line);
      return { name, scan: { state: steps[0].state_before, rounds: steps, lowest } };
    });
}
