import { fitProfiles, harmonicPriorWidth, type Drive, type FittedFigure } from '@bespoke/fitting';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { appendTorsions, parseOffxml, writeOffxml } from '@bespoke/smirnoff';
import type {
  BespokeParameter,
  FitOutcome,
  FitSettings,
  TorsionDriveRecord,
  TorsionFit,
} from '@bespoke/workflow-schema';

/** What the thread is given: everything that decides the fit. */
export interface FitJob {
  baseForceField: string;
  fit: FitSettings;
  targets: { drive: TorsionDriveRecord; chargesE: number[]; parameters: BespokeParameter[] }[];
  /** Lines that go into the force field, for people. */
  provenance: string[];
}

export interface FittedForceField {
  offxml: string;
  objective: FitOutcome['objective'];
  converged: boolean;
  warnings: string[];
  torsions: TorsionFit[];
}

/** Fits the bespoke torsions of all drives together. Runs in a thread of its own. */
export default async function fit({
  baseForceField,
  fit,
  targets,
  provenance,
}: FitJob): Promise<FittedForceField> {
  await loadRDKit();
  const parameters = distinct(targets.flatMap((target) => target.parameters));
  const startingForceField = appendTorsions(parseOffxml(baseForceField), withIds(parameters), provenance);
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
  const fitted = parameters.map(({ smirks, terms, ...parameter }) => ({
    ...parameter,
    smirks,
    terms: terms.map((term, n) => ({ ...term, kKcalPerMol: fittedK.get(`k${n + 1} ${smirks}`)! })),
  }));
  const fittedBySmirks = new Map(fitted.map(({ smirks, terms }) => [smirks, terms]));
  return {
    offxml: writeOffxml(appendTorsions(parseOffxml(baseForceField), withIds(fitted), provenance)),
    objective: result.objective,
    converged: result.converged,
    warnings: result.warnings,
    torsions: targets.map(({ drive, chargesE, parameters: own }, i) => {
      const profile = result.drives[i]!;
      return {
        mappedSmiles: drive.mappedSmiles,
        dihedral: drive.dihedral,
        parameters: own.map((parameter) => ({
          ...parameter,
          fitted: fittedBySmirks.get(parameter.smirks) ?? [],
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

function distinct(parameters: BespokeParameter[]): BespokeParameter[] {
  return [...new Map(parameters.map((parameter) => [parameter.smirks, parameter])).values()];
}

function withIds(parameters: BespokeParameter[]) {
  return parameters.map(({ smirks, terms }, i) => ({ id: `bespoke-${i + 1}`, smirks, terms }));
}
