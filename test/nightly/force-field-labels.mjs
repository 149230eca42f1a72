// Labels of the three Sage versions, every section and tuple, beside the OpenFF toolkit's: on all molecules of the
// reference data (drug-like molecules, torsion drives, FreeSolv, fragments and their parents), and on the SMILES of a
// file where one is given. Then the same with the file as this project writes it.
//   node test/nightly/force-field-labels.mjs [SMILES_FILE]
// Prints counts and each difference; exits 1 on any. Needs a build and the tests' Python (made by an e2e or
// conformance test). Some minutes of one core.
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import {
  builtInForceField,
  builtInForceFieldNames,
  labelMolecule,
  parseOffxml,
  writeOffxml,
} from '@bespoke/smirnoff';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

const root = path.resolve(import.meta.dirname, '../..');
const data = path.resolve(root, '../shared/data');
const python = path.join(root, '.bespoke/openff-venv/bin/python');
const [smilesFile] = process.argv.slice(2);

const lines = (file) => {
  const bytes = readFileSync(path.resolve(data, file));
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trim().split('\n');
};
const records = (file) => lines(file).map((line) => JSON.parse(line));
const smilesOf = [
  ...records('parity/smirnoff-labels-2.2.1.jsonl.gz').map((record) => record.mapped_smiles),
  ...records('torsion-drives/torsion-drives-dev.jsonl.gz').map((record) => record.mapped_smiles),
  ...JSON.parse(lines('charges/am1-bcc-reference-dev.json').join('\n')).map((record) => record.mapped_smiles),
  ...records('parity/fragments-pfizer.jsonl.gz').flatMap(({ mapped_smiles, fragments = [] }) => [
    mapped_smiles,
    ...fragments.map(({ cmiles, smiles }) => cmiles ?? smiles),
  ]),
  ...(smilesFile === undefined ? [] : lines(path.resolve(smilesFile))).map((line) => line.split(/\s/)[0]),
].filter(Boolean);

await loadRDKit();
const molecules = new Map();
let unread = 0;
for (const smiles of smilesOf) {
  try {
    const molecule = moleculeFromSmiles(smiles);
    molecules.set(molecule.mappedSmiles, molecule);
  } catch {
    unread += 1;
  }
}
console.log(`${molecules.size} molecules; ${unread} are refused here (mixtures, radicals)`);

const questions = [...molecules.keys()].map((mapped_smiles) => JSON.stringify({ mapped_smiles })).join('\n');
const folder = mkdtempSync(path.join(tmpdir(), 'bespoke-labels-'));
let failed = false;
try {
  for (const name of builtInForceFieldNames) {
    const forceField = parseOffxml(builtInForceField(name));
    const [released, copy] = [path.join(data, 'force-fields', name), path.join(folder, name)];
    writeFileSync(copy, writeOffxml(parseOffxml(readFileSync(released, 'utf8'))));
    const ask = (file) =>
      execFileSync(python, [path.join(root, 'test/openff/force_field.py'), file], {
        input: questions,
        encoding: 'utf8',
        maxBuffer: 2 ** 30,
        stdio: ['pipe', 'pipe', 'ignore'],
      })
        .trim()
        .split('\n');
    const answers = ask(released);
    const count = { tuples: 0, differences: 0, refused: 0, copy: 0 };
    ask(copy).forEach((answer, n) => (count.copy += answer === answers[n] ? 0 : 1));
    [...molecules.values()].forEach((molecule, n) => {
      const { labels, error } = JSON.parse(answers[n]);
      if (error !== undefined) {
        count.refused += 1;
        console.log(`${molecule.mappedSmiles}: the toolkit says ${error.slice(0, 200)}`);
        return;
      }
      const ours = labelMolecule(forceField, molecule);
      for (const [section, theirs] of Object.entries(labels)) {
        const known = new Set(theirs.map((label) => label.join(' ')));
        const found = new Set(ours[section].map((label) => label.join(' ')));
        const different = [
          ...[...known].filter((label) => !found.has(label)),
          ...[...found].filter((label) => !known.has(label)),
        ];
        count.tuples += theirs.length;
        count.differences += different.length;
        if (different.length > 0)
          console.log(`${section} of ${molecule.mappedSmiles}: ${different.join('; ')}`);
      }
    });
    console.log(
      `${name}: ${count.tuples} tuples, ${count.differences} differences; ` +
        `${count.refused} molecules refused by the toolkit; ${count.copy} labelled otherwise with our copy of the file`,
    );
    failed ||= count.differences > 0 || count.copy > 0;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
