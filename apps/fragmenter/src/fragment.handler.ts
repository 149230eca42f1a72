import { endingTaskOn, runInThread, TaskHandler, type TaskContext } from '@bespoke/stage-worker';
import type { FragmentResult, FragmentTask } from '@bespoke/workflow-schema';
import { Controller } from '@nestjs/common';
import type { FragmentJob } from './fragment.thread';

const THREAD = require.resolve('./fragment.thread');
const REFUSALS = ['MoleculeError', 'SmartsError', 'SmirnoffError', 'TargetSmartsError'];

/** Cuts a molecule into fragments and says which parameters are to be fitted on each. */
@Controller()
export class FragmentHandler {
  @TaskHandler('fragment')
  async run(task: FragmentTask, { artifacts, signal }: TaskContext): Promise<FragmentResult> {
    const { mappedSmiles, scheme, targetTorsionSmarts, periodicities, baseForceFieldSha256 } = task;
    const baseForceField = Buffer.from(await artifacts.get(baseForceFieldSha256)).toString('utf8');
    const job: FragmentJob = {
      task: { mappedSmiles, scheme, targetTorsionSmarts, periodicities },
      baseForceField,
    };
    return endingTaskOn(REFUSALS, () => runInThread(THREAD, job, signal));
  }
}
