// Do the AM1-BCC charges of the reference data belong to the conformation that is recorded with them? For each
// molecule on whose recorded geometry ours are off by more than 0.004 e (RMSE), this looks for the conformation on
// which they agree best: bond by bond, every rotatable bond in steps of 60 degrees, from the recorded geometry and
// from random ones, each relaxed with AM1 as `am1bcc` always does.
//   node test/nightly/am1bcc-conformations.mjs [STARTS]
// Prints a line for each such molecule and the RMSE over all with it and without. Needs a build and MOPAC; some
// twenty minutes of two cores.
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { am1bccCharges } from '@bespoke/partial-charges';
import { DEGREES_PER_RADIAN } from '@bespoke/units';
import { readFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';

const REFERENCE = path.resolve(
  import.meta.dirname,
  '../../../shared/data/charges/am1-bcc-reference-dev.json',
);
const WORTH_A_SEARCH_E = 0.004;
const STEP_DEGREES = 60;
const starts = Number(process.argv[2] ?? 2);
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

/** Each bond that turns anything but the hydrogens of a methyl group, with the atoms that turn about it. */
function rotors({ atoms, bonds, neighbours }) {
  return bonds.flatMap(({ begin, end, order, inRing }) => {
    const isMethyl = [begin, end].some(
      (atom) =>
        atoms[atom].element === 6 &&
        neighbours[atom].filter((other) => atoms[other].element === 1).length === 3,
    );
    if (order !== 1 || inRing || isMethyl || [begin, end].some((atom) => neighbours[atom].length === 1))
      return [];
    const moving = new Set([end]);
    for (const atom of moving) for (const next of neighbours[atom]) if (next !== begin) moving.add(next);
    return [{ begin, end, moving }];
  });
}

/** Rodrigues' rotation of one side of a bond. */
function turned(geometry, { begin, end, moving }, degrees) {
  const at = (atom, from) => [0, 1, 2].map((axis) => geometry[3 * atom + axis] - geometry[3 * from + axis]);
  const length = Math.hypot(...at(end, begin));
  const [ux, uy, uz] = at(end, begin).map((component) => component / length);
  const [cos, sin] = [Math.cos(degrees / DEGREES_PER_RADIAN), Math.sin(degrees / DEGREES_PER_RADIAN)];
  const result = Float64Array.from(geometry);
  for (const atom of moving) {
    const [x, y, z] = at(atom, end);
    const along = (ux * x + uy * y + uz * z) * (1 - cos);
    [
      x * cos + (uy * z - uz * y) * sin + ux * along,
      y * cos + (uz * x - ux * z) * sin + uy * along,
      z * cos + (ux * y - uy * x) * sin + uz * along,
    ].forEach((component, axis) => (result[3 * atom + axis] = geometry[3 * end + axis] + component));
  }
  return result;
}

async function bestConformation(record) {
  const turning = rotors(record.molecule);
  const angles = Array.from({ length: 360 / STEP_DEGREES - 1 }, (_, step) => (step + 1) * STEP_DEGREES);
  let random = 1;
  const anyAngle = () => (random = (random * 48271) % 2147483647) % 360;
  const found = [];
  for (let start = 0; start <= starts; start++) {
    let best = record.geometry;
    if (start > 0) for (const rotor of turning) best = turned(best, rotor, anyAngle());
    let least = await deviation(record, best);
    for (let before = Infinity; least < before;) {
      before = least;
      for (const rotor of turning) {
        const from = best;
        for (const angle of angles) {
          const next = turned(from, rotor, angle);
          const value = await deviation(record, next);
          if (value < least) [best, least] = [next, value];
        }
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
