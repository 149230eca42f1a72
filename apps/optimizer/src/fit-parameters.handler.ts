import { moleculeFromSmiles } from '@bespoke/molecule';
import { am1bccCharges } from '@bespoke/partial-charges';
import { probeMopac } from '@bespoke/qc-engines';
import { chargeMethod, libraryCharges, parseOffxml, type ForceField } from '@bespoke/smirnoff';
import { endingTaskOn, runInThread, TaskFailure, TaskHandler, type TaskContext } from '@bespoke/stage-worker';
import {
  levelOfTheory,
  type BespokeParameter,
  type FitOutcome,
  type FitParametersResult,
  type FitParametersTask,
  type Provenance,
  type TorsionDriveRecord,
} from '@bespoke/workflow-schema';
import { Controller } from '@nestjs/common';
import type { FitJob, FittedForceField } from './fit.thread';

const THREAD = require.resolve('./fit.thread');
const REFUSALS = [
  'EngineError',
  'FittingError',
  'MechanicsError',
  'MissingCorrectionError',
  'MoleculeError',
  'SmirnoffError',
];

/** Fits the bespoke torsions of a molecule to the torsion drives of its fragments. */
@Controller()
export class FitParametersHandler {
  @TaskHandler('fit-parameters')
  async run(task: FitParametersTask, context: TaskContext): Promise<FitParametersResult> {
    return endingTaskOn(REFUSALS, () => fitParameters(task, context));
  }
}

async function fitParameters(task: FitParametersTask, context: TaskContext): Promise<FitParametersResult> {
  const { artifacts, signal } = context;
  const read = async (sha256: string) => Buffer.from(await artifacts.get(sha256)).toString('utf8');
  const baseForceField = await read(task.baseForceFieldSha256);
  const forceField = parseOffxml(baseForceField);

  const chargesStarted = performance.now();
  const drives: { drive: TorsionDriveRecord; parameters: BespokeParameter[]; library: number[] | null }[] =
    [];
  for (const { torsionDriveSha256, parameters } of task.targets) {
    const drive = JSON.parse(await read(torsionDriveSha256)) as TorsionDriveRecord;
    const library = libraryCharges(forceField, moleculeFromSmiles(drive.mappedSmiles));
    drives.push({ drive, parameters, library });
  }
  const needsAm1bcc = drives.some(({ library }) => library === null);
  const chargeModel = needsAm1bcc
    ? await am1bccModel(forceField)
    : {
        program: 'base force field',
        version: task.baseForceFieldSha256.slice(0, 12),
        method: 'library charges',
      };
  const targets: FitJob['targets'] = [];
  for (const { drive, parameters, library } of drives) {
    targets.push({ drive, parameters, chargesE: library ?? (await chargesAtMinimum(drive, context)) });
  }
  const fitStarted = performance.now();
  const job: FitJob = {
    baseForceField,
    fit: task.fit,
    targets,
    provenance: provenance(task, targets, chargeModel),
  };
  const { offxml, ...fitted } = await runInThread<FittedForceField>(THREAD, job, signal);

  const outcome: FitOutcome = {
    ...fitted,
    chargeModel,
    seconds: {
      charges: (fitStarted - chargesStarted) / 1000,
      fit: (performance.now() - fitStarted) / 1000,
    },
  };
  return {
    forceFieldSha256: await artifacts.put(offxml),
    fitOutcomeSha256: await artifacts.put(JSON.stringify(outcome)),
  };
}

/** The charges that the force field asks for are the ones that a simulation will use, so the fit uses no others. */
async function am1bccModel(forceField: ForceField): Promise<Provenance> {
  const method = chargeMethod(forceField);
  if (method !== 'am1bcc') {
    throw new TaskFailure(
      'charge-model',
      `the base force field wants ${method} charges; only am1bcc can be made so far`,
    );
  }
  const mopac = await probeMopac();
  if (!mopac) throw new Error('MOPAC is not installed on this worker; it makes the AM1 charges of AM1-BCC');
  return { program: 'mopac', version: mopac.version, method: 'AM1-BCC' };
}

/** Of the fragment as it lies at the minimum of its drive. */
async function chargesAtMinimum(drive: TorsionDriveRecord, context: TaskContext): Promise<number[]> {
  const [lowest] = drive.points.toSorted((a, b) => a.energyHartree - b.energyHartree);
  if (!lowest)
    throw new TaskFailure('empty-drive', `the torsion drive of ${drive.mappedSmiles} has no points`);
  return am1bccCharges(moleculeFromSmiles(drive.mappedSmiles), lowest.geometryAngstrom, context);
}

function provenance(task: FitParametersTask, targets: FitJob['targets'], chargeModel: Provenance): string[] {
  return [
    `Bespoke torsions for ${task.mappedSmiles}, made by the Bespoke executor ${task.softwareVersion}`,
    `Base force field: SHA-256 ${task.baseForceFieldSha256}`,
    ...targets.map(
      ({ drive }) =>
        `Torsion drive of ${drive.mappedSmiles} about ${drive.dihedral.map((atom) => atom + 1).join('-')}: ` +
        `${levelOfTheory(drive.qc)}, ${drive.program} ${drive.programVersion}`,
    ),
    `Charges: ${chargeModel.method}, ${chargeModel.program} ${chargeModel.version}`,
    `Fit: ForceBalance's TorsionProfile objective, ${task.fit.penalty} prior of ${task.fit.priorWidthKcalPerMol} kcal/mol`,
  ];
}
