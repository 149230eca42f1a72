import { createSystem, minimise } from '@bespoke/mechanics';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import {
  appendTorsions,
  assignParameters,
  builtInForceField,
  parseOffxml,
  type ForceField,
  type TorsionToAppend,
} from '@bespoke/smirnoff';
import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import { beforeAll, describe, expect, it } from 'vitest';
import recorded from './fluoroethanol-drive.json';
import type { OptimizerSettings } from './optimizer';
import type { Drive } from './drive';
import { harmonicPriorWidth } from './evidence';
import type { FittedFigure } from './fitted-figures';
import { fitProfiles, type ProfileFit } from './profile-fit';

const CHARGES = [-0.25, 0.15, 0.12, -0.6, 0.05, 0.05, 0.04, 0.04, 0.4];
const SETTINGS: OptimizerSettings = {
  penalty: 'L1',
  energyCutoffKcalPerMol: 10,
  energyDenominatorKcalPerMol: 1,
  restraintKcalPerMolPerAngstrom2: 1,
  maxIterations: 50,
};
// The three kinds of torsions about fluoroethanol's C-C bond that are not H-C-C-H.
const SMIRKS = [
  '[#9:1]-[#6X4:2]-[#6X4:3]-[#8:4]',
  '[#9:1]-[#6X4:2]-[#6X4:3]-[#1:4]',
  '[#1:1]-[#6X4:2]-[#6X4:3]-[#8:4]',
];
const PERIODICITIES = [1, 2, 3, 4];

/** Parameters for `SMIRKS` with these k for each periodicity. */
function parametersWith(k: (parameter: number, periodicity: number) => number): TorsionToAppend[] {
  return SMIRKS.map((smirks, p) => ({
    id: `bespoke-${p + 1}`,
    smirks,
    terms: PERIODICITIES.map((periodicity) => ({
      periodicity,
      phaseDegrees: periodicity % 2 === 0 ? 180 : 0,
      kKcalPerMol: k(p, periodicity),
      idivf: 1,
    })),
  }));
}

const START = parametersWith((_, periodicity) => (periodicity === 3 ? 0.2 : 0));
const figuresWith = (priorWidth: (periodicity: number) => number): FittedFigure[] =>
  START.flatMap(({ smirks, terms }) =>
    terms.map(({ kKcalPerMol, periodicity }, n) => ({
      section: 'ProperTorsions',
      smirks,
      attribute: `k${n + 1}`,
      value: kKcalPerMol,
      priorWidth: priorWidth(periodicity),
    })),
  );
const FIGURES = figuresWith(() => 6);
const START_K = FIGURES.map(({ value }) => value);

let forceField: ForceField;
let drive: Drive;
beforeAll(async () => {
  await loadRDKit();
  const sage = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
  forceField = appendTorsions(sage, START, []);
  drive = {
    molecule: moleculeFromSmiles(recorded.mappedSmiles),
    dihedral: recorded.dihedral as [number, number, number, number],
    chargesE: CHARGES,
    points: recorded.points,
  };
});

/** The recorded drive with the energies that given parameters make on it. */
function driveWithEnergiesOf(parameters: TorsionToAppend[]): Drive {
  const assignment = assignParameters(appendTorsions(forceField, parameters, []), drive.molecule);
  const system = createSystem(drive.molecule, assignment, CHARGES);
  return {
    ...drive,
    points: drive.points.map(({ geometryAngstrom }) => ({
      geometryAngstrom,
      energyHartree:
        minimise(system, geometryAngstrom, {
          frozenAtoms: drive.dihedral,
          restraintKcalPerMolPerAngstrom2: SETTINGS.restraintKcalPerMolPerAngstrom2,
        }).energyKcalPerMol / KCAL_PER_MOL_PER_HARTREE,
    })),
  };
}

describe('a fit to a GFN2 drive', () => {
  it.each(['L1', 'L2', 'evidence'] as const)(
    'with %s converges and brings MM to the reference',
    async (penalty) => {
      const fit = await fitProfiles(forceField, [drive], FIGURES, { ...SETTINGS, penalty });
      expect(fit.converged).toBe(true);
      expect(fit.warnings).toEqual([]);
      expect(fit.drives[0]!.rmseBeforeKcalPerMol).toBeGreaterThan(0.5);
      expect(fit.drives[0]!.rmseAfterKcalPerMol).toBeLessThan(0.4);
      expect(fit.objective.history.at(-1)).toBe(fit.objective.after.total);
    },
  );

  it('reports the objective that its own profiles give', async () => {
    const fit = await fitProfiles(forceField, [drive], FIGURES, SETTINGS);
    const sum = (mm: 'mmBeforeKcalPerMol' | 'mmAfterKcalPerMol'): number =>
      fit.drives[0]!.points.reduce((total, p) => total + p.weight * (p[mm] - p.qmKcalPerMol) ** 2, 0);
    expect(sum('mmBeforeKcalPerMol')).toBeCloseTo(fit.objective.before.target, 10);
    expect(sum('mmAfterKcalPerMol')).toBeCloseTo(fit.objective.after.target, 10);
    const moved = fit.figures.reduce((total, { value }, n) => total + Math.abs(value - START_K[n]!) / 6, 0);
    expect(moved).toBeCloseTo(fit.objective.after.penalty, 4);
  });

  it('ends where no small change of any force constant lowers the objective', async () => {
    const settings: OptimizerSettings = { ...SETTINGS, penalty: 'L2' };
    const fit = await fitProfiles(forceField, [drive], FIGURES, settings);
    const objectiveAt = async (figures: FittedFigure[]): Promise<number> => {
      const there = await fitProfiles(forceField, [drive], figures, { ...settings, maxIterations: 0 });
      const moved = figures.reduce((sum, { value }, n) => sum + ((value - START_K[n]!) / 6) ** 2, 0);
      return there.objective.before.target + moved;
    };
    for (const [n, figure] of FIGURES.entries()) {
      const at = (by: number): Promise<number> =>
        objectiveAt(
          FIGURES.map((other, p) => ({ ...other, value: fit.figures[p]!.value + (p === n ? by : 0) })),
        );
      const slope = ((await at(1e-3)) - (await at(-1e-3))) / 2e-3;
      // Over m.
      expect(figure.priorWidth * slope).toBeCloseTo(0, 3);
    }
  });

  it('leaves with L1 most force constants exactly where they started', async () => {
    const fit = await fitProfiles(forceField, [drive], FIGURES, SETTINGS);
    const kept = fit.figures.filter(({ value }, n) => value === START_K[n]);
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.length).toBeLessThan(12);
  });

  it('shares parameters between drives: two weigh twice as much against the same penalty', async () => {
    const twice = await fitProfiles(forceField, [drive, drive], FIGURES, SETTINGS);
    expect(twice.converged).toBe(true);
    const once = await fitProfiles(forceField, [drive], FIGURES, SETTINGS);
    expect(twice.objective.before.target).toBeCloseTo(2 * once.objective.before.target, 12);
    expect(twice.objective.after.target / 2).toBeLessThan(once.objective.after.target);
    expect(twice.drives[0]).toEqual(twice.drives[1]);
  });

  it('stopped early keeps the best and says with numbers that it has not converged', async () => {
    const fit = await fitProfiles(forceField, [drive], FIGURES, { ...SETTINGS, maxIterations: 1 });
    expect(fit.converged).toBe(false);
    expect(fit.objective.after.total).toBeLessThan(fit.objective.before.total);
    expect(fit.warnings.join()).toMatch(/after 1 iterations: its objective is 0\.\d+/);
  });

  it('ends with the reason of a cancellation', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled by the user');
    const fit = fitProfiles(forceField, [drive], FIGURES, SETTINGS, controller.signal, () =>
      controller.abort(reason),
    );
    await expect(fit).rejects.toBe(reason);
  });
});

describe('a fit by evidence', () => {
  const settings: OptimizerSettings = { ...SETTINGS, penalty: 'evidence' };
  const figures = figuresWith((periodicity) => harmonicPriorWidth(8, periodicity));
  const TRUTH = parametersWith((parameter, periodicity) => [0.9, -0.4, 0.5][parameter]! / periodicity);
  const furthestFromTruth = ({ figures }: ProfileFit): number =>
    Math.max(
      ...figures.map(({ value }, n) => Math.abs(value - TRUTH.flatMap(({ terms }) => terms)[n]!.kKcalPerMol)),
    );

  it('follows closely what torsions can explain', async () => {
    const fit = await fitProfiles(forceField, [driveWithEnergiesOf(TRUTH)], figures, settings);
    expect(fit.drives[0]!.rmseAfterKcalPerMol).toBeLessThan(0.02);
  });

  it('comes nearer to the truth than L2 where energies are noisy', async () => {
    const noisy = driveWithEnergiesOf(TRUTH);
    const points = noisy.points.map(({ energyHartree, geometryAngstrom }, n) => ({
      geometryAngstrom,
      energyHartree: energyHartree + ((n % 2 === 0 ? 1 : -1) * 0.5) / KCAL_PER_MOL_PER_HARTREE,
    }));
    const fitWith = (penalty: 'L2' | 'evidence') =>
      fitProfiles(forceField, [{ ...noisy, points }], penalty === 'L2' ? FIGURES : figures, {
        ...settings,
        penalty,
      });
    expect(furthestFromTruth(await fitWith('evidence'))).toBeLessThan(furthestFromTruth(await fitWith('L2')));
  });

  it('weighs points by one over their variance, in the objective and in the report', async () => {
    const { objective, drives } = await fitProfiles(forceField, [drive], figures, settings);
    expect(drives[0]!.targetAfter).toBeCloseTo(objective.after.target, 8);
    const noise = drives[0]!.points.map(({ weight }) => 1 / Math.sqrt(weight));
    expect(Math.min(...noise)).toBeGreaterThan(0.05);
    expect(Math.min(...noise)).toBeLessThan(0.4);
  });
});

describe('a profile that the force field can make', () => {
  it('is reproduced when the prior is wide', async () => {
    const truth = parametersWith((parameter, periodicity) => [0.9, -0.4, 0.5][parameter]! / periodicity);
    const settings: OptimizerSettings = { ...SETTINGS, penalty: 'L2' };
    const fit = await fitProfiles(
      forceField,
      [driveWithEnergiesOf(truth)],
      figuresWith(() => 1000),
      settings,
    );
    expect(fit.drives[0]!.rmseBeforeKcalPerMol).toBeGreaterThan(0.2);
    expect(fit.drives[0]!.rmseAfterKcalPerMol).toBeLessThan(0.002);
  });

  it('by the parameters it starts from leaves them as they are', async () => {
    const fit = await fitProfiles(forceField, [driveWithEnergiesOf(START)], FIGURES, SETTINGS);
    expect(fit.converged).toBe(true);
    expect(fit.objective.history).toEqual([]);
    expect(fit.figures.map(({ value }) => value)).toEqual(START_K);
  });
});

describe('hostile drives', () => {
  const withPoint = (n: number, change: Partial<Drive['points'][number]>): Drive => ({
    ...drive,
    points: drive.points.map((point, index) => (index === n ? { ...point, ...change } : point)),
  });
  const fitOf = (hostile: Drive) => fitProfiles(forceField, [hostile], FIGURES, SETTINGS);

  it('are refused, with the point by number, for an energy that is no number', async () => {
    await expect(fitOf(withPoint(4, { energyHartree: NaN }))).rejects.toThrow(
      /point 5 has an energy .* no number/,
    );
  });

  it('are refused for geometries of another molecule', async () => {
    await expect(fitOf(withPoint(0, { geometryAngstrom: new Array(30).fill(0) }))).rejects.toMatchObject({
      code: 'wrong-atom-count',
    });
  });

  it('are refused for atoms that lie on top of each other', async () => {
    await expect(fitOf(withPoint(2, { geometryAngstrom: new Array(27).fill(1) }))).rejects.toThrow(
      /point 3 lie on top/,
    );
  });

  it('are refused without any point', async () => {
    await expect(fitOf({ ...drive, points: [] })).rejects.toMatchObject({ code: 'no-points' });
  });

  it('are refused for charges of another molecule', async () => {
    await expect(fitOf({ ...drive, chargesE: [0, 0] })).rejects.toMatchObject({ code: 'wrong-atom-count' });
  });

  it('of one point say nothing, which is a warning', async () => {
    const fit = await fitOf({ ...drive, points: drive.points.slice(0, 1) });
    expect(fit.figures.map(({ value }) => value)).toEqual(START_K);
    expect(fit.warnings.join()).toMatch(/one point below the energy cutoff/);
  });

  it('with one point far above all others are fitted without it', async () => {
    const high = drive.points[3]!.energyHartree + 1;
    const fit = await fitOf(withPoint(3, { energyHartree: high }));
    expect(fit.converged).toBe(true);
    expect(fit.drives[0]!.points[3]!.weight).toBe(0);
    expect(fit.drives[0]!.rmseAfterKcalPerMol).toBeLessThan(0.4);
  });

  it('with points twice are fitted', async () => {
    const fit = await fitOf({ ...drive, points: [...drive.points, ...drive.points.slice(5, 9)] });
    expect(fit.converged).toBe(true);
  });

  it('are refused for figures that the force field has not', async () => {
    const beyond = { ...FIGURES[0]!, attribute: 'k5' };
    await expect(fitProfiles(forceField, [drive], [beyond], SETTINGS)).rejects.toMatchObject({
      code: 'unsupported-force-field',
    });
  });
});
