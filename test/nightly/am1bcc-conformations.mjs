// Do the AM1-BCC charges of the reference data belong to the conformation that is recorded with them? For each
// molecule on whose recorded geometry ours are off by more than 0.004 e (RMSE), this looks for the conformation on
// which they agree best: bond by bond, every rotatable bond in steps of 30 degrees, from the recorded geometry and
// from random ones, each relaxed with AM1 as `am1bcc` always does.
//   node test/nightly/am1bcc-conformations.mjs [STARTS]
// Prints a line for each such molecule and the RMSE over all with it and without. Needs a build and MOPAC; some
// twenty minutes of two cores.
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { am1bccCharges } from '@bespoke/partial-charges';
import { turnDihedral } from '@bespoke/qc-engines';
import { readFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';

const REFERENCE = path.resolve(
  import.meta.dirname,
  '../../../shared/data/charges/am1-bcc-reference-dev.json',
);
const WORTH_A_SEARCH_E = 0.004;
const STEP_DEGREES = 30;
const starts = Number(process.argv[2] ?? 3);
const run = { cores: 1, memoryBytes: 2 ** 30, scratchDirectory: tmpdir() };

await loadRDKit();
const records = JSON.parse(readFileSync(REFERENCE, 'utf8')).map((record) => {
  const molecule = moleculeFromSmiles(record.mapped_smiles);
  return { ...record, molecule, geometry: Float64Array.from(record.geometry_angstrom.flat()) };
});

const squares = (values, others) => values.reduce((sum, value, i) => sum + (value - others[i]) ** 2, 0);

/** Σ(ours − theirs)² on a geometry; Infinity where atoms lie on top of each other and AM1 has no answer. */
async function deviation({ molecule, charges_e }, geometry) {
  try {
    return squares(await am1bccCharges(molecule, geometry, run), charges_e);
  } catch {
    return Infinity;
  }
}

/** A dihedral for each bond that turns anything but the hydrogens of a methyl group. */
function rotors({ atoms, bonds }, geometry) {
  const neighbours = atoms.map((_, atom) =>
    bonds.flatMap(({ begin, end }) => (begin === atom ? [end] : end === atom ? [begin] : [])),
  );
  const pairs = bonds.map(({ begin, end }) => [begin, end]);
  return bonds.flatMap(({ begin: b, end: c, order }) => {
    const ends = [neighbours[b].filter((atom) => atom !== c), neighbours[c].filter((atom) => atom !== b)];
    const isMethyl = ends.some((own) => own.length === 3 && own.every((atom) => atoms[atom].element === 1));
    if (order !== 1 || isMethyl || ends.some((own) => own.length === 0)) return [];
    const dihedral = [ends[0][0], b, c, ends[1][0]];
    return turnDihedral(pairs, geometry, dihedral, 0) === null ? [] : [dihedral];
  });
}

async function bestConformation(record) {
  const { molecule, geometry } = record;
  const pairs = molecule.bonds.map(({ begin, end }) => [begin, end]);
  const turning = rotors(molecule, geometry);
  const angles = Array.from({ length: 360 / STEP_DEGREES }, (_, step) => step * STEP_DEGREES);
  let random = 1;
  const anyAngle = () => (random = (random * 48271) % 2147483647) % 360;
  const found = [];
  for (let start = 0; start <= starts; start++) {
    let best = geometry;
    if (start > 0) for (const dihedral of turning) best = turnDihedral(pairs, best, dihedral, anyAngle());
    let least = await deviation(record, best);
    for (let before = Infinity; least < before;) {
      before = least;
      for (const dihedral of turning)
        for (const angle of angles) {
          const turned = turnDihedral(pairs, best, dihedral, angle);
          const value = await deviation(record, turned);
          if (value < least) [best, least] = [turned, value];
        }
    }
    found.push(least);
  }
  return Math.min(...found);
}

const total = { atoms: 0, recorded: 0, best: 0 };
const queue = [...records];
const rmse = (sum, atoms) => Math.sqrt(sum / atoms).toFixed(4);
async function work() {
  for (let record = queue.shift(); record; record = queue.shift()) {
    const atoms = record.charges_e.length;
    const recorded = await deviation(record, record.geometry);
    const isFar = recorded > atoms * WORTH_A_SEARCH_E ** 2;
    const best = isFar ? await bestConformation(record) : recorded;
    total.atoms += atoms;
    total.recorded += recorded;
    total.best += best;
    if (isFar) {
      const skeleton = record.molecule.mappedSmiles.replaceAll(/\(?\[H:\d+\]\)?|:\d+(?=\])/g, '');
      console.log(`${record.id}: ${rmse(recorded, atoms)} -> ${rmse(best, atoms)} e  ${skeleton}`);
    }
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(
  `${records.length} molecules, ${total.atoms} atoms: RMSE ${rmse(total.recorded, total.atoms)} e on the recorded geometries, ` +
    `${rmse(total.best, total.atoms)} e where the search found the conformation of the charges`,
);
