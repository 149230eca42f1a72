import { fitWeights } from '@bespoke/delta-learning';
import { fitProfiles, startOfFit, type Drive } from '@bespoke/fitting';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { parameterId, parseOffxml, periodicityOf, unitOf } from '@bespoke/smirnoff';
import type {
  BespokeParameter,
  FitOutcome,
  FitSettings,
  FittedFigure,
  OtherParameter,
  TorsionDriveRecord,
  TorsionFit,
  TorsionTerm,
} from '@bespoke/workflow-schema';

/** What torsions leave of a profile anyway: against this the standard errors of its points are weighed. */
const USUAL_MISFIT_KCAL_PER_MOL = 0.3;

/** What the thread is given: everything that decides the fit. */
export interface FitJob {
  baseForceField: string;
  fit: FitSettings;
  targets: {
    drive: TorsionDriveRecord;
    chargesE: number[];
    parameters: BespokeParameter[];
    otherParameters: OtherParameter[];
  }[];
}

export type FittedDrives = Pick<FitOutcome, 'objective' | 'converged' | 'warnings' | 'torsions' | 'figures'>;

/** Fits the parameters of all drives together. Runs in a thread of its own. */
export default async function fit({ baseForceField, fit, targets }: FitJob): Promise<FittedDrives> {
  await loadRDKit();
  const others = targets.flatMap((target) => target.otherParameters);
  const { forceField, figures } = startOfFit(
    parseOffxml(baseForceField),
    { torsions: targets.flatMap((target) => target.parameters), others },
    fit,
  );
  const drives = targets.map(({ drive, chargesE }): Drive => ({
    molecule: moleculeFromSmiles(drive.mappedSmiles),
    dihedral: drive.dihedral,
    chargesE,
    points: weighted(drive.points),
  }));
  const result = await fitProfiles(forceField, drives, figures, fit);

  const fittedK = new Map(
    result.figures.map(({ smirks, attribute, value }) => [`${attribute} ${smirks}`, value]),
  );
  const fitted = ({ smirks, terms }: BespokeParameter): TorsionTerm[] =>
    terms.map((term, n) => ({ ...term, kKcalPerMol: fittedK.get(`k${n + 1} ${smirks}`)! }));
  return {
    objective: result.objective,
    converged: result.converged,
    warnings: result.warnings,
    figures: figures.map(({ value, priorWidth, ...name }, n): FittedFigure => {
      const other = others.find(({ section, smirks }) => section === name.section && smirks === name.smirks);
      const copyOf = other?.copyOf;
      const after = result.figures[n]!.value;
      // What is new gets its id in the file in which all groups come together.
      const id = other && copyOf === undefined ? parameterId(forceField, name) : undefined;
      return {
        ...name,
        ...(copyOf !== undefined && { copyOf }),
        ...(id !== undefined && { id }),
        ...(/^k\d+$/.test(name.attribute) && { periodicity: periodicityOf(forceField, name) }),
        before: value,
        after,
        priorWidth,
        unit: unitOf(name),
      };
    }),
    torsions: targets.map(({ drive, chargesE, parameters: own }, i): TorsionFit => {
      const profile = result.drives[i]!;
      return {
        mappedSmiles: drive.mappedSmiles,
        dihedral: drive.dihedral,
        parameters: own.map((parameter) => ({
          ...parameter,
          fitted: fitted(parameter),
        })),
        chargesE,
        rmseBeforeKcalPerMol: profile.rmseBeforeKcalPerMol,
        rmseAfterKcalPerMol: profile.rmseAfterKcalPerMol,
        points: profile.points.map((point, n) => ({
          ...certainty(drive.points[n]!),
          gridDegrees: drive.points[n]!.gridDegrees,
          dihedralDegrees: drive.points[n]!.dihedralDegrees,
          qmKcalPerMol: point.qmKcalPerMol,
          mmBeforeKcalPerMol: point.mmBeforeKcalPerMol,
          mmAfterKcalPerMol: point.mmAfterKcalPerMol,
          qmGeometryAngstrom: drive.points[n]!.geometryAngstrom,
          mmGeometryAfterAngstrom: point.mmGeometryAfterAngstrom,
        })),
      };
    }),
  };
}

type DrivePoint = TorsionDriveRecord['points'][number];

/** Points whose energies are interpolated count as far as they are known. */
function weighted(points: readonly DrivePoint[]): Drive['points'] {
  const weights = fitWeights(
    points.map(({ standardErrorKcalPerMol = 0 }) => ({ standardErrorKcalPerMol })),
    USUAL_MISFIT_KCAL_PER_MOL,
  );
  return points.map((point, n) => ({ ...point, weight: weights[n]! }));
}

function certainty({ standardErrorKcalPerMol, isComputed }: DrivePoint) {
  return {
    ...(standardErrorKcalPerMol !== undefined && { standardErrorKcalPerMol }),
    ...(isComputed !== undefined && { isComputed }),
  };
}
