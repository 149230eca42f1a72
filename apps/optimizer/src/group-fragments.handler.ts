import { endingTaskOn, runInThread, TaskHandler, type TaskContext } from '@bespoke/stage-worker';
import type { FitGroup, GroupFragmentsResult, GroupFragmentsTask } from '@bespoke/workflow-schema';
import { Controller } from '@nestjs/common';

const THREAD = require.resolve('./group.thread');

/** Says which fragments of a molecule are fitted together. */
@Controller()
export class GroupFragmentsHandler {
  @TaskHandler('group-fragments')
  async run(task: GroupFragmentsTask, { signal }: TaskContext): Promise<GroupFragmentsResult> {
    const groups = await endingTaskOn(['MoleculeError', 'SmartsError', 'SmirnoffError'], () =>
      runInThread<FitGroup[]>(THREAD, task, signal),
    );
    return { groups };
  }
}
