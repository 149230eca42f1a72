import { fitProfiles, harmonicPriorWidth, type Drive, type FittedFigure } from '@bespoke/fitting';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { appendTorsions, parseOffxml } from '@bespoke/smirnoff';
import type {
  BespokeParameter,
  FitOutcome,
  FitSettings,
  TorsionDriveRecord,
  TorsionFit,
  TorsionTerm,
} from '@bespoke/workflow-schema';
import { distinctParameters } from './distinct-parameters';

/** What the thread is given: everything that decides the fit. */
export interface FitJob {
  baseForceField: string;
  fit: FitSettings;
  targets: { drive: TorsionDriveRecord; chargesE: number[]; parameters: BespokeParameter[] }[];
}

export type FittedTorsions = Pick<FitOutcome, 'objective' | 'converged' | 'warnings' | 'torsions'>;

/** Fits the bespoke torsions of all drives together. Runs in a thread of its own. */
export default async function fit({ baseForceField, fit, targets }: FitJob): Promise<FittedTorsions> {
  await loadRDKit();
  const parameters = distinctParameters(targets.flatMap((target) => target.parameters));
  const startingForceField = appendTorsions(parseOffxml(baseForceField), parameters, []);
  const drives = targets.map(({ drive, chargesE }): Drive => ({
    molecule: moleculeFromSmiles(drive.mappedSmiles),
    dihedral: drive.dihedral,
    chargesE,
    points: drive.points,
  }));
  const figures = parameters.flatMap((parameter) => forceConstants(parameter, fit));
  const result = await fitProfiles(startingForceField, drives, figures, fit);

  const fittedK = new Map(
    result.figures.map(({ smirks, attribute, value }) => [`${attribute} ${smirks}`, value]),
  );
  const fitted = ({ smirks, terms }: BespokeParameter): TorsionTerm[] =>
    terms.map((term, n) => ({ ...term, kKcalPerMol: fittedK.get(`k${n + 1} ${smirks}`)! }));
  return {
    objective: result.objective,
    converged: result.converged,
    warnings: result.warnings,
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

/** What is fitted of a bespoke torsion: its terms are k1, k2, … of the force field. */
function forceConstants(
  { smirks, terms }: BespokeParameter,
  { penalty, priorWidthKcalPerMol }: FitSettings,
): FittedFigure[] {
  return terms.map(({ kKcalPerMol, periodicity }, n) => ({
    section: 'ProperTorsions',
    smirks,
    attribute: `k${n + 1}`,
    value: kKcalPerMol,
    priorWidth:
      penalty === 'evidence' ? harmonicPriorWidth(priorWidthKcalPerMol, periodicity) : priorWidthKcalPerMol,
  }));
}
