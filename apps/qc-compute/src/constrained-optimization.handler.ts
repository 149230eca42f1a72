import { moleculeFromSmiles, formalCharge } from '@bespoke/molecule';
import { engineNamed } from '@bespoke/qc-engines';
import { endingTaskOn, TaskFailure, TaskHandler, type TaskContext } from '@bespoke/stage-worker';
import type { ConstrainedOptimizationResult, ConstrainedOptimizationTask } from '@bespoke/workflow-schema';
import { Controller } from '@nestjs/common';

/** Computes one job of a torsion drive with the engine that the task names. */
@Controller()
export class ConstrainedOptimizationHandler {
  @TaskHandler('constrained-optimization')
  async run(task: ConstrainedOptimizationTask, context: TaskContext): Promise<ConstrainedOptimizationResult> {
    const { qc, dihedral, targetDegrees, startGeometryAngstrom } = task;
    const engine = engineNamed(qc.program);
    if (!engine) throw new TaskFailure('no-such-engine', `this worker has no engine called ${qc.program}`);
    const molecule = moleculeFromSmiles(task.mappedSmiles);
    const result = await endingTaskOn(['EngineError'], () =>
      engine.constrainedOptimization(
        {
          elements: molecule.atoms.map(({ element }) => element),
          formalCharge: formalCharge(molecule),
          bonds: molecule.bonds.map(({ begin, end }) => [begin, end] as const),
          geometryAngstrom: startGeometryAngstrom,
          dihedral,
          targetDegrees,
          method: qc.method,
          basis: qc.basis ?? null,
          solvent: qc.solvent ?? null,
        },
        context,
      ),
    );
    // Exactly on target there is nothing to correct; a gateway of the version before asks for it.
    return { ...result, energyAtTargetHartree: result.energyHartree };
  }
}
