// Torsion profiles at DFT quality from few DFT points: GFN2 single points at the DFT geometries of the development
// drives, B3LYP-D3BJ/DZVP at the points that @bespoke/delta-learning asks for, against the whole DFT profile.
//   node test/bench/delta-learning.mjs [--low-level FILE] [--fit evidence|L2|L1]
// Prints Markdown, kcal/mol: errors by the number of DFT points, where the stopping rule ends, whether the standard
// errors are right, and with --fit how well torsions fitted to the corrected profiles reproduce the DFT profile. The
// constants of the library were chosen on the drives of the first half. --low-level keeps the GFN2 energies in a file and
// takes them from there if it exists. Needs a build, xtb and ../shared/data; two minutes of one core, ten with --fit.
import { correctedProfile, geometrySteps, nextSinglePoints } from '@bespoke/delta-learning';
import { fitProfiles, startOfFit } from '@bespoke/fitting';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { naglCharges } from '@bespoke/partial-charges';
import { xtb } from '@bespoke/qc-engines';
import { bespokeTorsions, builtInForceField, parseOffxml } from '@bespoke/smirnoff';
import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import { builtInWorkflows } from '@bespoke/workflow-schema';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

const DRIVES = path.resolve(
  import.meta.dirname,
  '../../../shared/data/torsion-drives/torsion-drives-dev.jsonl.gz',
);
const TESTED_BELOW_KCAL_PER_MOL = 10;
const { values: options } = parseArgs({
  options: { 'low-level': { type: 'string' }, fit: { type: 'string' } },
});

const records = gunzipSync(readFileSync(DRIVES)).toString().trim().split('\n').map(JSON.parse);
await loadRDKit();

/** By drive the GFN2 energies of its geometries, hartree. */
async function lowLevelEnergies() {
  const file = options['low-level'];
  if (file !== undefined && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const energies = {};
  for (const { id, mapped_smiles, formal_charge, geometries_angstrom } of records) {
    const elements = moleculeFromSmiles(mapped_smiles).atoms.map(({ element }) => element);
    energies[id] = [];
    for (const geometryAngstrom of geometries_angstrom) {
      const calculation = { elements, formalCharge: formal_charge, method: 'GFN2-xTB', basis: null };
      const { energyHartree } = await xtb.singlePoint(
        { ...calculation, geometryAngstrom, gradient: false },
        { cores: 1, memoryBytes: 2 ** 30, scratchDirectory: tmpdir() },
      );
      energies[id].push(energyHartree);
    }
  }
  if (file !== undefined) writeFileSync(file, JSON.stringify(energies));
  return energies;
}

const lowLevel = await lowLevelEnergies();

/** A drive as the library sees it, with all that is to be found out. */
function subjectOf(record) {
  const { grid, grid_spacing, energies_hartree, geometries_angstrom } = record;
  const isRound = grid.length * grid_spacing[0] === 360;
  const settings = {
    gridSpacingDegrees: grid_spacing,
    ...(!isRound && { rangesDegrees: [[Math.min(...grid), Math.max(...grid)]] }),
  };
  const points = grid.map((degrees, n) => ({
    gridDegrees: [degrees],
    energyHartree: lowLevel[record.id][n],
    geometryAngstrom: geometries_angstrom[n],
  }));
  const lowest = Math.min(...energies_hartree);
  const dft = energies_hartree.map((energy) => (energy - lowest) * KCAL_PER_MOL_PER_HARTREE);
  return {
    record,
    isRound,
    scan: { grid: settings, points, steps: geometrySteps(settings, points) },
    dft,
    minimum: dft.indexOf(0),
    tested: [...dft.keys()].filter((point) => dft[point] < TESTED_BELOW_KCAL_PER_MOL),
  };
}

const subjects = records.map(subjectOf);
const round = subjects.filter(({ isRound, record }) => isRound && !record.ring_torsion);
const GROUPS = [
  ['first half', round.filter((_, n) => n % 2 === 0)],
  ['second half', round.filter((_, n) => n % 2 === 1)],
  ['both', round],
  ['ranges', subjects.filter(({ isRound }) => !isRound)],
];

/** What `fast` asks for. */
const STOPPING = {
  targetStandardErrorKcalPerMol: 0.15,
  energyCutoffKcalPerMol: 10,
  leastPoints: 8,
  mostPoints: 12,
  pointsPerRound: 2,
};
/** As many points as there may be: the target is out of reach. */
const exactly = (count) => ({
  ...STOPPING,
  targetStandardErrorKcalPerMol: 1e-9,
  leastPoints: Math.min(8, count),
  mostPoints: count,
});

function correction({ scan, record }, settings) {
  const results = [];
  for (;;) {
    const { points, status } = nextSinglePoints(scan, results, settings);
    if (status !== 'computing') return { profile: correctedProfile(scan, results), results, status };
    for (const point of points) results.push({ point, energyHartree: record.energies_hartree[point] });
  }
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const rootMeanSquare = (values) => Math.sqrt(mean(values.map((value) => value ** 2)));
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
const table = (...heads) => {
  console.log('');
  row(...heads);
  row(...heads.map(() => '---'));
};
const text = (value) => value.toFixed(3);

/** Errors relative to the DFT minimum's point, which a fit refers to, and with their mean taken off. */
function errorsOf({ dft, minimum, tested }, energies) {
  const errors = tested.map((point) => energies[point] - energies[minimum] - dft[point]);
  const average = mean(errors);
  return { rmse: rootMeanSquare(errors), centred: rootMeanSquare(errors.map((error) => error - average)) };
}

const energiesOf = (profile) => profile.map(({ energyKcalPerMol }) => energyKcalPerMol);
const lowLevelOf = ({ scan }) =>
  scan.points.map(({ energyHartree }) => energyHartree * KCAL_PER_MOL_PER_HARTREE);
const withoutSteps = (subject) => ({ ...subject, scan: { ...subject.scan, steps: [] } });

/** Points all around from the lowest of the low level, and no account of jumps. */
function evenlySpaced(subject, count) {
  const { scan, record } = withoutSteps(subject);
  const energies = scan.points.map(({ energyHartree }) => energyHartree);
  const lowest = energies.indexOf(Math.min(...energies));
  const results = Array.from({ length: count }, (_, n) => {
    const point = (lowest + Math.round((n * energies.length) / count)) % energies.length;
    return { point, energyHartree: record.energies_hartree[point] };
  });
  return correctedProfile(scan, results);
}

const COUNTS = [6, 8, 10, 12, 16, 24];
const FITTED = new Set(['GFN2 alone', '6 DFT points', '8 DFT points', '12 DFT points', 'stopped by itself']);
const CHOICES = [
  ['GFN2 alone', lowLevelOf],
  ...COUNTS.map((count) => [
    `${count} DFT points`,
    (subject) => energiesOf(correction(subject, exactly(count)).profile),
  ]),
  ...[6, 8, 12].map((count) => [
    `${count}, evenly spaced, jumps not known`,
    (subject) => energiesOf(evenlySpaced(subject, Math.min(count, subject.dft.length))),
  ]),
  ['12, jumps not known', (subject) => energiesOf(correction(withoutSteps(subject), exactly(12)).profile)],
  ['stopped by itself', (subject) => energiesOf(correction(subject, STOPPING).profile)],
];
table(
  'profile',
  ...GROUPS.map(([name, group]) => `${name} (${group.length}): mean, median, worst; mean centred`),
);
for (const [name, energies] of CHOICES) {
  const cells = GROUPS.map(([, group]) => {
    const errors = group.map((subject) => errorsOf(subject, energies(subject)));
    const rmse = errors.map((error) => error.rmse);
    return `${[mean(rmse), median(rmse), Math.max(...rmse)].map(text).join(', ')}; ${text(mean(errors.map(({ centred }) => centred)))}`;
  });
  row(name, ...cells);
}

table(
  'stopped by itself',
  'DFT points: mean',
  'range',
  'reported standard error: mean',
  'less sure than 0.15',
);
for (const [name, group] of GROUPS) {
  const ends = group.map((subject) => ({ tested: subject.tested, ...correction(subject, STOPPING) }));
  const counts = ends.map(({ results }) => results.length);
  const reported = ends.map(({ profile, tested }) =>
    rootMeanSquare(tested.map((point) => profile[point].standardErrorKcalPerMol)),
  );
  const unsure = ends.filter(({ status }) => status === 'out-of-points').length;
  const range = `${Math.min(...counts)} to ${Math.max(...counts)}`;
  row(name, mean(counts).toFixed(1), range, text(mean(reported)), unsure);
}

/** Error over standard error at the points that were not computed, relative to the lowest of the profile. */
function standardScores(subject, settings) {
  const { profile } = correction(subject, settings);
  const lowest = profile.findIndex(({ energyKcalPerMol }) => energyKcalPerMol === 0);
  return subject.tested
    .filter((point) => !profile[point].isComputed && point !== lowest)
    .map((point) => {
      const { energyKcalPerMol, standardErrorKcalPerMol } = profile[point];
      return (energyKcalPerMol - subject.dft[point] + subject.dft[lowest]) / standardErrorKcalPerMol;
    });
}

table('standard scores', ...GROUPS.map(([name]) => `${name}: root mean square; within 1, 2, 3`));
for (const [name, settings] of [...[6, 8, 12, 16].map((n) => [n, exactly(n)]), ['stopped', STOPPING]]) {
  const cells = GROUPS.map(([, group]) => {
    const scores = group.flatMap((subject) => standardScores(subject, settings));
    if (scores.length === 0) return '';
    const within = [1, 2, 3].map((limit) => mean(scores.map((score) => (Math.abs(score) < limit ? 1 : 0))));
    return `${rootMeanSquare(scores).toFixed(2)}; ${within.map((share) => `${(100 * share).toFixed(0)} %`).join(', ')}`;
  });
  row(name, ...cells);
}

/** RMSE to the DFT profile of the force field whose torsions were fitted to some energies, kcal/mol. */
async function errorOfFit({ record, minimum, tested, dft }, energies, fit) {
  const molecule = moleculeFromSmiles(record.mapped_smiles);
  const dihedral = record.dihedrals[0];
  const torsions = bespokeTorsions({
    fragment: molecule,
    parent: molecule,
    occurrences: [{ parentAtoms: [...molecule.atoms.keys()] }],
    bond: [dihedral[1], dihedral[2]],
    forceField: sage,
    periodicities: fit.periodicities,
  });
  const { forceField, figures } = startOfFit(sage, { torsions, others: [] }, fit);
  const points = energies.map((energy, n) => ({
    energyHartree: energy / KCAL_PER_MOL_PER_HARTREE,
    geometryAngstrom: record.geometries_angstrom[n],
  }));
  const drive = { molecule, dihedral, chargesE: naglCharges(molecule), points };
  const { drives } = await fitProfiles(forceField, [drive], figures, fit);
  const mm = drives[0].points.map(({ mmAfterKcalPerMol }) => mmAfterKcalPerMol);
  return rootMeanSquare(tested.map((point) => mm[point] - mm[minimum] - dft[point]));
}

const sage = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
if (options.fit !== undefined) {
  const fit =
    options.fit === 'evidence'
      ? builtInWorkflows.get('draft').fit
      : { ...builtInWorkflows.get('default').fit, penalty: options.fit };
  const profiles = [...CHOICES.filter(([name]) => FITTED.has(name)), ['DFT', ({ dft }) => dft]];
  const errors = new Map(profiles.map(([name]) => [name, new Map()]));
  for (const subject of round)
    for (const [name, energies] of profiles)
      errors.get(name).set(subject, await errorOfFit(subject, energies(subject), fit));
  const groups = GROUPS.filter(([, group]) => group.every((subject) => round.includes(subject)));
  table(`fitted by ${options.fit} to`, ...groups.map(([name]) => `${name}: mean, median, worst`));
  for (const [name, own] of errors) {
    const cells = groups.map(([, group]) => {
      const rmse = group.map((subject) => own.get(subject));
      return [mean(rmse), median(rmse), Math.max(...rmse)].map(text).join(', ');
    });
    row(name, ...cells);
  }
}
