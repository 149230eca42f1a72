import { chargesOfTheForceField, type ForceFieldCharges } from '@bespoke/partial-charges';
import { endingTaskOn, runInThread, TaskFailure, TaskHandler, type TaskContext } from '@bespoke/stage-worker';
import type {
  ChargeProvenance,
  FitOutcome,
  FitParametersResult,
  FitParametersTask,
  TorsionDriveRecord,
} from '@bespoke/workflow-schema';
import { Controller } from '@nestjs/common';
import type { ChargesJob } from './charges.thread';
import type { FitJob, FittedDrives } from './fit.thread';

const CHARGES_THREAD = require.resolve('./charges.thread');
const FIT_THREAD = require.resolve('./fit.thread');
const REFUSALS = [
  'ChargeError',
  'EngineError',
  'FittingError',
  'MechanicsError',
  'MoleculeError',
  'SmirnoffError',
];

/** Fits the parameters of a group of fragments to their torsion drives. */
@Controller()
export class FitParametersHandler {
  @TaskHandler('fit-parameters')
  async run(task: FitParametersTask, context: TaskContext): Promise<FitParametersResult> {
    return endingTaskOn(REFUSALS, () => fitParameters(task, context));
  }
}

async function fitParameters(task: FitParametersTask, context: TaskContext): Promise<FitParametersResult> {
  const { artifacts, signal } = context;
  const baseForceField = await artifacts.getText(task.baseForceFieldSha256);
  const drives: Omit<FitJob['targets'][number], 'chargesE'>[] = [];
  for (const { torsionDriveSha256, parameters, otherParameters = [] } of task.targets) {
    const drive = JSON.parse(await artifacts.getText(torsionDriveSha256)) as TorsionDriveRecord;
    drives.push({ drive, parameters, otherParameters });
  }

  const chargesStarted = performance.now();
  const charges = await chargesOf(
    drives.map(({ drive }) => drive),
    baseForceField,
    task,
    context,
  );
  const targets = drives.map((target, i) => ({ ...target, chargesE: charges[i]!.chargesE }));
  const modelled = charges.find(({ model }) => model !== null);
  const chargeModel: ChargeProvenance = {
    ...(modelled?.provenance ?? chargesOfTheForceField),
    overridden: charges.some(({ overridden }) => overridden),
  };
  const fitStarted = performance.now();
  const job: FitJob = { baseForceField, fit: task.fit, targets };
  const fitted = await runInThread<FittedDrives>(FIT_THREAD, job, signal);

  const outcome: FitOutcome = {
    ...fitted,
    chargeModel,
    seconds: {
      charges: (fitStarted - chargesStarted) / 1000,
      fit: (performance.now() - fitStarted) / 1000,
    },
  };
  return { fitOutcomeSha256: await artifacts.put(JSON.stringify(outcome)) };
}

/** The charges of each drive's fragment, as it lies at the minimum of its drive. */
async function chargesOf(
  drives: readonly TorsionDriveRecord[],
  baseForceField: string,
  task: FitParametersTask,
  { cores, memoryBytes, scratchDirectory, signal }: TaskContext,
): Promise<ForceFieldCharges[]> {
  const fragments = drives.map(({ mappedSmiles, points }) => {
    const [lowest] = points.toSorted((a, b) => a.energyHartree - b.energyHartree);
    if (!lowest) throw new TaskFailure('empty-drive', `the torsion drive of ${mappedSmiles} has no points`);
    return { mappedSmiles, geometryAngstrom: lowest.geometryAngstrom };
  });
  const job: ChargesJob = {
    baseForceField,
    override: task.chargeModel ?? null,
    fragments,
    run: { cores, memoryBytes, scratchDirectory },
  };
  return runInThread<ForceFieldCharges[]>(CHARGES_THREAD, job, signal);
}
