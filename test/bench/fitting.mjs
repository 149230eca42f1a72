// `bespoke chem fit` on the reference data, as tables in Markdown.
//   node test/bench/fitting.mjs forcebalance   the 14 recorded ForceBalance runs, from the same start
//   node test/bench/fitting.mjs speed          CPU time of the same runs, warm and in this process, against ForceBalance's
//   node test/bench/fitting.mjs baseline [-- options of chem fit]   the 90 development drives, each by itself
// Needs a build and ../shared/data. Wall times are those of a fit in its thread, on as many cores as there are.
import { fitProfiles, withPriors } from '@bespoke/fitting';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { markedFigures, parseOffxml } from '@bespoke/smirnoff';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

const root = path.resolve(import.meta.dirname, '../..');
const data = path.resolve(root, '../shared/data');
const scratch = mkdtempSync(path.join(tmpdir(), 'bespoke-fitting-'));
const [what, separator, ...options] = process.argv.slice(2);

const records = (file) =>
  gunzipSync(readFileSync(path.join(data, file)))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const drives = records('torsion-drives/torsion-drives-dev.jsonl.gz');

/** The report of `chem fit` on some drives. */
function fit(lines, args) {
  const file = path.join(scratch, 'drives.jsonl');
  const output = path.join(scratch, 'fit');
  rmSync(output, { recursive: true, force: true });
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
  const command = ['chem', 'fit', '--drives', file, '--output', output, ...args];
  try {
    execFileSync(path.join(root, 'bespoke'), command, { stdio: ['ignore', 'inherit', 'inherit'] });
  } catch (error) {
    if (error.status !== 1) throw error; // a drive that failed is in the report
  }
  return JSON.parse(readFileSync(path.join(output, 'report.json'), 'utf8'));
}

const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
const relative = (ours, theirs) => (ours / theirs - 1).toExponential(1);

function forceBalance() {
  row(
    'run',
    'start, theirs',
    'start, relative',
    'end, theirs',
    'end, ours',
    'end, relative',
    'CPU s, theirs',
    'wall s, ours',
  );
  row(...Array(8).fill('---'));
  const byId = new Map(drives.map((drive) => [drive.id, drive]));
  const forceField = path.join(scratch, 'start.offxml');
  for (const run of records('forcebalance/fits-dev.jsonl.gz')) {
    writeFileSync(forceField, run.force_field_before);
    const lines = run.targets.map(({ id, mapped_smiles, charges_e }) => ({
      ...byId.get(id),
      mapped_smiles,
      charges_e,
    }));
    const args = ['--force-field', forceField, '--parameters', 'marked', '--penalty', run.penalty_type];
    const { total, fits } = fit(lines, args);
    row(
      run.name,
      run.initial.X.toFixed(6),
      relative(total.objective_before, run.initial.X),
      run.final.X.toFixed(6),
      total.objective_after.toFixed(6),
      relative(total.objective_after, run.final.X),
      run.cpu_s.toFixed(0),
      fits[0].wall_s.toFixed(2),
    );
  }
}

async function speed() {
  await loadRDKit();
  const byId = new Map(drives.map((drive) => [drive.id, drive]));
  const settings = {
    energyCutoffKcalPerMol: 10,
    energyDenominatorKcalPerMol: 1,
    restraintKcalPerMolPerAngstrom2: 1,
    maxIterations: 50,
  };
  const runs = records('forcebalance/fits-dev.jsonl.gz').map((run) => {
    const forceField = parseOffxml(run.force_field_before);
    const profiles = run.targets.map(({ id, mapped_smiles, charges_e }) => {
      const { dihedrals, energies_hartree, geometries_angstrom } = byId.get(id);
      const points = energies_hartree.map((energyHartree, n) => ({
        energyHartree,
        geometryAngstrom: geometries_angstrom[n],
      }));
      const molecule = moleculeFromSmiles(mapped_smiles);
      return { molecule, dihedral: dihedrals[0], chargesE: charges_e, points };
    });
    const penalty = run.penalty_type;
    const priors = { penalty, priorWidthKcalPerMol: 6 };
    const figures = withPriors(forceField, markedFigures(forceField), priors);
    return { run, fit: () => fitProfiles(forceField, profiles, figures, { ...settings, penalty }) };
  });
  for (const { fit } of runs) await fit();
  row('run', 'CPU s, theirs', 'CPU s, ours', 'ratio', 'iterations');
  row(...Array(5).fill('---'));
  const ratios = [];
  for (const { run, fit } of runs) {
    const start = process.cpuUsage();
    const { objective } = await fit();
    const { user, system } = process.cpuUsage(start);
    const seconds = (user + system) / 1e6;
    ratios.push(run.cpu_s / seconds);
    row(
      run.name,
      run.cpu_s.toFixed(1),
      seconds.toFixed(3),
      ratios.at(-1).toFixed(0),
      objective.history.length,
    );
  }
  console.log(`\nmedian ratio ${spread(ratios)[1]}, lowest ${Math.min(...ratios).toFixed(0)}`);
}

function baseline() {
  const charges = new Map(
    records('parity/nagl-charges-drives.jsonl.gz').map((record) => [record.mapped_smiles, record.charges_e]),
  );
  const lines = drives.map((drive) => ({ ...drive, charges_e: charges.get(drive.mapped_smiles) }));
  const report = fit(lines, ['--separate', ...options]);
  const fitted = report.drives.filter((drive) => !('error' in drive));
  const isRing = new Map(drives.map((drive) => [drive.id, drive.ring_torsion]));
  row('drives', 'number', '', 'mean', 'median', '90 %', 'worst', 'worse than before');
  row(...Array(8).fill('---'));
  for (const [name, group] of [
    ['not in rings', fitted.filter(({ id }) => !isRing.get(id))],
    ['in rings', fitted.filter(({ id }) => isRing.get(id))],
  ]) {
    const worse = group.filter((drive) => drive.rmse_after > drive.rmse_before + 1e-3).length;
    for (const when of ['before', 'after']) {
      row(
        name,
        group.length,
        when,
        ...spread(group.map((drive) => drive[`rmse_${when}`])),
        when === 'after' ? worse : '',
      );
    }
  }
  const seconds = spread(report.fits.slice(8).map((fit) => fit.wall_s));
  console.log(
    `\nwall s of a fit, threads warm: mean ${seconds[0]}, median ${seconds[1]}, worst ${seconds[3]}`,
  );
  console.log(
    `unconverged: ${report.fits.filter((fit) => !fit.converged).length}; failed: ${drives.length - fitted.length}`,
  );
}

/** Mean, median, 90th percentile, worst. */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return [mean, at(0.5), at(0.9), sorted.at(-1)].map((value) => value.toFixed(3));
}

try {
  if (what === 'forcebalance') forceBalance();
  else if (what === 'speed') await speed();
  else if (what === 'baseline' && (separator ?? '--') === '--') baseline();
  else throw new Error('give forcebalance, speed or baseline');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
