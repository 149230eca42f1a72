import type { FitView } from '@bespoke/workflow-schema';
import type { FitRecord } from './fit';
import { parameterFitsOf } from './parameter-fits';

/** A fit as clients see it. `revision` is the record's in the store: the id of the event that carries the view. */
export function fitView(fit: FitRecord, revision: number): FitView {
  return {
    id: fit.id,
    name: fit.name,
    smiles: fit.smiles,
    workflow: fit.workflow.name,
    lane: fit.lane,
    status: fit.status,
    createdAt: fit.createdAt,
    finishedAt: fit.finishedAt,
    stages: fit.stages,
    drives: fit.drives.map((drive) => ({
      driveId: drive.driveId,
      fragment: drive.fragment,
      bonds: drive.bonds ?? 1,
      reused: drive.reused ?? null,
      status: drive.status,
      pointsDone: drive.pointsDone,
      pointsTotal: drive.pointsTotal,
      optimizationsDone: drive.optimizationsDone,
      optimizationsKnown: drive.optimizationsKnown,
      failure: drive.failure,
    })),
    parameterFits: parameterFitsOf(fit).map(({ taskId, drives, status, wanted, failure }) => ({
      taskId,
      drives,
      status,
      reused: wanted ? false : status === 'succeeded' ? true : null,
      failure,
    })),
    waitingFor: fit.waitingFor,
    failure: fit.failure,
    warnings: fit.warnings,
    revision,
  };
}
