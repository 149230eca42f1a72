import { endingTaskOn, runInThread, TaskHandler, type TaskContext } from '@bespoke/stage-worker';
import type { ParentCheckResult, ParentCheckTask, TorsionDriveRecord } from '@bespoke/workflow-schema';
import { Controller } from '@nestjs/common';
import type { ParentCheckJob } from './parent-check.thread';

const THREAD = require.resolve('./parent-check.thread');
const REFUSALS = [
  'ChargeError',
  'EngineError',
  'MechanicsError',
  'MoleculeError',
  'ParentCheckError',
  'SmirnoffError',
];

/** Compares a fragment with the molecule that it was cut from. */
@Controller()
export class ParentCheckHandler {
  @TaskHandler('parent-check')
  async run(task: ParentCheckTask, context: TaskContext): Promise<ParentCheckResult> {
    const { artifacts, signal, cores, memoryBytes, scratchDirectory } = context;
    const job: ParentCheckJob = {
      task,
      baseForceField: await artifacts.getText(task.baseForceFieldSha256),
      startConformersAngstrom: await Promise.all(
        task.wholeMolecule.map(async ({ startConformerSha256 }) =>
          startConformerSha256 === undefined
            ? null
            : (JSON.parse(await artifacts.getText(startConformerSha256)) as number[]),
        ),
      ),
      drive: task.drive
        ? (JSON.parse(await artifacts.getText(task.drive.torsionDriveSha256)) as TorsionDriveRecord)
        : null,
      run: { cores, memoryBytes, scratchDirectory },
    };
    return endingTaskOn(REFUSALS, () => runInThread<ParentCheckResult>(THREAD, job, signal));
  }
}
