import { profileMeasures } from '@bespoke/fitting';
import type { FigureSection } from '@bespoke/smirnoff';

/** A drive in a report; energies in kcal/mol, lists in the order of the points on its line. */
export type DriveReport = { id: string | number } & ({ error: string } | DriveFigures);

export interface DriveFigures {
  mapped_smiles: string;
  /** Atoms from 0. */
  dihedral: readonly number[];
  /** Degrees; null where the line has none. */
  grid: number[] | null;
  /** Over points up to the energy cutoff, each counting the same. */
  rmse_before: number;
  rmse_after: number;
  /** Relative to the lowest point. */
  qm: number[];
  /** Relative to the point where QM is lowest. */
  mm_before: number[];
  mm_after: number[];
  weights: number[];
  /** Null where fewer than two points have weight. */
  measures_before: DriveMeasures | null;
  measures_after: DriveMeasures | null;
  /** Its share of the target, without penalty. */
  objective_before: number;
  objective_after: number;
}

/** How far MM is from QM over the points with weight, kcal/mol. */
export interface DriveMeasures {
  mean_absolute: number;
  largest: number;
  /** Each point by its Boltzmann factor at 298.15 K. */
  boltzmann_rmse: number;
  /** From the lowest to the highest point. */
  barrier: number;
  barrier_error: number;
}

/** The measures of a profile as a report has them. */
export function measuresOf(
  mm: readonly number[],
  qm: readonly number[],
  weights: readonly number[],
): DriveMeasures | null {
  const measures = profileMeasures(mm, qm, weights);
  if (measures === null) return null;
  return {
    mean_absolute: measures.meanAbsoluteKcalPerMol,
    largest: measures.largestKcalPerMol,
    boltzmann_rmse: measures.boltzmannRmseKcalPerMol,
    barrier: measures.barrierKcalPerMol,
    barrier_error: measures.barrierErrorKcalPerMol,
  };
}

export interface FitFigures {
  /** Of target and penalty. */
  objective_before: number;
  objective_after: number;
  penalty: number;
  converged: boolean;
  iterations: number;
  wall_s: number;
}

/** A figure of the force field. */
export interface ParameterReport {
  section: FigureSection;
  smirks: string;
  attribute: string;
  before: number;
  after: number;
  prior_width: number;
  /** Of the three, for people. */
  unit: string;
}

/** One fit: some drives together. */
export interface FitReport extends FitFigures {
  /** Of its drives. */
  ids: (string | number)[];
  /** The file, beside the report. */
  force_field: string;
  /** The objective after each iteration. */
  history: number[];
  parameters: ParameterReport[];
  warnings: string[];
}

/** report.json */
export interface Report {
  drives: DriveReport[];
  fits: FitReport[];
  total: FitFigures;
}

/** What a thread makes of some drives; no fit where none of them could be fitted. */
export interface FitResult {
  drives: DriveReport[];
  fit: (Omit<FitReport, 'force_field'> & { offxml: string }) | null;
}

/** @param wallSeconds of all fits, which may have run side by side */
export function totalOf(fits: readonly FitReport[], wallSeconds: number): FitFigures {
  const sum = (of: (fit: FitReport) => number): number => fits.reduce((total, fit) => total + of(fit), 0);
  return {
    objective_before: sum((fit) => fit.objective_before),
    objective_after: sum((fit) => fit.objective_after),
    penalty: sum((fit) => fit.penalty),
    converged: fits.every((fit) => fit.converged),
    iterations: sum((fit) => fit.iterations),
    wall_s: wallSeconds,
  };
}
