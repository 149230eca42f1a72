import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalAroundBond, loadRDKit, moleculeFromSmiles, type Molecule } from '@bespoke/molecule';
import {
  bespokeCopies,
  bespokeTorsions,
  builtInForceField,
  figuresOf,
  generalParameters,
  parseOffxml,
} from '@bespoke/smirnoff';
import type {
  BespokeParameter,
  FitOutcome,
  FitSettings,
  OtherParameter,
  TorsionDriveRecord,
} from '@bespoke/workflow-schema';
import { beforeAll, describe, expect, it } from 'vitest';
import fit from './fit.thread';
import forceField from './force-field.thread';

const recorded = JSON.parse(
  readFileSync(join(__dirname, '../../../libs/science/fitting/src/fluoroethanol-drive.json'), 'utf8'),
) as Pick<TorsionDriveRecord, 'mappedSmiles' | 'dihedral' | 'points'>;
const QC = { program: 'psi4', method: 'B3LYP-D3BJ', basis: 'DZVP' };
const DRIVE: TorsionDriveRecord = { ...recorded, qc: QC, program: 'psi4', programVersion: '1.9' };
const SAGE = builtInForceField('openff_unconstrained-2.2.1.offxml');
const SETTINGS: FitSettings = {
  periodicities: [],
  penalty: 'L2',
  priorWidthKcalPerMol: 6,
  energyCutoffKcalPerMol: 10,
  energyDenominatorKcalPerMol: 1,
  restraintKcalPerMolPerAngstrom2: 1,
  maxIterations: 50,
};
const CHARGES = [-0.25, 0.15, 0.12, -0.6, 0.05, 0.05, 0.04, 0.04, 0.4];

let molecule: Molecule;
beforeAll(async () => {
  await loadRDKit();
  molecule = moleculeFromSmiles(DRIVE.mappedSmiles);
});

const fitted = (
  baseForceField: string,
  parameters: BespokeParameter[],
  otherParameters: OtherParameter[],
  settings: Partial<FitSettings> = {},
) =>
  fit({
    baseForceField,
    fit: { ...SETTINGS, ...settings },
    targets: [{ drive: DRIVE, chargesE: CHARGES, parameters, otherParameters }],
  });

/** The force field with what was fitted, and its figures. */
async function written(parameters: BespokeParameter[], otherParameters: OtherParameter[]) {
  const charges = { program: 'none', version: '1', method: 'by hand' };
  const outcome: FitOutcome = {
    ...(await fitted(SAGE, parameters, otherParameters)),
    chargeModel: charges,
    seconds: { charges: 0, fit: 0 },
  };
  const { mappedSmiles, dihedral, programVersion } = DRIVE;
  const sha256 = '1'.repeat(64);
  const smirks = parameters.map((parameter) => parameter.smirks);
  const { offxml, outcome: whole } = forceField({
    task: {
      softwareVersion: '0.1.0',
      mappedSmiles,
      baseForceFieldSha256: '0'.repeat(64),
      fit: SETTINGS,
      qc: QC,
      programVersion,
      fragments: [{ mappedSmiles, dihedral, fitOutcomeSha256: sha256, smirks }],
    },
    baseForceField: SAGE,
    fits: { [sha256]: JSON.stringify(outcome) },
  });
  return { offxml, outcome, figures: whole.figures! };
}

/** A molecule that is simulated with the force field has the energies that the fit saw. */
async function expectTheSameAgain(offxml: string, { torsions }: FitOutcome) {
  const again = await fitted(offxml, [], [], { maxIterations: 1 });
  again.torsions[0]!.points.forEach(({ mmBeforeKcalPerMol }, n) =>
    expect(mmBeforeKcalPerMol).toBeCloseTo(torsions[0]!.points[n]!.mmAfterKcalPerMol, 6),
  );
  expect(torsions[0]!.rmseAfterKcalPerMol).toBeLessThan(torsions[0]!.rmseBeforeKcalPerMol / 2);
}

const count = (offxml: string): number => offxml.split('smirks="').length;

describe('a fit', () => {
  it('of general parameters changes these in place, and the force field says so', async () => {
    const [, j, k] = DRIVE.dihedral;
    const meant = { bonds: [[j, k] as const], atoms: [...molecule.atoms.keys()] };
    const general = generalParameters(parseOffxml(SAGE), molecule, meant, ['ProperTorsions', 'Angles']);
    const { offxml, outcome, figures } = await written([], general);
    expect(count(offxml)).toBe(count(SAGE));
    expect(new Set(figures.map(({ section }) => section))).toEqual(new Set(['ProperTorsions', 'Angles']));
    for (const { section, id, periodicity } of figures) {
      expect(id).toMatch(section === 'Angles' ? /^a\d+/ : /^t\d+/);
      if (section === 'Angles') expect(periodicity).toBeUndefined();
      else expect(periodicity).toBeGreaterThan(0);
    }
    expect(offxml).toMatch(/general parameters were changed in place; other molecules that they match/);
    const { section, smirks, attribute, after, unit } = figures.find(
      ({ attribute }) => attribute === 'angle',
    )!;
    const inFile = figuresOf(parseOffxml(offxml), section, smirks);
    expect(inFile.find((figure) => figure.attribute === attribute)!.value).toBeCloseTo(after, 10);
    expect(unit).toBe('°');
    await expectTheSameAgain(offxml, outcome);
  });

  it('goes less by points whose energies are known less well', async () => {
    const [, j, k] = DRIVE.dihedral;
    const meant = { bonds: [[j, k] as const], atoms: [...molecule.atoms.keys()] };
    const otherParameters = generalParameters(parseOffxml(SAGE), molecule, meant, ['ProperTorsions']);
    const [interpolated, offHartree] = [3, 0.005];
    const missedKcalPerMol = async (standardErrorKcalPerMol: number): Promise<number> => {
      const points = DRIVE.points.map((point, n) =>
        n === interpolated
          ? {
              ...point,
              energyHartree: point.energyHartree + offHartree,
              standardErrorKcalPerMol,
              isComputed: false,
            }
          : { ...point, standardErrorKcalPerMol: 0, isComputed: true },
      );
      const target = { drive: { ...DRIVE, points }, chargesE: CHARGES, parameters: [], otherParameters };
      const { torsions } = await fit({ baseForceField: SAGE, fit: SETTINGS, targets: [target] });
      const point = torsions[0]!.points[interpolated]!;
      expect(point).toMatchObject({ standardErrorKcalPerMol, isComputed: false });
      return Math.abs(point.mmAfterKcalPerMol - point.qmKcalPerMol);
    };
    expect(await missedKcalPerMol(3)).toBeGreaterThan((await missedKcalPerMol(0)) + 0.1);
  });

  it('of bespoke torsions and angles leaves all other molecules alone', async () => {
    const base = parseOffxml(SAGE);
    const { fragments, parent } = {
      parent: molecule,
      fragments: [{ fragment: molecule, occurrences: [{ parentAtoms: [...molecule.atoms.keys()] }] }],
    };
    const { copies } = bespokeCopies({ parent, fragments, forceField: base, sections: ['Angles'] });
    const [, j, k] = DRIVE.dihedral;
    const { molecule: fragment, bond, order } = canonicalAroundBond(molecule, [j, k]);
    const torsions = bespokeTorsions({
      ...{ fragment, bond, parent, occurrences: [{ parentAtoms: order }] },
      ...{ forceField: base, periodicities: [] },
    });
    const { offxml, outcome, figures } = await written(torsions, copies);
    expect(count(offxml)).toBe(count(SAGE) + torsions.length + copies.length);
    const kept = offxml.split('\n').filter((line) => !line.includes('id="bespoke-'));
    for (const line of SAGE.split('\n').filter((line) => line.includes('smirks='))) {
      expect(kept.some((other) => other.trim() === line.trim())).toBe(true);
    }
    // Terms are those of the general torsions, none more.
    expect(figures.filter(({ section }) => section === 'ProperTorsions').length).toBe(
      torsions.reduce((sum, { terms }) => sum + terms.length, 0),
    );
    expect(figures.filter(({ section }) => section === 'Angles').every(({ copyOf }) => copyOf)).toBe(true);
    expect(figures.some(({ before, after }) => before !== after)).toBe(true);
    await expectTheSameAgain(offxml, outcome);
  });
});
