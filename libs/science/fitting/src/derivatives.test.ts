import { generateConformers, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import {
  builtInForceField,
  generalParameters,
  parseOffxml,
  type FigureSection,
  type ForceField,
} from '@bespoke/smirnoff';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Drive } from './drive';
import { figuresToFit, type FittedFigure } from './fitted-figures';
import recorded from './fluoroethanol-drive.json';
import { profileOf } from './profile-of-drive';
import { profileResiduals, type ProfileSettings, type TorsionProfile } from './torsion-profile';

const SETTINGS: ProfileSettings = {
  energyCutoffKcalPerMol: 10,
  energyDenominatorKcalPerMol: 1,
  restraintKcalPerMolPerAngstrom2: 1,
};
const SECTIONS: FigureSection[] = ['Bonds', 'Angles', 'ProperTorsions', 'ImproperTorsions', 'vdW'];
/** And the dihedral, whose atoms are numbered as written here. */
const MOLECULES: [string, Drive['dihedral']][] = [
  ['CCCO', [0, 1, 2, 3]],
  ['CC(=O)NC', [0, 1, 3, 4]],
  ['OCc1ccccc1', [0, 1, 2, 3]],
  ['CS(=O)(=O)CCl', [0, 1, 4, 5]],
  ['C1CC1OC=C', [0, 2, 3, 4]],
];

/** Repeatable numbers from −1 to 1. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (1664525 * state + 1013904223) % 2 ** 32;
    return state / 2 ** 31 - 1;
  };
}

let forceField: ForceField;
beforeAll(async () => {
  await loadRDKit();
  forceField = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
});

/** What the force field gives to a driven molecule, of torsions those across its bond. */
function figuresOf(
  { molecule, dihedral: [, j, k] }: Pick<Drive, 'molecule' | 'dihedral'>,
  sections: readonly FigureSection[],
): FittedFigure[] {
  const meant = { bonds: [[j, k]] as const, atoms: [...molecule.atoms.keys()] };
  const parameters = generalParameters(forceField, molecule, meant, sections);
  return figuresToFit(forceField, parameters, { penalty: 'L2', priorWidthKcalPerMol: 6 });
}

/** A conformer shaken four times, with energies and charges of no meaning. */
function randomProfile(
  [smiles, dihedral]: [string, Drive['dihedral']],
  random: () => number,
): { profile: TorsionProfile; figures: FittedFigure[]; shifts: Float64Array } {
  const molecule = moleculeFromSmiles(smiles);
  const [conformer] = generateConformers(molecule, { maxConformers: 1, seed: 1 });
  const drive: Drive = {
    molecule,
    dihedral,
    chargesE: molecule.atoms.map(() => 0.2 * random()),
    points: [1, 2, 3, 4].map(() => ({
      geometryAngstrom: conformer!.map((x) => x + 0.1 * random()),
      energyHartree: 0.005 * random(),
    })),
  };
  const figures = figuresOf(drive, SECTIONS).filter(
    ({ attribute, value }) => attribute !== 'epsilon' || value > 0.01,
  );
  const { profile } = profileOf(forceField, drive, figures, SETTINGS);
  return { profile, figures, shifts: Float64Array.from(figures, (f) => 0.05 * f.priorWidth * random()) };
}

/**
 * In prior widths. A relaxed energy is good to 1e-6 kcal/mol or so, since restraints pull at the point of rest; the
 * differences are of fourth order so that the step may be long.
 */
const STEP = 1e-3;
const cases = Array.from({ length: 20 }, (_, n) => n);

describe('the derivatives of the relaxed objective', () => {
  it.each(cases)('agree with central differences, over figures of every section (%i)', (n) => {
    const { profile, figures, shifts } = randomProfile(MOLECULES[n % MOLECULES.length]!, randomNumbers(n));
    const target = (at: Float64Array): number =>
      profileResiduals(profile, at, SETTINGS).values.reduce((sum, value) => sum + value * value, 0);
    const { values, jacobian } = profileResiduals(profile, shifts, SETTINGS);
    const slopes = figures.map(({ priorWidth }, p) =>
      values.reduce(
        (sum, value, row) => sum + 2 * value * priorWidth * jacobian[row * figures.length + p]!,
        0,
      ),
    );
    const differences = figures.map(({ priorWidth }, p) => {
      const change = (by: number): number =>
        target(shifts.map((shift, q) => (p === q ? shift + by * priorWidth : shift))) -
        target(shifts.map((shift, q) => (p === q ? shift - by * priorWidth : shift)));
      return (8 * change(STEP) - change(2 * STEP)) / (12 * STEP);
    });
    const error = Math.hypot(...slopes.map((slope, p) => slope - differences[p]!)) / Math.hypot(...slopes);
    expect(error).toBeLessThan(2e-5);
  });
});

describe('the second derivatives that speed the fit up', () => {
  it('agree with central differences, but for a small rest', () => {
    const molecule = moleculeFromSmiles(recorded.mappedSmiles);
    const dihedral = recorded.dihedral as [number, number, number, number];
    const drive = { molecule, dihedral, chargesE: molecule.atoms.map(() => 0), points: recorded.points };
    const figures = figuresOf(drive, ['ProperTorsions']);
    const { profile } = profileOf(forceField, drive, figures, SETTINGS);
    const size = figures.length;
    const shifts = Float64Array.from(figures, (_, p) => Math.sin(p));
    const { values, curvature } = profileResiduals(profile, shifts, SETTINGS);
    const largest = curvature.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let p = 0; p < size; p++) {
      const [ahead, behind] = [STEP, -STEP].map(
        (by) =>
          profileResiduals(
            profile,
            shifts.map((shift, q) => (p === q ? shift + by : shift)),
            SETTINGS,
          ).jacobian,
      );
      for (let q = 0; q < size; q++) {
        let expected = 0;
        values.forEach((value, row) => {
          expected += (value * (ahead![row * size + q]! - behind![row * size + q]!)) / (2 * STEP);
        });
        expect(Math.abs(expected - curvature[p * size + q]!)).toBeLessThan(0.15 * largest);
      }
    }
  });
});
