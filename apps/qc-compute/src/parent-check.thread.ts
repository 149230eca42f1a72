import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { compareDriveWithParent, compareWithParent } from '@bespoke/parent-check';
import { EngineError, engineNamed, type EngineRun } from '@bespoke/qc-engines';
import { appendTorsions, parseOffxml } from '@bespoke/smirnoff';
import type {
  ParentCheckResult,
  ParentCheckTask,
  StartConformer,
  TorsionDriveRecord,
} from '@bespoke/workflow-schema';

/** What the thread is given: a task, and what the artifacts hold that it names. */
export interface ParentCheckJob {
  task: ParentCheckTask;
  baseForceField: string;
  /** One for each whole molecule of the task, null where it has none. */
  startConformersAngstrom: (StartConformer | null)[];
  /** Null where the task names none. */
  drive: TorsionDriveRecord | null;
  run: Omit<EngineRun, 'signal'>;
}

/** How far a fragment is from its molecule. Runs in a thread of its own, with which the engine ends too. */
export default async function parentCheck({
  task,
  baseForceField,
  startConformersAngstrom,
  drive,
  run,
}: ParentCheckJob): Promise<ParentCheckResult> {
  await loadRDKit();
  const { qc, dihedral, parameters, gridSpacingDegrees, chargeModel = null } = task;
  const engine = engineNamed(qc.program);
  if (!engine) throw new EngineError('unsupported', `this worker has no engine called ${qc.program}`);
  const forceField = appendTorsions(
    parseOffxml(baseForceField),
    parameters.map(({ smirks, terms }, index) => ({ id: `bespoke-${index + 1}`, smirks, terms })),
    [],
  );
  const fragment = moleculeFromSmiles(task.mappedSmiles);
  const level = { method: qc.method, basis: qc.basis ?? null, solvent: qc.solvent ?? null };
  const compared = { fragment, dihedral, forceField, chargeModel, ...level };
  const deviations: number[] = [];
  if (drive !== null) {
    for (const parent of task.drive!.parents) {
      const request = { ...compared, drive: drive.points, parent };
      deviations.push(await compareDriveWithParent(request, engine, run));
    }
    return { deviationKcalPerMol: Math.max(...deviations) };
  }
  const parents: NonNullable<ParentCheckResult['parents']> = [];
  for (const [index, { mappedSmiles, fragmentAtoms }] of task.wholeMolecule.entries()) {
    const conformer = startConformersAngstrom[index] ?? null;
    const comparison = await compareWithParent(
      {
        ...compared,
        parent: {
          ...moleculeFromSmiles(mappedSmiles),
          conformerAngstrom: conformer && Float64Array.from(conformer),
        },
        parentAtoms: fragmentAtoms,
        gridSpacingDegrees,
      },
      engine,
      run,
    );
    deviations.push(comparison.deviationKcalPerMol);
    parents.push(
      comparison.points.map(({ gridDegrees, parentDifferenceKcalPerMol }) => ({
        gridDegrees,
        parentDifferenceKcalPerMol,
      })),
    );
  }
  return { deviationKcalPerMol: Math.max(...deviations), parents };
}
