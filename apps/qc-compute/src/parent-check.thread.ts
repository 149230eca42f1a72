import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { compareWithParent } from '@bespoke/parent-check';
import { EngineError, engineNamed, type EngineRun } from '@bespoke/qc-engines';
import { appendTorsions, parseOffxml } from '@bespoke/smirnoff';
import type { ParentCheckResult, ParentCheckTask, StartConformer } from '@bespoke/workflow-schema';

/** What the thread is given: a task, and what the artifacts hold that it names. */
export interface ParentCheckJob {
  task: ParentCheckTask;
  baseForceField: string;
  /** One for each whole molecule of the task, null where it has none. */
  startConformersAngstrom: (StartConformer | null)[];
  run: Omit<EngineRun, 'signal'>;
}

/** How far a fragment is from its molecule. Runs in a thread of its own, with which the engine ends too. */
export default async function parentCheck({
  task,
  baseForceField,
  startConformersAngstrom,
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
  const deviations: number[] = [];
  for (const [index, { mappedSmiles, fragmentAtoms }] of task.wholeMolecule.entries()) {
    const conformer = startConformersAngstrom[index] ?? null;
    const comparison = await compareWithParent(
      {
        fragment,
        dihedral,
        parent: {
          ...moleculeFromSmiles(mappedSmiles),
          conformerAngstrom: conformer && Float64Array.from(conformer),
        },
        parentAtoms: fragmentAtoms,
        forceField,
        chargeModel,
        method: qc.method,
        basis: qc.basis ?? null,
        solvent: qc.solvent ?? null,
        gridSpacingDegrees,
      },
      engine,
      run,
    );
    deviations.push(comparison.deviationKcalPerMol);
  }
  return { deviationKcalPerMol: Math.max(...deviations) };
}
