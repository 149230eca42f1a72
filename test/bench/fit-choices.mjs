// How well fitted torsions reproduce the DFT profiles of the development drives, and points of them that were left out:
// the base force field, BespokeFit's L1 and L2, and the penalty by evidence. Every fit relaxes its points to the end.
//   node test/bench/fit-choices.mjs [--drives N] [--seed N]
// Prints RMSEs in kcal/mol of points below 10 kcal/mol (Markdown), drives of rings and of double bonds apart. What is
// left out: every other grid point, each block of 60 degrees, each third of a random division; the QM minimum, to which
// all energies refer, is always fitted to, and errors of a drive's parts are taken together. Needs a build and
// ../shared/data; some half an hour of one core.
import { fitProfiles, startOfFit } from '@bespoke/fitting';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { naglCharges } from '@bespoke/partial-charges';
import { bespokeTorsions, builtInForceField, parseOffxml } from '@bespoke/smirnoff';
import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import { builtInWorkflows } from '@bespoke/workflow-schema';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

const DRIVES = path.resolve(
  import.meta.dirname,
  '../../../shared/data/torsion-drives/torsion-drives-dev.jsonl.gz',
);
const TESTED_BELOW_KCAL_PER_MOL = 10;
const { values: options } = parseArgs({
  options: { drives: { type: 'string', default: '90' }, seed: { type: 'string', default: '1' } },
});

const bespokeFit = builtInWorkflows.get('default').fit;
const BASE = 'base force field';
const CHOICES = {
  [BASE]: null,
  'L1, width 6 (BespokeFit)': bespokeFit,
  'L2, width 6': { ...bespokeFit, penalty: 'L2' },
  evidence: builtInWorkflows.get('draft').fit,
};

/** The same numbers in [0, 1) every time (mulberry32). */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** For each way of leaving points out the part that each point belongs to. */
function divisions(grid, random) {
  const order = [...grid.keys()].sort((a, b) => grid[a] - grid[b]);
  const shuffled = grid.map((_, point) => ({ point, key: random() })).sort((a, b) => a.key - b.key);
  const third = new Map(shuffled.map(({ point }, place) => [point, place % 3]));
  return {
    alternate: grid.map((_, point) => order.indexOf(point) % 2),
    block: grid.map((degrees) => Math.floor((degrees + 180) / 60) % 6),
    third: grid.map((_, point) => third.get(point)),
  };
}

await loadRDKit();
const sage = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
const records = gunzipSync(readFileSync(DRIVES)).toString().trim().split('\n').map(JSON.parse);

const subjects = records.slice(0, Number(options.drives)).map((record, index) => {
  const molecule = moleculeFromSmiles(record.mapped_smiles);
  const lowest = Math.min(...record.energies_hartree);
  const qm = record.energies_hartree.map((energy) => (energy - lowest) * KCAL_PER_MOL_PER_HARTREE);
  return {
    id: record.id,
    kind: record.ring_torsion ? 'ring' : record.central_bond_order === 2 ? 'double bond' : 'chain',
    qm,
    minimum: qm.indexOf(0),
    divisions: divisions(record.grid, randomNumbers(Number(options.seed) + 1000 * index)),
    drive: {
      molecule,
      dihedral: record.dihedrals[0],
      chargesE: naglCharges(molecule),
      points: record.energies_hartree.map((energyHartree, point) => ({
        energyHartree,
        geometryAngstrom: record.geometries_angstrom[point],
      })),
    },
  };
});

/** A drive's force field with bespoke torsions as they start, and what is to be fitted of them. */
function startOf({ drive: { molecule, dihedral } }, fit) {
  const torsions = bespokeTorsions({
    fragment: molecule,
    parent: molecule,
    occurrences: [{ parentAtoms: [...molecule.atoms.keys()] }],
    bond: [dihedral[1], dihedral[2]],
    forceField: sage,
    periodicities: fit.periodicities,
  });
  return startOfFit(sage, { torsions, others: [] }, fit);
}

/** Of the points that count among some, the squared errors after a fit to others; of no fit where no choice is given. */
async function squaredErrors(subject, choice, fittedPoints, testedPoints) {
  const { drive, qm, minimum } = subject;
  const tested = testedPoints.filter((point) => qm[point] < TESTED_BELOW_KCAL_PER_MOL);
  const only = (points) => [{ ...drive, points: points.map((point) => drive.points[point]) }];
  const settings = choice ?? bespokeFit;
  const { forceField, figures } = startOf(subject, settings);
  const fitted =
    choice === null
      ? figures
      : (await fitProfiles(forceField, only(fittedPoints), figures, settings)).figures;
  const inPlace = fitted.map((figure, n) => ({ ...figure, priorWidth: figures[n].priorWidth }));
  // Where no step is taken the profile "before" is that of the figures given; the minimum is there to refer to.
  const unchanged = { ...settings, penalty: 'L2', maxIterations: 0 };
  const { drives } = await fitProfiles(forceField, only([minimum, ...tested]), inPlace, unchanged);
  return tested.map((point, n) => (drives[0].points[n + 1].mmBeforeKcalPerMol - qm[point]) ** 2);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const rootMean = (squares) => Math.sqrt(mean(squares));
const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1];

async function errorsOf(subject, choice) {
  const points = [...subject.qm.keys()];
  const errors = { all: rootMean(await squaredErrors(subject, choice, points, points)) };
  for (const [name, parts] of Object.entries(subject.divisions)) {
    const squares = [];
    for (const part of new Set(parts)) {
      const isLeftOut = (point) => parts[point] === part && point !== subject.minimum;
      const kept = points.filter((point) => !isLeftOut(point));
      squares.push(...(await squaredErrors(subject, choice, kept, points.filter(isLeftOut))));
    }
    errors[name] = rootMean(squares);
  }
  return errors;
}

const results = new Map();
for (const [name, choice] of Object.entries(CHOICES)) {
  const started = process.cpuUsage();
  const errors = [];
  for (const subject of subjects)
    errors.push({ kind: subject.kind, id: subject.id, ...(await errorsOf(subject, choice)) });
  results.set(name, errors);
  const { user } = process.cpuUsage(started);
  console.error(`${name}: ${(user / 1e6).toFixed(0)} CPU s`);
}

const base = results.get(BASE);
for (const [title, belongs] of [
  ['not in rings', ({ kind }) => kind !== 'ring'],
  ['in rings', ({ kind }) => kind === 'ring'],
  ['double bonds', ({ kind }) => kind === 'double bond'],
]) {
  const at = [...base.keys()].filter((n) => belongs(base[n]));
  if (at.length === 0) continue;
  console.log(`\n${title} (${at.length} drives)\n`);
  console.log('| choice | mean | median | 90 % | worst | worse | alternate | block | third |');
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const [name, errors] of results) {
    const own = at.map((n) => errors[n]);
    const of = (split) => own.map((error) => error[split]).filter(Number.isFinite);
    const all = of('all');
    const worse = at.filter((n) => errors[n].all > base[n].all + 0.005).length;
    const cells = [mean(all), quantile(all, 0.5), quantile(all, 0.9), Math.max(...all)];
    const leftOut = ['alternate', 'block', 'third'].map((split) => mean(of(split)));
    const text = (value) => value.toFixed(3);
    console.log(`| ${[name, ...cells.map(text), worse, ...leftOut.map(text)].join(' | ')} |`);
  }
}
