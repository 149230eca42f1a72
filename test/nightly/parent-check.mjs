// Is the fragment like its parent? For pairs of a molecule and the Pfizer fragment of one of its bonds: the RMSE, on
// the molecule's own torsion drive, of the force field fitted on the fragment, of the one fitted on the molecule, and
// of the one of the two that the parent check of the workflow `draft` chooses. The reference is GFN2-xTB.
//   node test/nightly/parent-check.mjs DIRECTORY [PAIRS]
// Errors are those of the points up to 10 kcal/mol, whatever a fit counts.
// Drives and comparisons are kept in DIRECTORY, so that a run that was stopped goes on. One core, an hour or two.
// Needs a build, a real xtb and a real MOPAC. Prints a line of JSON for each pair, then the summary.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { fitProfiles, startOfFit } from '@bespoke/fitting';
import { drivenDihedral, fragmentMolecule } from '@bespoke/fragmentation';
import {
  dihedralDegrees,
  formalCharge,
  generateConformers,
  heavySmiles,
  loadRDKit,
  moleculeFromSmiles,
} from '@bespoke/molecule';
import { compareDriveWithParent, compareWithParent } from '@bespoke/parent-check';
import { forceFieldCharges } from '@bespoke/partial-charges';
import { engineNamed } from '@bespoke/qc-engines';
import { bespokeTorsions, builtInForceField, parseOffxml, withFigures } from '@bespoke/smirnoff';
import {
  bestPoints,
  isFinished,
  missingPoints,
  openDrive,
  outstandingJobs,
  recordResult,
} from '@bespoke/torsion-drive';
import { builtInWorkflows } from '@bespoke/workflow-schema';

/** Molecules of the development sets, and the fragment that stands for one of their bonds. */
const PAIRS = [
  ['CCC(N)c1ccccc1OC', 'COc1ccccc1C'],
  ['CCc1ccc(C(N)COC)o1', 'CCc1ccco1'],
  ['CCn1ncc([N+](=O)[O-])c1C=O', 'Cn1ncc([N+](=O)[O-])c1C=O'],
  ['CC(=O)c1ncc(CN)cc1O', 'CC(=O)c1ncccc1O'],
  ['CCS(=O)(=O)c1nnc(NC)s1', 'CNc1nncs1'],
  ['NC(=O)Nc1cncc(OC(N)=O)c1', 'NC(=O)Nc1cccnc1'],
  ['CC(=O)Sc1ccccc1C=O', 'CSc1ccccc1C=O'],
  ['COc1ccccc1SCC=O', 'COc1ccccc1SC'],
  ['Cn1cnc(CCO)c1[N+](=O)[O-]', 'Cc1ncn(C)c1[N+](=O)[O-]'],
  ['N#CCc1ccccc1CC=O', 'Cc1ccccc1CC=O'],
  ['COCCS(=O)(=O)c1ncn[nH]1', 'CCS(=O)(=O)c1ncn[nH]1'],
  ['CCc1nc(C2CCCN2)no1', 'c1nc(C2CCCN2)no1'],
  ['C[C@H](NO)c1cc(F)ccc1[N+](=O)[O-]', 'Cc1ccccc1[N+](=O)[O-]'],
  ['N#CC[C@@H](N)c1ccc(F)cc1[N+](=O)[O-]', 'Cc1ccccc1[N+](=O)[O-]'],
  ['CCNc1ccc([N+](=O)[O-])cc1', 'CCNc1ccccc1'],
  ['CCCCSc1nccc(N)n1', 'CCSc1ncccn1'],
  ['CCc1ccc(C(N)COC)o1', 'COCC(N)c1ccco1'],
  ['CCCn1c(C(C)N)n[nH]c1=S', 'CCCn1c(C)n[nH]c1=S'],
  ['COCc1ccc(C=O)cc1F', 'O=Cc1ccccc1'],
  ['NCc1ccc(S(N)(=O)=O)cc1', 'NS(=O)(=O)c1ccccc1'],
  ['CCCCc1nc(Cl)c(CO)[nH]1', 'OCc1[nH]cnc1Cl'],
  ['Cc1n[nH]c(-c2cccs2)c1CC(=O)O', 'Cc1n[nH]c(-c2cccs2)c1C'],
  ['NC(=O)Nc1cncc(OC(N)=O)c1', 'NC(=O)Oc1cccnc1'],
  ['CCCn1c(C(C)N)n[nH]c1=S', 'CC(N)c1n[nH]c(=S)n1C'],
  ['CC[C@@H]1C[C@@]1(N)c1ccc(OC)nn1', 'COc1cccnn1'],
  ['CCCNc1ccc(OCC)cn1', 'CCNc1ccccn1'],
];
/** A fragment's drive starts from a few conformers; a whole molecule's from one, as it does in a fit. */
const MAX_CONFORMERS = { fragment: 4, whole: 1 };

const {
  positionals: [directory, pairs = String(PAIRS.length)],
} = parseArgs({ allowPositionals: true });
mkdirSync(directory, { recursive: true });
await loadRDKit();
const { qc, fit, torsionDrive, targetTorsionSmarts, parentCheck, baseForceField } =
  builtInWorkflows.get('draft');
const tested = { ...fit, penalty: 'L2', energyCutoffKcalPerMol: 10 };
const base = parseOffxml(builtInForceField(baseForceField));
const xtb = engineNamed('xtb');
const run = { cores: 1, memoryBytes: 2 ** 30, scratchDirectory: tmpdir() };
const level = { method: qc.method, basis: qc.basis };

/** What `compute` gives, from its file if it is there. */
async function kept(name, compute) {
  const file = path.join(directory, `${name}.json`);
  if (!existsSync(file)) {
    writeFileSync(`${file}.part`, JSON.stringify(await compute()));
    renameSync(`${file}.part`, file);
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The points of a torsion drive. */
async function drive({ molecule, dihedral }, maxConformers) {
  const geometries = generateConformers(molecule, { maxConformers, seed: 1, allowUndefinedStereo: true });
  const results = geometries.map((geometryAngstrom) => ({ geometryAngstrom: [...geometryAngstrom] }));
  const seeds = results.map(({ geometryAngstrom }, index) => ({
    geometry: String(index),
    dihedralsDegrees: [dihedralDegrees(geometryAngstrom, dihedral)],
  }));
  const { gridSpacingDegrees, energyDecreaseThresholdHartree } = torsionDrive;
  let { state } = openDrive({
    gridSpacingDegrees: [gridSpacingDegrees],
    energyDecreaseThresholdHartree,
    seeds,
  });
  while (!isFinished(state)) {
    const [job] = outstandingJobs(state);
    const request = {
      elements: molecule.atoms.map(({ element }) => element),
      formalCharge: formalCharge(molecule),
      bonds: molecule.bonds.map(({ begin, end }) => [begin, end]),
      geometryAngstrom: results[Number(job.startGeometry)].geometryAngstrom,
      dihedral,
      targetDegrees: job.gridDegrees[0],
      ...level,
    };
    const outcome = await xtb.constrainedOptimization(request, run).then(
      (result) => {
        results.push(result);
        return {
          energyHartree: result.energyHartree,
          dihedralsDegrees: [result.dihedralDegrees],
          geometry: String(results.length - 1),
        };
      },
      (error) => ({ failure: error.message }),
    );
    ({ state } = recordResult(state, job.id, outcome));
  }
  const missing = missingPoints(state);
  if (missing.length > 0) throw new Error(`${molecule.mappedSmiles}: ${missing[0].reason}`);
  return {
    optimizations: results.length - seeds.length,
    points: bestPoints(state).map(({ geometry }) => results[Number(geometry)]),
  };
}

/** A piece with all that a fit needs: its drive, charges, and bespoke parameters. */
async function prepared(parent, { molecule, bond, occurrences }, name, maxConformers) {
  const dihedral = drivenDihedral(molecule, bond);
  const { points, optimizations } = await kept(name, () => drive({ molecule, dihedral }, maxConformers));
  const [{ geometryAngstrom }] = points.toSorted((a, b) => a.energyHartree - b.energyHartree);
  const { chargesE } = await forceFieldCharges({ forceField: base, molecule }, geometryAngstrom, run);
  const parameters = bespokeTorsions({
    fragment: molecule,
    bond,
    parent,
    occurrences,
    forceField: base,
    periodicities: fit.periodicities,
  });
  return { profile: { molecule, dihedral, chargesE, points }, parameters, optimizations };
}

/** The force field with bespoke parameters fitted to a profile. */
async function fitted({ profile, parameters }) {
  const { forceField, figures } = startOfFit(base, { torsions: parameters, others: [] }, fit);
  return withFigures(forceField, (await fitProfiles(forceField, [profile], figures, fit)).figures);
}

/** RMSE of a force field on a profile, over the points up to 10 kcal/mol, kcal/mol. */
async function errorOn({ profile }, forceField) {
  const { drives } = await fitProfiles(forceField, [profile], [], tested);
  return drives[0].rmseBeforeKcalPerMol;
}

async function comparePair(index, [parentSmiles, fragmentSmiles]) {
  const parent = moleculeFromSmiles(parentSmiles);
  const name = heavySmiles(moleculeFromSmiles(fragmentSmiles));
  const cut = (scheme) => fragmentMolecule(parent, { scheme, targetTorsionSmarts });
  const fragment = (await cut('pfizer')).find(({ molecule }) => heavySmiles(molecule) === name);
  const [occurrence] = fragment.occurrences;
  const whole = (await cut('none')).find(({ occurrences }) =>
    occurrences.some(({ parentBond }) => parentBond.join() === occurrence.parentBond.join()),
  );
  const onFragment = await prepared(parent, fragment, `fragment-${index + 1}`, MAX_CONFORMERS.fragment);
  const onWhole = await prepared(parent, whole, `whole-${index + 1}`, MAX_CONFORMERS.whole);

  const comparison = await kept(`comparison-${index + 1}`, async () => {
    const { parentBond } = occurrence;
    const { parentAtoms } = whole.occurrences.find((each) => each.parentBond.join() === parentBond.join());
    const started = performance.now();
    const { deviationKcalPerMol, points } = await compareWithParent(
      {
        fragment: fragment.molecule,
        dihedral: onFragment.profile.dihedral,
        parent: whole.molecule,
        parentAtoms: occurrence.parentAtoms.map((atom) => (atom === null ? null : parentAtoms.indexOf(atom))),
        forceField: startOfFit(base, { torsions: onFragment.parameters, others: [] }, fit).forceField,
        chargeModel: null,
        ...level,
        gridSpacingDegrees: parentCheck.gridSpacingDegrees,
      },
      xtb,
      run,
    );
    return { deviationKcalPerMol, points, seconds: (performance.now() - started) / 1000 };
  });
  const deviationOfDrive = await compareDriveWithParent(
    {
      fragment: fragment.molecule,
      dihedral: onFragment.profile.dihedral,
      drive: onFragment.profile.points,
      parent: comparison.points,
      forceField: startOfFit(base, { torsions: onFragment.parameters, others: [] }, fit).forceField,
      chargeModel: null,
      ...level,
    },
    xtb,
    run,
  );
  const isUnlike = [comparison.deviationKcalPerMol, deviationOfDrive].some(
    (deviation) => deviation > parentCheck.thresholdKcalPerMol,
  );
  const errorOfFragment = await errorOn(onWhole, await fitted(onFragment));
  const errorOfWhole = await errorOn(onWhole, await fitted(onWhole));
  return {
    pair: index + 1,
    parent: parentSmiles,
    fragment: fragmentSmiles,
    atoms: [parent.atoms.length, fragment.molecule.atoms.length],
    deviation: comparison.deviationKcalPerMol,
    deviationOfDrive,
    verdict: isUnlike ? 'unlike' : 'alike',
    errorOfBase: await errorOn(onWhole, base),
    errorWithoutCheck: errorOfFragment,
    errorOfWhole,
    errorWithCheck: isUnlike ? errorOfWhole : errorOfFragment,
    optimizations: [onWhole.optimizations, onFragment.optimizations],
    secondsOfCheck: comparison.seconds,
  };
}

const rounded = (value) => Math.round(value * 1000) / 1000;
const lines = [];
for (const [index, pair] of PAIRS.slice(0, Number(pairs)).entries()) {
  const line = await comparePair(index, pair);
  lines.push(line);
  console.log(JSON.stringify(line, (_, value) => (typeof value === 'number' ? rounded(value) : value)));
}
const summary = (of) => {
  const errors = lines.map(of).sort((a, b) => a - b);
  return {
    mean: rounded(errors.reduce((sum, error) => sum + error, 0) / errors.length),
    median: rounded(
      (errors[Math.floor((errors.length - 1) / 2)] + errors[Math.floor(errors.length / 2)]) / 2,
    ),
    worst: rounded(errors.at(-1)),
  };
};
console.log(
  JSON.stringify({
    pairs: lines.length,
    unlike: lines.filter(({ verdict }) => verdict === 'unlike').length,
    base: summary(({ errorOfBase }) => errorOfBase),
    withoutCheck: summary(({ errorWithoutCheck }) => errorWithoutCheck),
    withCheck: summary(({ errorWithCheck }) => errorWithCheck),
    allOnWhole: summary(({ errorOfWhole }) => errorOfWhole),
  }),
);
