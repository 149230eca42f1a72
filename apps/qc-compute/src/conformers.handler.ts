import { endingTaskOn, runInThread, TaskHandler, type TaskContext } from '@bespoke/stage-worker';
import type { ConformersResult, ConformersTask, StartConformer } from '@bespoke/workflow-schema';
import { Controller } from '@nestjs/common';
import type { ConformersJob } from './conformers.thread';

const THREAD = require.resolve('./conformers.thread');

/** Makes the geometries that a torsion drive starts from. */
@Controller()
export class ConformersHandler {
  @TaskHandler('conformers')
  async run(task: ConformersTask, { artifacts, signal }: TaskContext): Promise<ConformersResult> {
    const { mappedSmiles, maxConformers, dihedral, startConformerSha256 } = task;
    const startConformerAngstrom =
      startConformerSha256 === undefined
        ? null
        : (JSON.parse(await artifacts.getText(startConformerSha256)) as StartConformer);
    const job: ConformersJob = { mappedSmiles, maxConformers, dihedral, startConformerAngstrom };
    return endingTaskOn(['MoleculeError'], () => runInThread(THREAD, job, signal));
  }
}
