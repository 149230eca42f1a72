// The torsion drives of shared/data/xtb-drives anew, from the same geometries, by our wavefront, our optimiser and xtb's
// C library (or the program, with XTB_BIN=xtb), beside the recorded QCEngine + torsiondrive + geomeTRIC + xtb: energies,
// how exact the dihedral is, how many gradients, CPU seconds with all child processes.
//   node test/bench/xtb-drives.mjs
// Prints one JSON object a drive. Needs a build, xtb, Linux, and ../shared/data beside the repository.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { gunzipSync } from 'node:zlib';
import { dihedralDegrees, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { xtb } from '@bespoke/qc-engines';
import { bestPoints, openDrive, recordResult } from '@bespoke/torsion-drive';
import { KCAL_PER_MOL_PER_HARTREE, wrapDegrees } from '@bespoke/units';

const CLOCK_TICKS_PER_SECOND = 100;
/** A point that is higher than the recorded one by more than this counts as higher, kcal/mol. */
const HIGHER = 0.02;

const recorded = path.resolve(import.meta.dirname, '../../../shared/data/xtb-drives/drives-dev.jsonl.gz');
const drives = gunzipSync(readFileSync(recorded))
  .toString('utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const scratchDirectory = mkdtempSync(path.join(tmpdir(), 'bespoke-bench-'));

/** User and system time of this process, its children, and those of both that have ended. */
function cpuSeconds() {
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      if (Number(pid) !== process.pid && Number(fields[1]) !== process.pid) continue;
      ticks += fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks / CLOCK_TICKS_PER_SECOND;
}

async function drive({ mapped_smiles, formal_charge, dihedral, start_geometry_angstrom }) {
  const molecule = moleculeFromSmiles(mapped_smiles);
  const geometries = new Map([['start', start_geometry_angstrom]]);
  let gradients = 0;
  let optimizations = 0;
  let worstDegrees = 0;
  let { state, jobs: pending } = openDrive({
    gridSpacingDegrees: [15],
    energyDecreaseThresholdHartree: 1e-5,
    seeds: [{ geometry: 'start', dihedralsDegrees: [dihedralDegrees(start_geometry_angstrom, dihedral)] }],
  });
  for (let job; (job = pending.shift()) !== undefined;) {
    const result = await xtb.constrainedOptimization(
      {
        elements: molecule.atoms.map(({ element }) => element),
        formalCharge: formal_charge,
        bonds: molecule.bonds.map(({ begin, end }) => [begin, end]),
        geometryAngstrom: geometries.get(job.startGeometry),
        dihedral,
        targetDegrees: job.gridDegrees[0],
        method: 'GFN2-xTB',
        basis: null,
      },
      { cores: 1, memoryBytes: 2 ** 30, scratchDirectory },
    );
    gradients += result.gradientCount;
    optimizations += 1;
    worstDegrees = Math.max(worstDegrees, Math.abs(wrapDegrees(result.dihedralDegrees - job.gridDegrees[0])));
    geometries.set(job.id, result.geometryAngstrom);
    const step = recordResult(state, job.id, {
      energyHartree: result.energyHartree,
      dihedralsDegrees: [result.dihedralDegrees],
      geometry: job.id,
    });
    state = step.state;
    pending = [...pending, ...step.jobs];
  }
  return { points: bestPoints(state), gradients, optimizations, worstDegrees };
}

try {
  await loadRDKit();
  const { version } = await xtb.probe();
  for (const each of drives) {
    const there = each.runs.qcengine_torsiondrive_geometric_xtb;
    const [cpuBefore, wallBefore] = [cpuSeconds(), performance.now()];
    const here = await drive(each);
    const cpu = cpuSeconds() - cpuBefore;
    const differences = here.points.map(
      ({ gridDegrees, energyHartree }) =>
        (energyHartree - there.energies_hartree[there.grid.indexOf(gridDegrees[0])]) *
        KCAL_PER_MOL_PER_HARTREE,
    );
    console.log(
      JSON.stringify({
        id: each.id,
        xtb: version,
        atoms: each.symbols.length,
        points: here.points.length,
        highestKcalPerMol: Math.max(...differences),
        lowestKcalPerMol: Math.min(...differences),
        pointsHigher: differences.filter((difference) => difference > HIGHER).length,
        worstDihedralDegrees: here.worstDegrees,
        optimizations: { here: here.optimizations, there: there.n_optimizations },
        gradients: { here: here.gradients, there: there.n_gradients },
        cpuSeconds: { here: cpu, there: there.cpu_s, ratio: there.cpu_s / cpu },
        wallSeconds: { here: (performance.now() - wallBefore) / 1000, there: there.wall_s },
      }),
    );
  }
} finally {
  rmSync(scratchDirectory, { recursive: true, force: true });
}
