import { canonicalJson, sha256Hex } from '@bespoke/content-key';
import type { ConstrainedOptimizationResult, TorsionDriveRecord } from '@bespoke/workflow-schema';
import type { CorrectedPoint } from '@bespoke/delta-learning';
import type { BestPoint } from '@bespoke/torsion-drive';
import type { CorrectionOrder } from './correction';
import type { DriveOrder } from './drive';
import { parseGeometryReference, type TaskOutcome } from './task-request';

/**
 * A finished drive as an artifact: its JSON and the SHA-256 of it. There are no times and no names of machines
 * in it, so the same results give the same bytes. Null while the result of a best point is not among the outcomes.
 */
export function torsionDriveArtifact(
  order: DriveOrder,
  best: readonly BestPoint[],
  outcomes: Readonly<Record<string, TaskOutcome | null>>,
): { text: string; sha256: string } | null {
  const points: TorsionDriveRecord['points'] = [];
  for (const { gridDegrees, geometry } of best) {
    const outcome = outcomes[parseGeometryReference(geometry).taskId];
    if (outcome?.outcome !== 'succeeded') return null;
    const { dihedralDegrees, energyHartree, geometryAngstrom } =
      outcome.output as ConstrainedOptimizationResult;
    points.push({ gridDegrees: gridDegrees[0]!, dihedralDegrees, energyHartree, geometryAngstrom });
  }
  const { mappedSmiles, dihedral, qc, programVersion } = order;
  const record: TorsionDriveRecord = {
    mappedSmiles,
    dihedral,
    qc,
    program: qc.program,
    programVersion,
    points: points.sort((a, b) => a.gridDegrees - b.gridDegrees),
  };
  return artifactOf(record);
}

/**
 * A finished drive of two levels in the same way: the geometries of its scan, with energies above the lowest.
 *
 * @param profile in the order of the scan's points, as are the energies
 */
export function correctedArtifact(
  { singlePoints: { qc, programVersion } }: CorrectionOrder,
  { mappedSmiles, dihedral, points, ...scan }: TorsionDriveRecord,
  profile: readonly CorrectedPoint[],
  energiesHartree: readonly number[],
): { text: string; sha256: string } {
  return artifactOf({
    mappedSmiles,
    dihedral,
    qc,
    program: qc.program,
    programVersion,
    geometriesBy: { qc: scan.qc, programVersion: scan.programVersion },
    points: points.map((point, index) => {
      const { standardErrorKcalPerMol, isComputed } = profile[index]!;
      return { ...point, energyHartree: energiesHartree[index]!, standardErrorKcalPerMol, isComputed };
    }),
  });
}

function artifactOf(record: TorsionDriveRecord): { text: string; sha256: string } {
  const text = canonicalJson(record);
  return { text, sha256: sha256Hex(text) };
}
