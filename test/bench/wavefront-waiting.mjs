// What a torsion drive gains by not waiting for whole rounds: wall time with the local barrier over that with
// torsiondrive's, the same jobs of the same lengths on so many workers. Simulated, on random potentials with several
// sheets between which optimisations fall.
//   node test/bench/wavefront-waiting.mjs [POTENTIALS]
// Prints a line of JSON for each grid and number of workers. Needs a build.
import { isFinished, openDrive, recordResult } from '@bespoke/torsion-drive';

const POTENTIALS = Number(process.argv[2] ?? 200);
const GRIDS = [
  { name: '24 points', gridSpacingDegrees: [15] },
  { name: '12 × 12 points', gridSpacingDegrees: [30, 30] },
];
const WORKERS = [4, 8, 24];
/** Of the logarithm of a job's length; the longest of 20 takes about five times the shortest. */
const SPREAD = 0.4;

for (const { name, gridSpacingDegrees } of GRIDS) {
  for (const workers of WORKERS) {
    const ratios = { local: 0, work: 0 };
    for (let seed = 0; seed < POTENTIALS; seed++) {
      const potential = potentialOf(seed, gridSpacingDegrees.length);
      const drive = { gridSpacingDegrees, energyDecreaseThresholdHartree: 1e-5, seeds: potential.seeds };
      const local = simulate(drive, potential.optimise, workers);
      const whole = simulate({ ...drive, waitsForWholeRounds: true }, potential.optimise, workers);
      if (local.jobs !== whole.jobs)
        throw new Error(`potential ${seed}: ${local.jobs} and ${whole.jobs} jobs`);
      ratios.local += local.wall / whole.wall / POTENTIALS;
      ratios.work += local.work / workers / whole.wall / POTENTIALS;
    }
    console.log(
      JSON.stringify({
        grid: name,
        workers,
        potentials: POTENTIALS,
        localOverWhole: round(ratios.local),
        // What no order of the same jobs could beat.
        workOverWhole: round(ratios.work),
      }),
    );
  }
}

/** Jobs are started in the order in which they become known, on whichever worker is free first. */
function simulate(drive, optimise, workers) {
  const opened = openDrive(drive);
  let { state } = opened;
  const waiting = [...opened.jobs];
  const running = [];
  let [wall, work, jobs] = [0, 0, 0];
  while (!isFinished(state)) {
    while (running.length < workers && waiting.length > 0) {
      const job = waiting.shift();
      const { length, result } = optimise(job);
      running.push({ job, result, end: wall + length });
      work += length;
      jobs += 1;
    }
    running.sort((a, b) => a.end - b.end);
    const { job, result, end } = running.shift();
    wall = end;
    const step = recordResult(state, job.id, result);
    state = step.state;
    waiting.push(...step.jobs);
  }
  return { wall, work, jobs };
}

/** A geometry is "sheet@angles:history"; an optimisation stays on its sheet or falls to one that lies far below. */
function potentialOf(seed, dihedrals) {
  const next = random(seed);
  const sheets = 1 + (seed % 5);
  const terms = Array.from({ length: sheets * dihedrals * 4 }, () => [0.004 * next(), 360 * next()]);
  const energyOf = (sheet, angles) =>
    angles.reduce(
      (sum, angle, axis) => {
        for (let n = 0; n < 4; n++) {
          const [height, phase] = terms[(sheet * dihedrals + axis) * 4 + n];
          sum += height * (1 + Math.cos((((n + 1) * angle - phase) * Math.PI) / 180));
        }
        return sum;
      },
      -100 + 0.001 * sheet,
    );
  const seeds = Array.from({ length: 1 + Math.floor(4 * next()) }, (_, index) => ({
    geometry: `${Math.floor(next() * sheets)}@seed${index}`,
    dihedralsDegrees: Array.from({ length: dihedrals }, () => 360 * next() - 180),
  }));
  const optimise = ({ gridDegrees, startGeometry }) => {
    const luck = random(hash(`${seed}|${gridDegrees}|${startGeometry}`));
    let sheet = Number(startGeometry.split('@')[0]);
    for (let other = 0; other < sheets; other++) {
      if (energyOf(sheet, gridDegrees) - energyOf(other, gridDegrees) > 0.004 + 0.006 * luck()) sheet = other;
    }
    const energyHartree = energyOf(sheet, gridDegrees) + 2e-6 * luck();
    const geometry = `${sheet}@${gridDegrees}:${hash(startGeometry)}`;
    const normal = Math.sqrt(-2 * Math.log(1 - luck())) * Math.cos(2 * Math.PI * luck());
    return {
      length: Math.exp(SPREAD * normal),
      result: { energyHartree, dihedralsDegrees: gridDegrees, geometry },
    };
  };
  return { seeds, optimise };
}

/** mulberry32 */
function random(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** FNV-1a */
function hash(text) {
  let h = 2166136261;
  for (const character of text) h = Math.imul(h ^ character.charCodeAt(0), 16777619);
  return h >>> 0;
}

function round(value) {
  return Number(value.toFixed(3));
}
