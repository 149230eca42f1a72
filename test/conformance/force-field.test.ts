import { loadRDKit, moleculeFromSmiles, type Molecule } from '@bespoke/molecule';
import {
  assignParameters,
  builtInForceField,
  builtInForceFieldNames,
  chargeIncrements,
  labelMolecule,
  libraryCharges,
  mergeForceFields,
  parseOffxml,
  writeOffxml,
  type ForceField,
} from '@bespoke/smirnoff';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openffPython } from '../e2e/support/openff';
import { askForceField, type ForceFieldAnswer, type ForceFieldQuestion } from './force-field-answers';

const FORCE_FIELDS = path.join(__dirname, '../openff/force-fields');
/** The toolkit converts units in floating point. */
const RELATIVE_TOLERANCE = 1e-12;

const SMILES = [
  ...['CO', 'C=C', 'C#CC', 'CC(=O)[O-]', 'CC(=O)Nc1ccccc1', 'C1CC1', 'CC(C)(C)OC', 'O', 'OC=O', 'N#CC=CO'],
  ...['C[NH3+]', 'c1ccoc1', 'CS(=O)(=O)N', 'Clc1ccc(Br)nc1', 'O=C1C=CC(=O)N1C', 'CP(=O)(O)OC', 'C=C=C'],
  ...['FC(F)(F)[C@H](O)C', 'c1ccc2ncccc2c1', 'C[N+](C)(C)CC([O-])=O', 'COc1ccc(C(=O)N2CCOCC2)cc1I'],
];

const python = openffPython();
const folder = mkdtempSync(path.join(tmpdir(), 'bespoke-force-field-'));
let questions: ForceFieldQuestion[];

beforeAll(async () => {
  await loadRDKit();
  questions = SMILES.map((smiles, n) => {
    const { mappedSmiles, bonds } = moleculeFromSmiles(smiles);
    // Any orders do, below the first, between and beyond the last that the force field gives figures for.
    const orders = bonds.map(({ begin, end, order }, m): [number, number, number] => [
      begin,
      end,
      order - 0.3 + ((7 * n + 3 * m) % 10) / 12,
    ]);
    return { mapped_smiles: mappedSmiles, bond_orders: orders, parameters: true };
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

function ourAnswer(forceField: ForceField, question: ForceFieldQuestion): ForceFieldAnswer {
  const molecule = moleculeFromSmiles(question.mapped_smiles);
  const { missing, ...labels } = labelMolecule(forceField, molecule);
  expect(missing, question.mapped_smiles).toEqual({});
  const orders = new Map(question.bond_orders?.map(([i, j, order]) => [bondKey(i, j), order]));
  const { bonds, angles, propers, impropers, vdw, constraints, scale14 } = assignParameters(
    forceField,
    molecule,
    { wibergBondOrders: (i, j) => orders.get(bondKey(i, j)) ?? NaN },
  );
  return {
    labels,
    parameters: {
      bonds: bonds.map((b) => [b.atoms, b.kKcalPerMolPerAngstrom2, b.lengthAngstrom]),
      angles: angles.map((a) => [a.atoms, a.kKcalPerMolPerRadian2, a.angleDegrees]),
      propers: propers.flatMap(({ atoms, terms }) =>
        terms.map((t) => [atoms, t.periodicity, t.phaseDegrees, t.kKcalPerMol, t.idivf]),
      ),
      impropers: impropers.flatMap(({ dihedrals, terms }) =>
        dihedrals.flatMap((atoms) =>
          terms.map((t) => [atoms, t.periodicity, t.phaseDegrees, t.kKcalPerMol, t.idivf]),
        ),
      ),
      vdw: vdw.map((a, atom) => [
        [atom],
        a?.epsilonKcalPerMol ?? NaN,
        (a?.rminHalfAngstrom ?? NaN) * 2 ** (5 / 6),
      ]),
      constraints: constraints.map((c) => [c.atoms, c.distanceAngstrom ?? NaN]),
      scale14: [scale14.vdw, scale14.electrostatics],
    },
  };
}

const bondKey = (i: number, j: number): string => `${Math.min(i, j)}-${Math.max(i, j)}`;

/** Library charges, else formal charges and the increments on them, as the feature force field says. */
function ourCharges(forceField: ForceField, molecule: Molecule): number[] {
  const increments = chargeIncrements(forceField, molecule);
  return (
    libraryCharges(forceField, molecule) ??
    molecule.atoms.map(({ formalCharge }, atom) => formalCharge + (increments[atom] ?? NaN))
  );
}

/** In an order of their own, figures to the tolerance. */
function comparable({ labels, parameters }: ForceFieldAnswer): unknown {
  const sorted = <T>(lists: readonly T[]): T[] =>
    lists.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return {
    labels: Object.fromEntries(
      Object.entries(labels ?? {}).map(([section, tuples]) => [section, sorted(tuples)]),
    ),
    parameters: Object.fromEntries(
      Object.entries(parameters ?? {}).map(([section, terms]) => [
        section,
        sorted<unknown>(
          terms.map((term: unknown) => (Array.isArray(term) ? term.map(rounded) : rounded(term))),
        ),
      ]),
    ),
  };
}

function rounded(value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(-Math.log10(RELATIVE_TOLERANCE))) : value;
}

describe.skipIf(python === null)('with the OpenFF toolkit and Interchange (a Python 3.12 is needed)', () => {
  it.each(builtInForceFieldNames)(
    'labels and figures are theirs, and the file as we write it means the same to them to the digit: %s',
    (name) => {
      const text = builtInForceField(name);
      const original = written(name, text);
      const copy = written(`copy-${name}`, writeOffxml(parseOffxml(text)));
      const answers = askForceField(python!, [original], questions);
      expect(askForceField(python!, [copy], questions)).toEqual(answers);
      const forceField = parseOffxml(text);
      questions.forEach((question, n) => {
        expect(comparable(ourAnswer(forceField, question)), question.mapped_smiles).toEqual(
          comparable(answers[n]!),
        );
      });
    },
  );

  it.each([
    ['one file', ['features.offxml']],
    ['two files', ['features.offxml', 'features-more.offxml']],
  ])(
    'everything that SMIRNOFF lets one say means what it means to them: bond orders, constraints, increments, units, %s',
    (_, names) => {
      const files = names.map((name) => path.join(FORCE_FIELDS, name));
      const forceField = mergeForceFields(files.map((file) => parseOffxml(readFileSync(file, 'utf8'))));
      const asked = questions.map((question) => ({ ...question, charges: true }));
      const answers = askForceField(python!, files, asked);
      const copy = written('merged.offxml', writeOffxml(forceField));
      expect(askForceField(python!, [copy], asked)).toEqual(answers);
      asked.forEach((question, n) => {
        const molecule = moleculeFromSmiles(question.mapped_smiles);
        const { charges = [], ...answer } = answers[n]!;
        expect(comparable(ourAnswer(forceField, question)), question.mapped_smiles).toEqual(
          comparable(answer),
        );
        const differences = ourCharges(forceField, molecule).map((ours, atom) =>
          Math.abs(ours - (charges[atom] ?? NaN)),
        );
        expect(Math.max(...differences), question.mapped_smiles).toBeLessThan(1e-12);
      });
    },
  );
});
