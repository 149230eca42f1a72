import { addCosineTerm, createSystem, minimise } from '@bespoke/mechanics';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import {
  appendTorsions,
  assignParameters,
  builtInForceField,
  parseOffxml,
  type ForceField,
} from '@bespoke/smirnoff';
import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import { beforeAll, describe, expect, it } from 'vitest';
import recorded from './fluoroethanol-drive.json';
import type { OptimizerSettings } from './optimizer';
import { fitProfiles, type Drive, type FittedParameter } from './profile-fit';
import { profileWeights } from './profile-weights';
import { profileResiduals, type FittedTerm, type TorsionProfile } from './torsion-profile';

const CHARGES = [-0.25, 0.15, 0.12, -0.6, 0.05, 0.05, 0.04, 0.04, 0.4];
const SETTINGS: OptimizerSettings = {
  penalty: 'L1',
  priorWidthKcalPerMol: 6,
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
function parametersWith(k: (parameter: number, periodicity: number) => number): FittedParameter[] {
  return SMIRKS.map((smirks, p) => ({
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
const withIds = (parameters: FittedParameter[]) =>
  parameters.map((p, n) => ({ ...p, id: `bespoke-${n + 1}` }));

let forceField: ForceField;
let drive: Drive;
beforeAll(async () => {
  await loadRDKit();
  const sage = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
  forceField = appendTorsions(sage, withIds(START), []);
  drive = {
    molecule: moleculeFromSmiles(recorded.mappedSmiles),
    dihedral: recorded.dihedral as [number, number, number, number],
    chargesE: CHARGES,
    points: recorded.points,
  };
});

/** The recorded drive with the energies that given parameters make on it. */
function driveWithEnergiesOf(parameters: FittedParameter[]): Drive {
  const assignment = assignParameters(appendTorsions(forceField, withIds(parameters), []), drive.molecule);
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
  it.each(['L1', 'L2'] as const)('with %s converges and brings MM to the reference', async (penalty) => {
    const fit = await fitProfiles(forceField, [drive], START, { ...SETTINGS, penalty });
    expect(fit.converged).toBe(true);
    expect(fit.warnings).toEqual([]);
    expect(fit.drives[0]!.rmseBeforeKcalPerMol).toBeGreaterThan(0.5);
    expect(fit.drives[0]!.rmseAfterKcalPerMol).toBeLessThan(0.4);
    expect(fit.objective.history.at(-1)).toBe(fit.objective.after.total);
  });

  it('reports the objective that its own profiles give', async () => {
    const fit = await fitProfiles(forceField, [drive], START, SETTINGS);
    const sum = (mm: 'mmBeforeKcalPerMol' | 'mmAfterKcalPerMol'): number =>
      fit.drives[0]!.points.reduce((total, p) => total + p.weight * (p[mm] - p.qmKcalPerMol) ** 2, 0);
    expect(sum('mmBeforeKcalPerMol')).toBeCloseTo(fit.objective.before.target, 10);
    expect(sum('mmAfterKcalPerMol')).toBeCloseTo(fit.objective.after.target, 10);
    const moved = fit.parameters.flat().reduce((total, term, n) => {
      return total + Math.abs(term.kKcalPerMol - START.flatMap(({ terms }) => terms)[n]!.kKcalPerMol) / 6;
    }, 0);
    expect(moved).toBeCloseTo(fit.objective.after.penalty, 4);
  });

  it('ends where no small change of any force constant lowers the objective', async () => {
    const settings: OptimizerSettings = { ...SETTINGS, penalty: 'L2' };
    const fit = await fitProfiles(forceField, [drive], START, settings);
    const k = Float64Array.from(fit.parameters.flat(), (term) => term.kKcalPerMol);
    const { profile, terms } = profileOf(drive);
    const { values, jacobian } = profileResiduals(profile, terms, k, settings);
    terms.forEach((term, p) => {
      let slope = 0;
      values.forEach((v, row) => (slope += 2 * v * 6 * jacobian[row * terms.length + p]!));
      // dX/dm of the target against 2m of the penalty.
      expect(slope + (2 * (k[p]! - term.startKcalPerMol)) / 6).toBeCloseTo(0, 3);
    });
  });

  it('leaves with L1 most force constants exactly where they started', async () => {
    const fit = await fitProfiles(forceField, [drive], START, SETTINGS);
    const start = START.flatMap(({ terms }) => terms.map((term) => term.kKcalPerMol));
    const kept = fit.parameters.flat().filter((term, n) => term.kKcalPerMol === start[n]);
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.length).toBeLessThan(12);
  });

  it('shares parameters between drives: two weigh twice as much against the same penalty', async () => {
    const twice = await fitProfiles(forceField, [drive, drive], START, {
      ...SETTINGS,
      priorWidthKcalPerMol: 6,
    });
    expect(twice.converged).toBe(true);
    const once = await fitProfiles(forceField, [drive], START, SETTINGS);
    expect(twice.objective.before.target).toBeCloseTo(2 * once.objective.before.target, 12);
    expect(twice.objective.after.target / 2).toBeLessThan(once.objective.after.target);
    expect(twice.drives[0]).toEqual(twice.drives[1]);
  });

  it('stopped early keeps the best and says with numbers that it has not converged', async () => {
    const fit = await fitProfiles(forceField, [drive], START, { ...SETTINGS, maxIterations: 1 });
    expect(fit.converged).toBe(false);
    expect(fit.objective.after.total).toBeLessThan(fit.objective.before.total);
    expect(fit.warnings.join()).toMatch(/after 1 iterations: its objective is 0\.\d+/);
  });

  it('ends with the reason of a cancellation', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled by the user');
    const fit = fitProfiles(forceField, [drive], START, SETTINGS, controller.signal, () =>
      controller.abort(reason),
    );
    await expect(fit).rejects.toBe(reason);
  });
});

/** The profile as the objective sees it, built from the force field without the fitted terms. */
function profileOf(of: Drive): { profile: TorsionProfile; terms: FittedTerm[] } {
  const terms = START.flatMap((parameter) =>
    parameter.terms.map(({ kKcalPerMol, ...term }): FittedTerm => ({
      ...term,
      startKcalPerMol: kKcalPerMol,
    })),
  );
  const assignment = assignParameters(forceField, of.molecule);
  const system = createSystem(of.molecule, assignment, of.chargesE);
  const fitted: TorsionProfile['fitted'] = [];
  assignment.propers.forEach((proper, index) => {
    const parameter = SMIRKS.indexOf(proper.smirks);
    if (parameter < 0) return;
    proper.terms.forEach((term, n) => {
      addCosineTerm(system.propers, index, { ...term, kKcalPerMol: -term.kKcalPerMol });
      fitted.push({ proper: index, term: 4 * parameter + n });
    });
  });
  const lowest = Math.min(...of.points.map((point) => point.energyHartree));
  const qm = of.points.map((point) => (point.energyHartree - lowest) * KCAL_PER_MOL_PER_HARTREE);
  const weights = profileWeights(qm, SETTINGS);
  return {
    terms,
    profile: {
      system,
      fitted,
      frozenAtoms: of.dihedral,
      points: of.points.map((point, n) => ({ ...point, qmKcalPerMol: qm[n]!, weight: weights[n]! })),
      referencePoint: qm.indexOf(0),
    },
  };
}

describe('the derivatives of relaxed profiles', () => {
  const k = Float64Array.from({ length: 12 }, (_, term) => Math.sin(term));
  const h = 1e-3;
  const moved = (term: number, by: number): Float64Array =>
    k.map((value, n) => (n === term ? value + by : value));

  it('agree with finite differences over relaxations', () => {
    const { profile, terms } = profileOf(drive);
    const { jacobian } = profileResiduals(profile, terms, k, SETTINGS);
    let worst = 0;
    terms.forEach((_, term) => {
      const ahead = profileResiduals(profile, terms, moved(term, h), SETTINGS).values;
      const behind = profileResiduals(profile, terms, moved(term, -h), SETTINGS).values;
      ahead.forEach((value, row) => {
        worst = Math.max(
          worst,
          Math.abs((value - behind[row]!) / (2 * h) - jacobian[row * terms.length + term]!),
        );
      });
    });
    expect(worst).toBeLessThan(1e-6);
  });

  it('and to second order, but for a small rest, too', () => {
    const { profile, terms } = profileOf(drive);
    const { curvature, values } = profileResiduals(profile, terms, k, SETTINGS);
    const size = terms.length;
    const largest = curvature.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    terms.forEach((_, term) => {
      const ahead = profileResiduals(profile, terms, moved(term, h), SETTINGS).jacobian;
      const behind = profileResiduals(profile, terms, moved(term, -h), SETTINGS).jacobian;
      for (let q = 0; q < size; q++) {
        let expected = 0;
        values.forEach((value, row) => {
          expected += (value * (ahead[row * size + q]! - behind[row * size + q]!)) / (2 * h);
        });
        expect(Math.abs(expected - curvature[term * size + q]!)).toBeLessThan(0.15 * largest);
      }
    });
  });
});

describe('a profile that the force field can make', () => {
  it('is reproduced when the prior is wide', async () => {
    const truth = parametersWith((parameter, periodicity) => [0.9, -0.4, 0.5][parameter]! / periodicity);
    const settings: OptimizerSettings = { ...SETTINGS, penalty: 'L2', priorWidthKcalPerMol: 1000 };
    const fit = await fitProfiles(forceField, [driveWithEnergiesOf(truth)], START, settings);
    expect(fit.drives[0]!.rmseBeforeKcalPerMol).toBeGreaterThan(0.2);
    expect(fit.drives[0]!.rmseAfterKcalPerMol).toBeLessThan(0.002);
  });

  it('by the parameters it starts from leaves them as they are', async () => {
    const fit = await fitProfiles(forceField, [driveWithEnergiesOf(START)], START, SETTINGS);
    expect(fit.converged).toBe(true);
    expect(fit.objective.history).toEqual([]);
    expect(fit.parameters).toEqual(START.map(({ terms }) => terms));
  });
});

describe('hostile drives', () => {
  const withPoint = (n: number, change: Partial<Drive['points'][number]>): Drive => ({
    ...drive,
    points: drive.points.map((point, index) => (index === n ? { ...point, ...change } : point)),
  });
  const fitOf = (hostile: Drive) => fitProfiles(forceField, [hostile], START, SETTINGS);

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
    expect(fit.parameters).toEqual(START.map(({ terms }) => terms));
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

  it('are refused when the force field has other terms than those to be fitted', async () => {
    const shorter = START.map(({ smirks, terms }) => ({ smirks, terms: terms.slice(1) }));
    await expect(fitProfiles(forceField, [drive], shorter, SETTINGS)).rejects.toMatchObject({
      code: 'parameter-mismatch',
    });
  });
});
