// Reads what it is sent as a hostile file would be read, in a thread that can be killed. Answers each text with
// what happened: `read`, `refused` with an error of the libraries' own, or `fault` with anything else.
'use strict';

const { parentPort } = require('node:worker_threads');
const molecule = require('@bespoke/molecule');
const smirnoff = require('@bespoke/smirnoff');

const OWN_ERRORS = [molecule.MoleculeError, molecule.SmartsError, smirnoff.SmirnoffError];
/** Records of one file that are read: a mutated file may have very many. */
const MOST_RECORDS = 20;

/** The refusal of something that may refuse, else what it returns. */
function orRefused(use) {
  try {
    return use();
  } catch (error) {
    if (OWN_ERRORS.some((kind) => error instanceof kind)) return error;
    throw error;
  }
}

function sameWhenReadAgain(read) {
  const again = molecule.moleculeFromSmiles(read.mappedSmiles);
  if (again.mappedSmiles !== read.mappedSmiles)
    throw new Error(`${read.mappedSmiles} is read as ${again.mappedSmiles}`);
}

function readRecords(text, format) {
  const refusals = molecule
    .readMoleculeFile(text, format)
    .slice(0, MOST_RECORDS)
    .map((record) =>
      orRefused(() => {
        const read = record.read();
        sameWhenReadAgain(read);
        molecule.moleculeToMolfile(read);
        return null;
      }),
    );
  if (refusals.length > 0 && !refusals.includes(null)) throw refusals[0];
}

let probes;

function useForceField(text) {
  const forceField = smirnoff.parseOffxml(text);
  const written = smirnoff.writeOffxml(forceField);
  const again = smirnoff.writeOffxml(smirnoff.parseOffxml(written));
  if (again !== written) throw new Error('A force field that was written comes back as another.');
  orRefused(() => smirnoff.wantedChargeModel(forceField));
  orRefused(() => smirnoff.unknownSections(forceField));
  probes ??= ['CC(=O)Nc1ccccc1', 'C[N+](C)(C)CC=C', 'O'].map((smiles) => molecule.moleculeFromSmiles(smiles));
  for (const probe of probes) {
    orRefused(() => smirnoff.labelMolecule(forceField, probe));
    orRefused(() => smirnoff.assignParameters(forceField, probe, { wibergBondOrders: () => 1.2 }));
    orRefused(() => smirnoff.libraryCharges(forceField, probe));
  }
}

const READERS = {
  smiles: (text) => sameWhenReadAgain(molecule.moleculeFromSmiles(text)),
  sdf: (text) => readRecords(text, 'sdf'),
  mol2: (text) => readRecords(text, 'mol2'),
  offxml: useForceField,
};

function outcomeOf(format, text) {
  try {
    READERS[format](text);
    return { kind: 'read' };
  } catch (error) {
    if (OWN_ERRORS.some((kind) => error instanceof kind)) return { kind: 'refused', code: error.code };
    return { kind: 'fault', message: String(error?.stack ?? error) };
  }
}

process.on('unhandledRejection', (reason) => {
  throw reason;
});
molecule.loadRDKit().then(() => {
  parentPort.on('message', ({ format, text }) => {
    const outcome = outcomeOf(format, text);
    const { arrayBuffers, external } = process.memoryUsage();
    parentPort.postMessage({ ...outcome, outsideHeapBytes: arrayBuffers + external });
  });
  parentPort.postMessage({ kind: 'ready' });
});
