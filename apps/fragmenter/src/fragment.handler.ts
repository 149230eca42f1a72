import { endingTaskOn, runInThread, TaskHandler, type TaskContext } from '@bespoke/stage-worker';
import type {
  DrivenMolecule,
  Fragment,
  FragmentResult,
  FragmentTask,
  StartConformer,
} from '@bespoke/workflow-schema';
import { Controller } from '@nestjs/common';
import type { FragmentJob } from './fragment.thread';
import { fragmentConformer } from './start-conformer';

const THREAD = require.resolve('./fragment.thread');
const UNUSED =
  'The coordinates given are no starting conformer: every scan is of a piece cut from the molecule.';
const REFUSALS = ['MoleculeError', 'NoBondOrdersError', 'SmartsError', 'SmirnoffError', 'TargetSmartsError'];

/** Cuts a molecule into fragments and says which parameters are to be fitted on each. */
@Controller()
export class FragmentHandler {
  @TaskHandler('fragment')
  async run(task: FragmentTask, context: TaskContext): Promise<FragmentResult> {
    const { artifacts, signal, cores, memoryBytes, scratchDirectory } = context;
    const { startConformerSha256 } = task;
    const baseForceField = await artifacts.getText(task.baseForceFieldSha256);
    const job: FragmentJob = {
      task,
      baseForceField,
      run: { cores, memoryBytes, scratchDirectory },
    };
    const result = await endingTaskOn(REFUSALS, () => runInThread<FragmentResult>(THREAD, job, signal));
    if (startConformerSha256 === undefined) return result;
    return startingFrom(
      JSON.parse(await artifacts.getText(startConformerSha256)) as StartConformer,
      result,
      artifacts,
    );
  }
}

/** Gives the molecule's geometry to each fragment that is the whole of it, and says where none is. */
async function startingFrom(
  conformer: StartConformer,
  { fragments, warnings }: FragmentResult,
  artifacts: TaskContext['artifacts'],
): Promise<FragmentResult> {
  const started = async <Driven extends DrivenMolecule>(driven: Driven): Promise<Driven> => {
    const own = fragmentConformer(conformer, driven);
    return own ? { ...driven, startConformerSha256: await artifacts.put(JSON.stringify(own)) } : driven;
  };
  const startedFragments: Fragment[] = [];
  for (const fragment of fragments) {
    const { wholeMolecule } = fragment;
    startedFragments.push({
      ...(await started(fragment)),
      ...(wholeMolecule && { wholeMolecule: await Promise.all(wholeMolecule.map(started)) }),
    });
  }
  const isUsed = startedFragments.some(
    ({ startConformerSha256, wholeMolecule }) => startConformerSha256 !== undefined || wholeMolecule,
  );
  return {
    fragments: startedFragments,
    warnings: isUsed || fragments.length === 0 ? warnings : [...warnings, UNUSED],
  };
}
