// Bespoke torsions of every development molecule, cut by Pfizer's scheme: what their patterns hit, in fragment and
// parent, here and by RDKit from PyPI, and whether they change any energy before a fit.
//   node test/nightly/bespoke-parameters.mjs [SMILES_FILE]
// Prints counts and each difference; exits 1 on any. Needs a build and the tests' Python (made by an e2e or
// conformance test). Some minutes of one core.
import { fragmentMolecule } from '@bespoke/fragmentation';
import { createSystem, energyTerms } from '@bespoke/mechanics';
import {
  generateConformers,
  loadRDKit,
  MoleculeError,
  moleculeFromSmiles,
  resonanceClasses,
} from '@bespoke/molecule';
import {
  appendTorsions,
  assignParameters,
  bespokeTorsions,
  builtInForceField,
  parseOffxml,
  SmirnoffError,
  torsionsHit,
} from '@bespoke/smirnoff';
import { builtInWorkflows } from '@bespoke/workflow-schema';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

const root = path.resolve(import.meta.dirname, '../..');
const python = path.join(root, '.bespoke/openff-venv/bin/python');
const { positionals } = parseArgs({ allowPositionals: true });
const smiles =
  positionals.length > 0
    ? readFileSync(positionals[0], 'utf8').trim().split('\n')
    : gunzipSync(readFileSync(path.join(root, '../shared/data/parity/aromaticity.jsonl.gz')))
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).mapped_smiles);
const FORCE_FIELDS = ['openff_unconstrained-2.2.1.offxml', 'openff_unconstrained-2.3.0.offxml'];
const GEOMETRIES = 5;

await loadRDKit();
const { targetTorsionSmarts, fit } = builtInWorkflows.get('default');
const forceFields = FORCE_FIELDS.map((name) => parseOffxml(builtInForceField(name)));

/** The proper torsions' energies, kcal/mol, relative to the first geometry's. */
function torsionEnergies(forceField, molecule, geometries) {
  const noCharges = molecule.atoms.map(() => 0);
  const system = createSystem(molecule, assignParameters(forceField, molecule), noCharges);
  const energies = geometries.map((geometry) => energyTerms(system, geometry).propers);
  return energies.map((energy) => energy - energies[0]);
}

const name = (torsion) => torsion.join('-');

const count = { molecules: 0, fragments: 0, parameters: 0, torsions: 0, refused: 0, withoutGeometry: 0 };
const wrong = { notHitOnce: 0, hitElsewhere: 0, otherwiseByRDKit: 0 };
let largestChange = 0;
/** What RDKit is asked, with our hits. */
const questions = [];
for (const line of smiles) {
  const parent = moleculeFromSmiles(line.split(/\s/)[0]);
  count.molecules += 1;
  if (count.molecules % 25 === 0) console.error(`${count.molecules} of ${smiles.length} molecules`);
  const ofMolecule = [];
  for (const { molecule: fragment, bond, occurrences } of await fragmentMolecule(parent, {
    scheme: 'pfizer',
    targetTorsionSmarts,
  })) {
    count.fragments += 1;
    const { periodicities } = fit;
    const made = forceFields.map((forceField) => {
      try {
        return bespokeTorsions({ fragment, bond, parent, occurrences, forceField, periodicities });
      } catch (error) {
        if (!(error instanceof SmirnoffError)) throw error;
        count.refused += 1;
        console.log(`${parent.mappedSmiles}: ${error.message}`);
        return [];
      }
    });
    made.forEach((parameters, n) => (ofMolecule[n] ??= []).push(...parameters));
    const smirks = made[0].map((parameter) => parameter.smirks);
    const bonds = { fragment: [bond], parent: occurrences.map(({ parentBond }) => parentBond) };
    for (const [where, molecule] of Object.entries({ fragment, parent })) {
      const hits = smirks.map((pattern) => torsionsHit(molecule, pattern));
      questions.push({ mapped_smiles: molecule.mappedSmiles, smirks, hits });
      if (made[0].length === 0) continue;
      // Each torsion across a target bond is to be hit by one parameter.
      const wanted = across(molecule, bonds[where]);
      count.torsions += wanted.length;
      const times = (torsion) => hits.flat().filter((hit) => name(hit) === name(torsion)).length;
      const notOnce = wanted.filter((torsion) => times(torsion) !== 1);
      // What the molecule's symmetry or resonance makes equal to a wanted torsion has its parameter too.
      const classes = resonanceClasses(molecule);
      const kind = (torsion) => {
        const forward = torsion.map((atom) => classes[atom]);
        return [forward.join(), forward.toReversed().join()].sort()[0];
      };
      const kinds = new Set(wanted.map(kind));
      const elsewhere = hits.flat().filter((hit) => !kinds.has(kind(hit)));
      wrong.notHitOnce += notOnce.length;
      wrong.hitElsewhere += elsewhere.length;
      if (notOnce.length + elsewhere.length > 0)
        console.log(
          `${where} ${molecule.mappedSmiles}: ${notOnce.map(name)} not hit once, ${elsewhere.map(name)} hit`,
        );
    }
    count.parameters += made[0].length;
  }
  const geometries = geometriesOf(parent);
  forceFields.forEach((forceField, n) => {
    const torsions = (ofMolecule[n] ?? []).map((parameter, index) => ({
      ...parameter,
      id: `bespoke-${index}`,
    }));
    const before = torsionEnergies(forceField, parent, geometries);
    const after = torsionEnergies(appendTorsions(forceField, torsions, []), parent, geometries);
    before.forEach((energy, g) => (largestChange = Math.max(largestChange, Math.abs(after[g] - energy))));
  });
}

/** None of a molecule that no conformer can be made of, which counts. */
function geometriesOf(molecule) {
  try {
    return generateConformers(molecule, { maxConformers: GEOMETRIES, seed: 1, allowUndefinedStereo: true });
  } catch (error) {
    if (!(error instanceof MoleculeError)) throw error;
    count.withoutGeometry += 1;
    console.log(error.message);
    return [];
  }
}

/** The torsions across bonds, each from the end with the lower index. */
function across({ neighbours }, bonds) {
  return bonds.flatMap(([j, k]) =>
    neighbours[j].flatMap((i) =>
      neighbours[k].flatMap((l) =>
        i === k || l === j || i === l ? [] : [i < l ? [i, j, k, l] : [l, k, j, i]],
      ),
    ),
  );
}

const answers = execFileSync(python, [path.join(import.meta.dirname, 'smarts_hits.py')], {
  input: questions.map(({ mapped_smiles, smirks }) => JSON.stringify({ mapped_smiles, smirks })).join('\n'),
  encoding: 'utf8',
  maxBuffer: 2 ** 30,
})
  .trim()
  .split('\n');
questions.forEach(({ mapped_smiles, smirks, hits }, n) => {
  JSON.parse(answers[n]).forEach((theirs, p) => {
    const ours = hits[p].map(name).sort();
    if (ours.join() === theirs.map(name).sort().join()) return;
    wrong.otherwiseByRDKit += 1;
    console.log(`${mapped_smiles} ${smirks[p]}: ${ours} here, ${theirs.map(name)} by RDKit`);
  });
});

console.log(JSON.stringify({ ...count, ...wrong, largestEnergyChangeKcalPerMol: largestChange }));
process.exitCode = Object.values(wrong).some((number) => number > 0) ? 1 : 0;
