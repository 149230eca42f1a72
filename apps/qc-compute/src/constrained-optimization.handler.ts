import { endingTaskOn, TaskHandler, type TaskContext } from '@bespoke/stage-worker';
import type { ConstrainedOptimizationResult, ConstrainedOptimizationTask } from '@bespoke/workflow-schema';
import { Controller } from '@nestjs/common';
import { calculationOf } from './calculation';

/** Computes one job of a torsion drive with the engine that the task names. */
@Controller()
export class ConstrainedOptimizationHandler {
  @TaskHandler('constrained-optimization')
  async run(task: ConstrainedOptimizationTask, context: TaskContext): Promise<ConstrainedOptimizationResult> {
    const { dihedral, targetDegrees } = task;
    const { engine, molecule, calculation } = calculationOf(task, task.startGeometryAngstrom);
    const bonds = molecule.bonds.map(({ begin, end }) => [begin, end] as const);
    const result = await endingTaskOn(['EngineError'], () =>
      engine.constrainedOptimization({ ...calculation, bonds, dihedral, targetDegrees }, context),
    );
    // Exactly on target there is nothing to correct; a gateway of the version before asks for it.
    return { ...result, energyAtTargetHartree: result.energyHartree };
  }
}
