import { endingTaskOn, runInThread, TaskHandler, type TaskContext } from '@bespoke/stage-worker';
import type { WriteForceFieldResult, WriteForceFieldTask } from '@bespoke/workflow-schema';
import { Controller } from '@nestjs/common';
import type { ForceFieldJob, WrittenForceField } from './force-field.thread';

const THREAD = require.resolve('./force-field.thread');

/** Puts a molecule's force field together from what was fitted for its fragments. */
@Controller()
export class WriteForceFieldHandler {
  @TaskHandler('write-force-field')
  async run(task: WriteForceFieldTask, { artifacts, signal }: TaskContext): Promise<WriteForceFieldResult> {
    const job: ForceFieldJob = {
      task,
      baseForceField: await artifacts.getText(task.baseForceFieldSha256),
      fits: {},
    };
    for (const { fitOutcomeSha256 } of task.fragments) {
      job.fits[fitOutcomeSha256] ??= await artifacts.getText(fitOutcomeSha256);
    }
    const { offxml, outcome } = await endingTaskOn(['SmirnoffError'], () =>
      runInThread<WrittenForceField>(THREAD, job, signal),
    );
    return {
      forceFieldSha256: await artifacts.put(offxml),
      fitOutcomeSha256: await artifacts.put(JSON.stringify(outcome)),
    };
  }
}
