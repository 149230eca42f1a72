import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadRDKit, moleculeFromSmiles, MoleculeError, type Molecule } from '@bespoke/molecule';
import { openffPython } from '../e2e/support/openff';
import { compare, emptyComparison, type Comparison } from './differences';
import { randomSmiles } from './random-molecules';
import { askReferencePrograms, type Question } from './reference-programs';
import { sharedSmiles } from './shared-molecules';

// test/nightly/differential.sh runs this with many more molecules.
const SEED = Number(process.env.CONFORMANCE_SEED ?? 4);
/** Generated molecules that are labelled, that have their energies compared, and whose graphs alone are compared. */
const LABELLED = Number(process.env.CONFORMANCE_LABELLED ?? 20);
const WITH_ENERGIES = Number(process.env.CONFORMANCE_ENERGIES ?? 5);
const GRAPHS = Number(process.env.CONFORMANCE_GRAPHS ?? 300);
/** Of the reference data's molecules, one in so many. */
const SHARED_STRIDE = Number(process.env.CONFORMANCE_SHARED_STRIDE ?? 40);

const python = openffPython();
const shared = sharedSmiles();

beforeAll(loadRDKit);

describe.skipIf(python === null)(
  'beside the OpenFF toolkit, RDKit and OpenMM (skipped without Python 3.12)',
  () => {
    it('generated molecules have the same aromaticity, stereo and labels of every section', async () => {
      const { disagreements, ...counts } = await compared(generated(SEED, LABELLED), { labels: true });
      console.log(`seed ${SEED}, labels`, counts);
      expect(disagreements).toEqual([]);
      expect(counts.tuples).toBeGreaterThan(100 * LABELLED);
    });

    it('generated molecules have the same aromaticity and stereo', async () => {
      const { disagreements, ...counts } = await compared(generated(SEED + 1, GRAPHS), {});
      console.log(`seed ${SEED + 1}, graphs`, counts);
      expect(disagreements).toEqual([]);
      expect(counts.molecules).toBeGreaterThan(GRAPHS / 2);
    });

    it('generated molecules have the same energies by term and forces at distorted geometries', async () => {
      const { disagreements, ...counts } = await compared(generated(SEED + 2, WITH_ENERGIES), {
        energies: true,
      });
      console.log(`seed ${SEED + 2}, energies`, counts);
      expect(disagreements).toEqual([]);
      expect(counts.geometries).toBeGreaterThan(WITH_ENERGIES / 2);
    });

    it.skipIf(shared === null)(
      'the molecules of the reference data have the same aromaticity, stereo and labels (skipped where ../shared/data is absent)',
      async () => {
        const some = shared!.filter((_, index) => index % SHARED_STRIDE === 0);
        const { disagreements, ...counts } = await compared(some, { labels: true });
        console.log('reference data', counts);
        expect(disagreements).toEqual([]);
        expect(counts.molecules).toBeGreaterThan(some.length / 2);
      },
    );
  },
);

function generated(seed: number, count: number): string[] {
  return [...new Set(fc.sample(randomSmiles(), { seed, numRuns: count }))];
}

async function compared(
  smiles: readonly string[],
  wanted: { labels?: boolean; energies?: boolean },
): Promise<Comparison & { refusedHere: string[] }> {
  const comparison = { ...emptyComparison(), refusedHere: [] as string[] };
  const molecules: Molecule[] = [];
  const questions: Question[] = [];
  for (const one of smiles) {
    let molecule: Molecule;
    try {
      molecule = inSomeOrder(moleculeFromSmiles(one), molecules.length);
    } catch (error) {
      if (!(error instanceof MoleculeError)) throw error;
      comparison.refusedHere.push(`${one}: ${error.message}`);
      continue;
    }
    molecules.push(molecule);
    questions.push({
      smiles: one,
      mappedSmiles: molecule.mappedSmiles,
      labels: wanted.labels ?? false,
      energies: wanted.energies
        ? { seed: molecules.length, geometries: 2, displacementAngstrom: 0.15 }
        : null,
    });
  }
  let next = 0;
  await askReferencePrograms(python!, questions, (answer, question) =>
    compare(comparison, question.smiles, molecules[next++]!, answer),
  );
  return comparison;
}

/** Every other molecule with its atoms turned round: which Kekulé structure is taken may depend on their order. */
function inSomeOrder(molecule: Molecule, index: number): Molecule {
  if (index % 2 === 0) return molecule;
  const count = molecule.atoms.length;
  return moleculeFromSmiles(
    molecule.mappedSmiles.replace(/:(\d+)\]/g, (_, map: string) => `:${count + 1 - Number(map)}]`),
  );
}
