// How long labelling, charges, energies and minimisation of one molecule take, beside the OpenFF toolkit and
// OpenMM on the same molecule, geometry and charges, in one run and on one core each.
//   node test/bench/chemistry-speed.mjs [SMILES]
// Prints a table; what a time is divided by stands in its row. Needs a build, and for the programs compared with
// the Python environment that the end-to-end tests make.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
const { createSystem, energy, minimise } = require('@bespoke/mechanics');
const { generateConformers, loadRDKit, moleculeFromSmiles } = require('@bespoke/molecule');
const { chargeModelNamed } = require('@bespoke/partial-charges');
const { assignParameters, builtInForceField, labelMolecule, parseOffxml } = require('@bespoke/smirnoff');

const FORCE_FIELD = 'openff_unconstrained-2.2.1.offxml';
const BATCHES = 200;
const WARM_UP = 2000;
const CHARGE_MODELS = ['am1bcc', 'nagl'];

// Propranolol has 40 atoms.
const [smiles = 'CC(C)NC[C@H](O)COc1cccc2ccccc12'] = process.argv.slice(2);
const directory = mkdtempSync(path.join(tmpdir(), 'bespoke-bench-'));
try {
  await loadRDKit();
  const forceField = parseOffxml(builtInForceField(FORCE_FIELD));
  const molecule = fresh();
  const [start] = generateConformers(molecule, {
    maxConformers: 1,
    seed: 1,
    allowUndefinedStereo: true,
  });
  const charges = molecule.atoms.map((atom) => atom.formalCharge);
  const ours = {};

  ours.read = leastSeconds(1, fresh);
  const unlabelled = Array.from({ length: 2 * BATCHES }, fresh);
  ours.label = leastSeconds(1, () => labelMolecule(forceField, unlabelled.pop()));
  ours.labelAgain = leastSeconds(1, () => labelMolecule(forceField, molecule));
  ours.assign = leastSeconds(1, () => assignParameters(forceField, unlabelled.pop()));
  const assignment = assignParameters(forceField, molecule);
  for (const name of CHARGE_MODELS) ours[name] = await chargeSeconds(name, start);

  const system = createSystem(molecule, assignment, charges);
  const relaxed = minimise(system, start).coordinatesAngstrom;
  const gradient = new Float64Array(relaxed.length);
  ours.createSystem = leastSeconds(20, () => createSystem(molecule, assignment, charges));
  ours.energy = leastSeconds(50, () => energy(system, relaxed));
  ours.gradient = leastSeconds(50, () => energy(system, relaxed, gradient));
  ours.minimise = leastSeconds(1, () => minimise(system, start));

  const theirs = reference({
    mappedSmiles: molecule.mappedSmiles,
    charges,
    start: [...start],
    relaxed: [...relaxed],
  });
  const rows = [
    ['read SMILES', ours.read, 'OpenFF toolkit', theirs.read],
    ['label a molecule not seen before', ours.label, 'OpenFF toolkit', theirs.label],
    ['label the same molecule again', ours.labelAgain, 'OpenFF toolkit', theirs.labelAgain],
    ['parameters, system', ours.assign + ours.createSystem, 'OpenFF toolkit', theirs.createSystem],
    ...CHARGE_MODELS.map((name) => [`charges, ${name}`, ours[name], 'OpenFF toolkit', theirs[name]]),
    ...Object.entries(theirs.openmm ?? { OpenMM: {} }).flatMap(([platform, their]) => [
      ['energy', ours.energy, platform, their.energy],
      ['energy + gradient', ours.gradient, platform, their.gradient],
      ['energy + gradient', ours.gradient, `${platform}, within a minimisation`, their.gradientWithin],
      ['minimisation', ours.minimise, `${platform}, to 1e-3 kJ/mol/nm`, their.minimise],
    ]),
  ];
  console.log(`${molecule.atoms.length} atoms, ${FORCE_FIELD}\n`);
  console.log('| what | here | beside | there | there / here |\n| --- | --- | --- | --- | --- |');
  for (const [what, here, beside, there] of rows) {
    const ratio = here && there ? (there / here).toPrecision(3) : 'n/a';
    console.log(`| ${[what, inUnits(here), beside, inUnits(there), ratio].join(' | ')} |`);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** The best of many batches: others use the machine, too. */
function leastSeconds(count, once) {
  if (count > 5) for (let n = 0; n < WARM_UP; n++) once();
  let least = Infinity;
  for (let batch = 0; batch < BATCHES; batch++) {
    const begin = process.hrtime.bigint();
    for (let n = 0; n < count; n++) once();
    least = Math.min(least, Number(process.hrtime.bigint() - begin) / 1e9 / count);
  }
  return least;
}

function fresh() {
  return moleculeFromSmiles(smiles);
}

async function chargeSeconds(name, geometryAngstrom) {
  const run = { cores: 1, memoryBytes: 2 ** 30, scratchDirectory: directory };
  const model = chargeModelNamed(name);
  if (model === undefined) return undefined;
  let least = Infinity;
  for (let n = 0; n < 3; n++) {
    const begin = process.hrtime.bigint();
    await model.charges(fresh(), geometryAngstrom, run);
    least = Math.min(least, Number(process.hrtime.bigint() - begin) / 1e9);
  }
  return least;
}

function reference(input) {
  const python = path.resolve(import.meta.dirname, '../../.bespoke/openff-venv/bin/python');
  if (!existsSync(python)) return {};
  const forceField = path.join(directory, FORCE_FIELD);
  writeFileSync(forceField, builtInForceField(FORCE_FIELD));
  const output = execFileSync(python, [path.join(import.meta.dirname, 'chemistry_speed.py')], {
    input: JSON.stringify({ ...input, forceField }),
    env: { ...process.env, OPENMM_CPU_THREADS: '1', OMP_NUM_THREADS: '1' },
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return JSON.parse(output);
}

function inUnits(seconds) {
  if (seconds === undefined || seconds === null) return 'n/a';
  const [unit, size] = [
    ['s', 1],
    ['ms', 1e-3],
    ['µs', 1e-6],
  ].find(([, size]) => seconds >= size) ?? ['µs', 1e-6];
  return `${(seconds / size).toPrecision(3)} ${unit}`;
}
