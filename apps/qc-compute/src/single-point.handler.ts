import { endingTaskOn, TaskHandler, type TaskContext } from '@bespoke/stage-worker';
import type { SinglePointResult, SinglePointTask } from '@bespoke/workflow-schema';
import { Controller } from '@nestjs/common';
import { calculationOf } from './calculation';

/** Computes the energy of a geometry with the engine that the task names. */
@Controller()
export class SinglePointHandler {
  @TaskHandler('single-point')
  async run(task: SinglePointTask, context: TaskContext): Promise<SinglePointResult> {
    const { engine, calculation } = calculationOf(task, task.geometryAngstrom);
    const { energyHartree } = await endingTaskOn(['EngineError'], () =>
      engine.singlePoint({ ...calculation, gradient: false }, context),
    );
    return { energyHartree };
  }
}
