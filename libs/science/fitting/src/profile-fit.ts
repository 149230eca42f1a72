import type { Minimum } from '@bespoke/mechanics';
import { withFigures, type Figure, type ForceField } from '@bespoke/smirnoff';
import { nameOf, type Drive } from './drive';
import { weighedByEvidence } from './evidence';
import type { FittedFigure } from './fitted-figures';
import { FittingError } from './fitting-error';
import { optimizeFigures, type FitProgress, type Objective, type OptimizerSettings } from './optimizer';
import { profileOf } from './profile-of-drive';
import { relaxProfile, type TorsionProfile } from './torsion-profile';

export interface DriveFit {
  /** The drive's share of the target, Σ w·(ΔE_MM − ΔE_QM)²/d². */
  targetBefore: number;
  targetAfter: number;
  /** Unweighted deviation from the reference over points up to the energy cutoff, kcal/mol. */
  rmseBeforeKcalPerMol: number;
  rmseAfterKcalPerMol: number;
  points: {
    /** Of a sum of 1; with the penalty `evidence` one over the variance, mol²/kcal². */
    weight: number;
    /** Relative to the drive's QM minimum. */
    qmKcalPerMol: number;
    /** Relative to the MM energy at the QM minimum's grid point. */
    mmBeforeKcalPerMol: number;
    mmAfterKcalPerMol: number;
    mmGeometryAfterAngstrom: number[];
  }[];
}

export interface ProfileFit {
  objective: { before: Objective; after: Objective; history: number[] };
  converged: boolean;
  warnings: string[];
  /** With their fitted values, in the order given. */
  figures: Figure[];
  /** In the order given. */
  drives: DriveFit[];
}

/**
 * Fits figures of a force field to torsion drives, all of them together: drives whose molecules carry the same
 * parameter share it.
 *
 * @param forceField Holds the parameters; molecules get them by its own rules, so that what is fitted is what a
 *   simulation with it will see. What is to be fitted starts from its own value, whatever the force field says.
 * @throws FittingError for drives that no fit can be made from; SmirnoffError for figures that the force field has
 *   not; MechanicsError where it lacks parameters; the signal's reason when aborted.
 */
export async function fitProfiles(
  forceField: ForceField,
  drives: readonly Drive[],
  figures: readonly FittedFigure[],
  settings: OptimizerSettings,
  signal?: AbortSignal,
  onProgress?: (progress: FitProgress) => void,
): Promise<ProfileFit> {
  refuseTwice(figures);
  const startingForceField = withFigures(forceField, figures);
  const held = figures.map(heldBecause);
  const fitted = figures.map((figure, index) => (held[index] === null ? figure : null));
  const prepared = drives.map((drive) => profileOf(startingForceField, drive, fitted, settings));
  const priorWidths = figures.map(({ priorWidth }) => priorWidth);
  const unweighed = prepared.map(({ profile }) => profile);
  const profiles =
    settings.penalty === 'evidence' ? weighedByEvidence(unweighed, priorWidths, settings) : unweighed;
  const optimized = await optimizeFigures(profiles, priorWidths, settings, signal, onProgress);

  const start = new Float64Array(figures.length);
  const fits = profiles.map((profile) =>
    driveFit(
      profile,
      relaxProfile(profile, start, settings),
      relaxProfile(profile, optimized.shifts, settings),
      settings,
    ),
  );
  return {
    objective: { before: optimized.before, after: optimized.after, history: optimized.history },
    converged: optimized.stoppedBecause.length === 0,
    warnings: [
      ...optimized.stoppedBecause,
      ...held.filter((reason) => reason !== null),
      ...idleWarnings(figures, profiles),
      ...prepared.flatMap(({ warnings }) => warnings),
      ...drives.flatMap((drive, index) => fitWarnings(drive, fits[index]!)),
    ],
    figures: figures.map(({ priorWidth: _, ...figure }, index) => ({
      ...figure,
      value: figure.value + optimized.shifts[index]!,
    })),
    drives: fits,
  };
}

/** Sage has 1e-5 kcal/mol and less for hydrogens that are hardly there, 0.003 and more for others. */
const LEAST_EPSILON_KCAL_PER_MOL = 1e-3;

function refuseTwice(figures: readonly FittedFigure[]): void {
  const names = new Set<string>();
  for (const figure of figures) {
    const name = describe(figure);
    if (names.has(name)) throw new FittingError('duplicate-figure', `${name} is to be fitted twice`);
    names.add(name);
  }
}

/** Why a figure can't be moved, in words for people; null where it can. */
function heldBecause(figure: FittedFigure): string | null {
  const { attribute, value } = figure;
  if (attribute === 'angle' && value === 180)
    return `${describe(figure)} stays at 180°, from which it could go only one way`;
  if (attribute === 'epsilon' && value < LEAST_EPSILON_KCAL_PER_MOL)
    return `${describe(figure)} stays at ${value} kcal/mol, too near to 0, beyond which there is none`;
  return null;
}

function idleWarnings(figures: readonly FittedFigure[], profiles: readonly TorsionProfile[]): string[] {
  const active = new Set(profiles.flatMap(({ adjustables }) => adjustables.map(({ figure }) => figure)));
  const idle = figures.filter((figure, index) => !active.has(index) && heldBecause(figure) === null);
  if (idle.length === 0) return [];
  return [`no drive says anything of ${idle.length} figures, which stay: ${idle.map(describe).join('; ')}`];
}

function describe({ section, smirks, attribute }: Figure): string {
  return `${attribute} of ${section} ${smirks}`;
}

function driveFit(
  profile: TorsionProfile,
  before: readonly Minimum[],
  after: readonly Minimum[],
  { energyDenominatorKcalPerMol }: OptimizerSettings,
): DriveFit {
  const referenceBefore = before[profile.referencePoint]!.energyKcalPerMol;
  const referenceAfter = after[profile.referencePoint]!.energyKcalPerMol;
  const points = profile.points.map(({ weight, qmKcalPerMol }, index) => ({
    weight,
    qmKcalPerMol,
    mmBeforeKcalPerMol: before[index]!.energyKcalPerMol - referenceBefore,
    mmAfterKcalPerMol: after[index]!.energyKcalPerMol - referenceAfter,
    mmGeometryAfterAngstrom: [...after[index]!.coordinatesAngstrom],
  }));
  const counted = points.filter((point) => point.weight > 0);
  const target = (mm: 'mmBeforeKcalPerMol' | 'mmAfterKcalPerMol'): number =>
    counted.reduce((sum, point) => sum + point.weight * (point[mm] - point.qmKcalPerMol) ** 2, 0) /
    energyDenominatorKcalPerMol ** 2;
  const rmse = (mm: 'mmBeforeKcalPerMol' | 'mmAfterKcalPerMol'): number =>
    Math.sqrt(
      counted.reduce((sum, point) => sum + (point[mm] - point.qmKcalPerMol) ** 2, 0) / counted.length,
    );
  return {
    targetBefore: target('mmBeforeKcalPerMol'),
    targetAfter: target('mmAfterKcalPerMol'),
    rmseBeforeKcalPerMol: rmse('mmBeforeKcalPerMol'),
    rmseAfterKcalPerMol: rmse('mmAfterKcalPerMol'),
    points,
  };
}

function fitWarnings(drive: Drive, fit: DriveFit): string[] {
  const where = nameOf(drive);
  const counted = fit.points.filter((point) => point.weight > 0).length;
  if (counted < 2)
    return [`${where} has one point below the energy cutoff and says nothing about its torsions`];
  const worse = fit.rmseAfterKcalPerMol - fit.rmseBeforeKcalPerMol;
  if (worse < 0.005) return [];
  const [from, to] = [fit.rmseBeforeKcalPerMol, fit.rmseAfterKcalPerMol].map((rmse) => rmse.toFixed(2));
  return [`${where} is reproduced worse than before the fit: RMSE ${from} to ${to} kcal/mol`];
}
