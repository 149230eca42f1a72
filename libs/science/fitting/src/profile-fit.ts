import { createSystem, energy, type Minimum } from '@bespoke/mechanics';
import type { Molecule } from '@bespoke/molecule';
import { assignParameters, type ForceField, type TorsionTerm } from '@bespoke/smirnoff';
import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import { FittingError } from './fitting-error';
import { optimizeTerms, type FitProgress, type Objective, type OptimizerSettings } from './optimizer';
import { profileWeights } from './profile-weights';
import { relaxProfile, type FittedTerm, type TorsionProfile } from './torsion-profile';

/** A torsion parameter of the force field whose force constants are to be fitted. */
export interface FittedParameter {
  smirks: string;
  /** As they start. */
  terms: readonly TorsionTerm[];
}

/** One finished torsion drive, with the charges that the molecule will be simulated with. */
export interface Drive {
  molecule: Molecule;
  dihedral: readonly [number, number, number, number];
  /** Partial charges in the order of the atoms, e. */
  chargesE: ArrayLike<number>;
  points: readonly {
    energyHartree: number;
    geometryAngstrom: ArrayLike<number>;
  }[];
}

export interface DriveFit {
  /** Unweighted deviation from the reference over points up to the energy cutoff, kcal/mol. */
  rmseBeforeKcalPerMol: number;
  rmseAfterKcalPerMol: number;
  points: {
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
  /** The fitted terms of each parameter, in the order given. */
  parameters: TorsionTerm[][];
  /** In the order given. */
  drives: DriveFit[];
}

/**
 * Fits torsion parameters of a force field to torsion drives, all of them together: drives whose molecules carry
 * the same parameter share it.
 *
 * @param forceField Holds the parameters; molecules get them by its own rules, so that what is fitted is what a
 *   simulation with it will see.
 * @throws FittingError for drives that no fit can be made from and parameters that the force field has otherwise; MechanicsError where the force field lacks
 *   parameters; the signal's reason when aborted.
 */
export async function fitProfiles(
  forceField: ForceField,
  drives: readonly Drive[],
  parameters: readonly FittedParameter[],
  settings: OptimizerSettings,
  signal?: AbortSignal,
  onProgress?: (progress: FitProgress) => void,
): Promise<ProfileFit> {
  const terms: FittedTerm[] = [];
  const firstTerm = new Map<string, number>();
  for (const parameter of parameters) {
    firstTerm.set(parameter.smirks, terms.length);
    for (const { kKcalPerMol, ...term } of parameter.terms) {
      terms.push({ ...term, startKcalPerMol: kKcalPerMol });
    }
  }
  const profiles = drives.map((drive) => torsionProfile(forceField, drive, terms, firstTerm, settings));
  const optimized = await optimizeTerms(profiles, terms, settings, signal, onProgress);

  const relaxedAt = (kKcalPerMol: Float64Array): Minimum[][] =>
    profiles.map((profile) => relaxProfile(profile, terms, kKcalPerMol, settings));
  const before = relaxedAt(Float64Array.from(terms, (term) => term.startKcalPerMol));
  const after = relaxedAt(optimized.kKcalPerMol);
  const fits = profiles.map((profile, index) => driveFit(profile, before[index]!, after[index]!));
  return {
    objective: { before: optimized.before, after: optimized.after, history: optimized.history },
    converged: optimized.stoppedBecause.length === 0,
    warnings: [
      ...optimized.stoppedBecause,
      ...drives.flatMap((drive, index) => driveWarnings(drive, fits[index]!)),
    ],
    parameters: parameters.map(({ smirks, terms: own }) =>
      own.map((term, n) => ({ ...term, kKcalPerMol: optimized.kKcalPerMol[firstTerm.get(smirks)! + n]! })),
    ),
    drives: fits,
  };
}

function torsionProfile(
  forceField: ForceField,
  drive: Drive,
  terms: readonly FittedTerm[],
  firstTerm: ReadonlyMap<string, number>,
  settings: OptimizerSettings,
): TorsionProfile {
  const { molecule, points } = drive;
  const where = nameOf(drive);
  if (points.length === 0) throw new FittingError('no-points', `${where} has no points`);
  points.forEach(({ energyHartree, geometryAngstrom }, index) => {
    if (geometryAngstrom.length !== 3 * molecule.atoms.length) {
      throw new FittingError(
        'wrong-atom-count',
        `${where}: point ${index + 1} has ${geometryAngstrom.length} coordinates, not 3 for each of ${molecule.atoms.length} atoms`,
      );
    }
    if (!Number.isFinite(energyHartree) || !Array.from(geometryAngstrom).every(Number.isFinite)) {
      throw new FittingError(
        'not-finite',
        `${where}: point ${index + 1} has an energy or coordinate that is no number`,
      );
    }
  });
  const assignment = assignParameters(forceField, molecule);
  const fitted: TorsionProfile['fitted'] = [];
  const propers = assignment.propers.map((proper, index) => {
    const first = firstTerm.get(proper.smirks);
    if (first === undefined) return proper;
    proper.terms.forEach((term, n) => {
      if (terms[first + n]?.periodicity !== term.periodicity) {
        throw new FittingError(
          'parameter-mismatch',
          `the force field has other terms for ${proper.smirks} than those to be fitted`,
        );
      }
      fitted.push({ proper: index, term: first + n });
    });
    return { ...proper, terms: proper.terms.map((term) => ({ ...term, kKcalPerMol: 0 })) };
  });
  const system = createSystem(molecule, { ...assignment, propers }, drive.chargesE);
  const overlapping = points.findIndex(
    ({ geometryAngstrom }) => !Number.isFinite(energy(system, Float64Array.from(geometryAngstrom))),
  );
  if (overlapping >= 0) {
    throw new FittingError(
      'not-finite',
      `${where}: atoms of point ${overlapping + 1} lie on top of each other`,
    );
  }
  const energies = points.map((point) => point.energyHartree);
  const lowest = Math.min(...energies);
  const qmKcalPerMol = energies.map((value) => (value - lowest) * KCAL_PER_MOL_PER_HARTREE);
  const weights = profileWeights(qmKcalPerMol, settings);
  return {
    system,
    fitted,
    frozenAtoms: drive.dihedral,
    points: points.map(({ geometryAngstrom }, index) => ({
      geometryAngstrom,
      qmKcalPerMol: qmKcalPerMol[index]!,
      weight: weights[index]!,
    })),
    referencePoint: energies.indexOf(lowest),
  };
}

function driveFit(profile: TorsionProfile, before: readonly Minimum[], after: readonly Minimum[]): DriveFit {
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
  const rmse = (mm: 'mmBeforeKcalPerMol' | 'mmAfterKcalPerMol'): number =>
    Math.sqrt(
      counted.reduce((sum, point) => sum + (point[mm] - point.qmKcalPerMol) ** 2, 0) / counted.length,
    );
  return {
    rmseBeforeKcalPerMol: rmse('mmBeforeKcalPerMol'),
    rmseAfterKcalPerMol: rmse('mmAfterKcalPerMol'),
    points,
  };
}

function driveWarnings(drive: Drive, fit: DriveFit): string[] {
  const where = nameOf(drive);
  const counted = fit.points.filter((point) => point.weight > 0).length;
  if (counted < 2)
    return [`${where} has one point below the energy cutoff and says nothing about its torsions`];
  const worse = fit.rmseAfterKcalPerMol - fit.rmseBeforeKcalPerMol;
  if (worse < 0.005) return [];
  const [from, to] = [fit.rmseBeforeKcalPerMol, fit.rmseAfterKcalPerMol].map((rmse) => rmse.toFixed(2));
  return [`${where} is reproduced worse than before the fit: RMSE ${from} to ${to} kcal/mol`];
}

/** Atoms by map number, as in the SMILES beside them. */
function nameOf({ dihedral, molecule }: Drive): string {
  return `the drive about atoms ${dihedral.map((atom) => atom + 1).join('-')} of ${molecule.mappedSmiles}`;
}
