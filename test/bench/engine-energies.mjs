// How far an engine's B3LYP-D3BJ/DZVP is from the energies that psi4 gave the drives of shared/data/torsion-drives, at
// recorded geometries of the smallest molecules.
// Usage: node test/bench/engine-energies.mjs pyscf|psi4 [MOLECULES [POINTS]]   (3 and 2 by default: some minutes)
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';

const require = createRequire(import.meta.url);
const { loadRDKit, moleculeFromSmiles } = require('@bespoke/molecule');
const { engineNamed } = require('@bespoke/qc-engines');
const { KCAL_PER_MOL_PER_HARTREE } = require('@bespoke/units');

const [name, ...counts] = process.argv.slice(2);
const [molecules = 3, points = 2] = counts.map(Number);
const engine = engineNamed(name);
const found = await engine?.probe();
if (!found) throw new Error(`there is no engine ${name} here; bespoke engines ls says which there are`);
console.log(`${name} ${found.version}`);
await loadRDKit();
const file = new URL('../../../shared/data/torsion-drives/torsion-drives-dev.jsonl.gz', import.meta.url);
const drives = gunzipSync(readFileSync(file))
  .toString('utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
  .sort((a, b) => a.symbols.length - b.symbols.length)
  .slice(0, molecules);
const run = { cores: 1, memoryBytes: 4e9, scratchDirectory: tmpdir() };

for (const drive of drives) {
  const molecule = moleculeFromSmiles(drive.mapped_smiles);
  const differences = [];
  for (let point = 0; point < points; point++) {
    const place = Math.floor((point * drive.grid.length) / points);
    const { energyHartree } = await engine.singlePoint(
      {
        elements: molecule.atoms.map(({ element }) => element),
        formalCharge: drive.formal_charge,
        geometryAngstrom: drive.geometries_angstrom[place],
        method: 'B3LYP-D3BJ',
        basis: 'DZVP',
        gradient: false,
      },
      run,
    );
    differences.push(energyHartree - drive.energies_hartree[place]);
  }
  const spread = Math.max(...differences) - Math.min(...differences);
  console.log(
    `${drive.id} (${drive.symbols.length} atoms, ${points} points): ` +
      `at most ${Math.max(...differences.map(Math.abs)).toExponential(1)} hartree from the record, ` +
      `relative energies ${(spread * KCAL_PER_MOL_PER_HARTREE).toFixed(4)} kcal/mol`,
  );
}
