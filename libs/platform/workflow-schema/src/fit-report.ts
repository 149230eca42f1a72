import type { BespokeParameter, Dihedral, FragmentOccurrence, OtherParameter, TorsionTerm } from './tasks';
import type { Workflow } from './workflow';

/** Which program, in which version, made a number. */
export interface Provenance {
  program: string;
  version: string;
  method: string;
}

/** What made the profile of a drive: its energies, and its geometries where these are of a lower level. */
export interface ProfileProvenance extends Provenance {
  geometriesBy?: Provenance;
}

/** What made partial charges. */
export interface ChargeProvenance extends Provenance {
  /** In words: the geometry, the averaging, the limits that were set. Older records lack it. */
  settings?: string;
  /** Whether the base force field asks for other charges than these. Older records lack it. */
  overridden?: boolean;
}

/** Energies along one drive before and after the fit: what a plot shows. */
export interface TorsionFit {
  mappedSmiles: string;
  dihedral: Dihedral;
  parameters: (BespokeParameter & { fitted: TorsionTerm[] })[];
  /** Partial charges that the MM energies were made with, e, in the order of the atoms. */
  chargesE: number[];
  /** Unweighted deviation of MM from the reference, kcal/mol, over points up to the energy cutoff. */
  rmseBeforeKcalPerMol: number;
  rmseAfterKcalPerMol: number;
  points: {
    gridDegrees: number;
    dihedralDegrees: number;
    /** Relative to the drive's QM minimum, kcal/mol. */
    qmKcalPerMol: number;
    /** Of the QM energy, and whether there is a single point here, where QM energies are interpolated. */
    standardErrorKcalPerMol?: number;
    isComputed?: boolean;
    /** Relative to the MM energy at the QM minimum's grid point, kcal/mol. */
    mmBeforeKcalPerMol: number;
    mmAfterKcalPerMol: number;
    /** The QM geometry that relaxation started from, and where it ended with the fitted parameters. */
    qmGeometryAngstrom: number[];
    mmGeometryAfterAngstrom: number[];
  }[];
}

/** One number of the force field that was fitted. */
export interface FittedFigure extends OtherParameter {
  /** As in the file: k1, k2, … of torsions, k, length, angle, epsilon; sigma also where the file has rmin_half. */
  attribute: string;
  /** Of a general parameter that is changed in place, where the file gives one. Older records lack it. */
  id?: string;
  /** Of the term, where it is the k of a torsion. Older records lack it. */
  periodicity?: number;
  before: number;
  after: number;
  /** How far from its start it might well have gone. */
  priorWidth: number;
  /** Of these three, for people: kcal/mol, Å, … */
  unit: string;
}

/**
 * What the optimizer says about the fit of a group of fragments, or of a molecule, which is that of its groups
 * together; an artifact in JSON.
 */
export interface FitOutcome {
  objective: {
    before: { total: number; target: number; penalty: number };
    after: { total: number; target: number; penalty: number };
    /** Total after each iteration. */
    history: number[];
  };
  converged: boolean;
  warnings: string[];
  torsions: TorsionFit[];
  /** Everything that was fitted, the terms of bespoke torsions too. Older records lack it. */
  figures?: FittedFigure[];
  /** What made the charges of the fragments, those aside that the force field has library charges for. */
  chargeModel: ChargeProvenance;
  /** What it took when it was computed, be that for another molecule. */
  seconds: { charges: number; fit: number };
}

/** What the comparison of a fragment with its molecule came to. */
export type ParentVerdict =
  | {
      verdict: 'alike' | 'unlike';
      /** Standard deviation of the difference between their (QM − MM) along a turn of the bond. */
      deviationKcalPerMol: number;
    }
  | {
      verdict: 'not-compared';
      /** Why, for people. */
      reason: string;
    };

/** The result of a fit as `--output` and `GET /api/v2/fits/{id}/report` give it. */
export interface FitReport {
  schema: 'bespoke-fit-report';
  schemaVersion: 1;
  fitId: string;
  name: string;
  smiles: string;
  mappedSmiles: string;
  status: 'succeeded';
  /** How good the reference is, in a sentence for people. */
  referenceNote: string;
  workflow: Workflow;
  baseForceField: { name: string; sha256: string };
  forceFieldSha256: string;
  fragments: {
    mappedSmiles: string;
    dihedral: Dihedral;
    occurrences: FragmentOccurrence[];
    /** How it compares with the molecule; null where it is the molecule, or the workflow asks for no comparison. */
    parentCheck: ParentVerdict | null;
    /** The fragment that was unlike the molecule, and in whose place this, the whole molecule, was driven. */
    replaces: string | null;
    /** Whether the coordinates given with the molecule were a starting conformer of its drive. */
    startsFromGivenCoordinates: boolean;
    /** Null when the drive was dropped; `dropped` then says why. */
    reference: ProfileProvenance | null;
    dropped: string | null;
    /** Index into fit.torsions, null when dropped. */
    torsion: number | null;
  }[];
  /** Null when there was nothing to fit: the force field is then the base force field. */
  fit: FitOutcome | null;
  warnings: string[];
  timings: { createdAt: string; finishedAt: string; stages: { stage: string; seconds: number }[] };
  versions: Record<string, string>;
}
