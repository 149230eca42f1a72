import { drivenMolecules, parameterFitsOf, type DrivenInFit, type FitRecord } from '@bespoke/orchestration';
import {
  levelOfTheory,
  type Failure,
  type FitOutcome,
  type FitReport,
  type Fragment,
  type ProfileProvenance,
  type Provenance,
  type QcSpecification,
} from '@bespoke/workflow-schema';

/** What the reference of a fit is worth, in a sentence for people; null stands for a fit without any. */
export function referenceNote(profile: ProfileProvenance | null): string {
  if (profile === null) return 'There was nothing to fit, so there is no reference.';
  const { method: level, program, version, geometriesBy } = profile;
  const reference =
    geometriesBy === undefined
      ? `The reference of each torsion is ${level}, computed with ${program} ${version}.`
      : `The reference of each torsion is ${level}, computed with ${program} ${version} at some geometries of a drive by ${geometriesBy.method} (${geometriesBy.program} ${geometriesBy.version}), and interpolated between them.`;
  if (/^gfn2/i.test(level)) {
    return `${reference} Torsion profiles of this method are about as far from DFT as Sage's own: against DFT, such a fit is no better than Sage itself. It is for trying things out.`;
  }
  if (/^gfn/i.test(level)) return `${reference} That is no DFT: such a fit is for trying things out.`;
  if (/^b3lyp-d3bj\/dzvp$/i.test(level) && geometriesBy === undefined) {
    return `${reference} It is the level of theory that the torsions of OpenFF's own force fields are fitted to.`;
  }
  return reference;
}

function sameDihedral(a: readonly number[], b: readonly number[]): boolean {
  return a.every((atom, index) => atom === b[index]);
}

/** What made the profiles of a fit's drives; null where it has none. */
function referenceOf({ workflow, engineVersion, singlePointVersion }: FitRecord): ProfileProvenance | null {
  const provenance = (qc: QcSpecification, version: string): Provenance => ({
    program: qc.program,
    version,
    method: levelOfTheory(qc),
  });
  if (engineVersion === null) return null;
  const ofDrive = provenance(workflow.qc, engineVersion);
  return singlePointVersion === undefined
    ? ofDrive
    : { ...provenance(workflow.singlePoints!.qc, singlePointVersion), geometriesBy: ofDrive };
}

/** Why a fragment's torsion was left out: its drive failed, or the fit of its parameters. */
function failureOf(fit: FitRecord, index: number): Failure | null {
  const parameterFit = parameterFitsOf(fit).find(({ drives }) => drives.includes(index));
  return fit.drives[index]?.failure ?? parameterFit?.failure ?? null;
}

function reportedFragment(
  { molecule, fragment, isReplacement, verdict }: DrivenInFit,
  failure: Failure | null,
  reference: ProfileProvenance | null,
  outcome: FitOutcome | null,
): FitReport['fragments'][number] {
  const { mappedSmiles, dihedral, occurrences, startConformerSha256 } = molecule;
  const torsion =
    outcome?.torsions.findIndex(
      (candidate) => candidate.mappedSmiles === mappedSmiles && sameDihedral(candidate.dihedral, dihedral),
    ) ?? -1;
  const dropped = torsion >= 0 ? null : (failure?.message ?? 'the optimizer left it out');
  return {
    mappedSmiles,
    dihedral,
    occurrences,
    parentCheck: verdict,
    replaces: isReplacement ? fragment.smiles : null,
    startsFromGivenCoordinates: startConformerSha256 !== undefined,
    reference: dropped === null ? reference : null,
    dropped,
    torsion: dropped === null ? torsion : null,
  };
}

/**
 * The report of a fit that succeeded, from its record, the answer to its `fragment` task and what the optimizer
 * said (null when there was nothing to fit). Throws when the fit has not succeeded.
 */
export function assembleFitReport(
  fit: FitRecord,
  fragments: readonly Fragment[],
  outcome: FitOutcome | null,
): FitReport {
  if (fit.status !== 'succeeded' || fit.result === null || fit.finishedAt === null) {
    throw new Error(`The fit ${fit.id} is ${fit.status} and has no report.`);
  }
  const { qc } = fit.workflow;
  const reference = referenceOf(fit);
  return {
    schema: 'bespoke-fit-report',
    schemaVersion: 1,
    fitId: fit.id,
    name: fit.name,
    smiles: fit.smiles,
    mappedSmiles: fit.mappedSmiles,
    status: 'succeeded',
    referenceNote: referenceNote(reference),
    workflow: fit.workflow,
    baseForceField: fit.baseForceField,
    forceFieldSha256: fit.result.forceFieldSha256,
    fragments: drivenMolecules(fragments, fit.parentChecks).map((driven, index) =>
      reportedFragment(driven, failureOf(fit, index), reference, outcome),
    ),
    fit: outcome,
    warnings: fit.warnings,
    timings: {
      createdAt: fit.createdAt,
      finishedAt: fit.finishedAt,
      stages: fit.stages.flatMap(({ name, startedAt, finishedAt }) =>
        startedAt === null || finishedAt === null
          ? []
          : [{ stage: name, seconds: (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000 }],
      ),
    },
    versions: {
      bespoke: fit.softwareVersion,
      ...(fit.parentChecks?.programVersion && {
        [fit.workflow.parentCheck!.qc.program]: fit.parentChecks.programVersion,
      }),
      ...(fit.engineVersion !== null && { [qc.program]: fit.engineVersion }),
      ...(fit.singlePointVersion && {
        [fit.workflow.singlePoints!.qc.program]: fit.singlePointVersion,
      }),
      ...(outcome && { [outcome.chargeModel.program]: outcome.chargeModel.version }),
    },
  };
}
