import { endingTaskOn, runInThread, TaskHandler, type TaskContext } from '@bespoke/stage-worker';
import type { ConformersResult, ConformersTask } from '@bespoke/workflow-schema';
import { Controller } from '@nestjs/common';

const THREAD = require.resolve('./conformers.thread');

/** Makes the geometries that a torsion drive starts from. */
@Controller()
export class ConformersHandler {
  @TaskHandler('conformers')
  async run(task: ConformersTask, { signal }: TaskContext): Promise<ConformersResult> {
    const { mappedSmiles, maxConformers, dihedral } = task;
    return endingTaskOn(['MoleculeError'], () =>
      runInThread(THREAD, { mappedSmiles, maxConformers, dihedral }, signal),
    );
  }
}
