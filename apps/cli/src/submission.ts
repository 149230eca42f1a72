import { existsSync } from 'node:fs';
import path from 'node:path';
import { hasEnded, ProblemError, type GatewayClient } from '@bespoke/client';
import { contentKey } from '@bespoke/content-key';
import type { ChargeModelName, FitReport, FitView, SubmitFit, Workflow } from '@bespoke/workflow-schema';
import { CliError, exitReasonOf } from './cli-error';
import { readText, type MoleculeInput } from './molecule-input';

export interface SubmitOptions {
  workflow?: string;
  workflowFile?: string;
  forceField?: string;
  chargeModel?: string;
  targetTorsion?: string[];
}

/** The gateway takes no longer ones. */
const MAX_NAME_CHARACTERS = 128;

export const DEFAULT_WORKFLOW = 'draft';

/** What is sent to the gateway for one molecule, and where that came from. */
export interface Submission {
  source: string;
  body: SubmitFit;
}

/**
 * What is to be submitted, checked as far as that goes without a gateway.
 * @throws CliError
 */
export async function submissions(
  options: SubmitOptions,
  molecules: readonly MoleculeInput[],
): Promise<Submission[]> {
  if (options.workflow !== undefined && options.workflowFile !== undefined)
    throw new CliError('usage', 'give --workflow or --workflow-file, not both');
  const common: SubmitFit = {
    ...(options.workflowFile === undefined
      ? { workflow: await knownWorkflow(options.workflow ?? DEFAULT_WORKFLOW) }
      : { customWorkflow: await readWorkflow(options.workflowFile) }),
    ...(options.forceField === undefined ? {} : await readForceField(options.forceField)),
    ...(options.chargeModel === undefined
      ? {}
      : { chargeModel: await knownChargeModel(options.chargeModel) }),
    ...(options.targetTorsion === undefined ? {} : { targetTorsionSmarts: options.targetTorsion }),
  };
  return molecules.map(({ name, source, structure }) => ({
    source,
    body: { ...structure, ...(name === '' ? {} : { name }), ...common },
  }));
}

/**
 * Submits, or finds again what was submitted before: the same body is the same fit, so that an interrupted
 * command goes on where it stopped. Where that fit has failed or was cancelled, it is submitted anew.
 * @throws CliError with the source of what the gateway refuses
 */
export async function submitOrResume(
  client: GatewayClient,
  { source, body }: Submission,
  signal?: AbortSignal,
): Promise<FitView> {
  const { SOFTWARE_VERSION: softwareVersion } = await import('@bespoke/workflow-schema');
  let insteadOf: string | null = null;
  for (;;) {
    let fit: FitView;
    try {
      fit = await client.submitFit(body, contentKey({ softwareVersion, body, insteadOf }), signal);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      throw new CliError(exitReasonOf(error), `${source}: ${error.message}`, { cause: error });
    }
    if (!hasEnded(fit.status) || fit.status === 'succeeded') return fit;
    insteadOf = fit.id;
  }
}

async function knownWorkflow(name: string): Promise<string> {
  const { builtInWorkflows } = await import('@bespoke/workflow-schema');
  if (builtInWorkflows.has(name)) return name;
  const names = [...builtInWorkflows.keys()].join(', ');
  throw new CliError(
    'badWorkflow',
    `there is no workflow ${name}; there are ${names}, or give --workflow-file`,
  );
}

async function knownChargeModel(name: string): Promise<ChargeModelName> {
  const { CHARGE_MODELS } = await import('@bespoke/workflow-schema');
  const known = CHARGE_MODELS.find((each) => each === name);
  if (known !== undefined) return known;
  throw new CliError(
    'badWorkflow',
    `there is no charge model ${name}; --charge-model takes ${CHARGE_MODELS.join(', ')}`,
  );
}

/** The workflow that a file is, or, where it is the report of a fit, the one of that fit. */
async function readWorkflow(file: string): Promise<Workflow> {
  let json: unknown;
  try {
    json = JSON.parse(readText(file, 'badWorkflow'));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('badWorkflow', `${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const { validateDto, Workflow } = await import('@bespoke/workflow-schema');
  const report = json as Partial<FitReport> | null;
  const workflow = report?.schema === 'bespoke-fit-report' ? report.workflow : json;
  const validated = validateDto(Workflow, workflow);
  if ('value' in validated) return workflow as Workflow;
  const reasons = validated.errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new CliError(
    'badWorkflow',
    `${file}: ${reasons}; start from the \`workflow\` of any report (--output)`,
  );
}

/** A file where there is one, else the name of a force field that the project ships. */
async function readForceField(nameOrFile: string): Promise<Pick<SubmitFit, 'forceField' | 'forceFieldName'>> {
  const isFile = nameOrFile.includes('/') || existsSync(nameOrFile);
  if (isFile) {
    const text = readText(nameOrFile, 'badWorkflow');
    if (text.includes('<SMIRNOFF'))
      return { forceField: text, forceFieldName: path.basename(nameOrFile).slice(0, MAX_NAME_CHARACTERS) };
    throw new CliError('badWorkflow', `${nameOrFile} is no SMIRNOFF force field (.offxml)`);
  }
  const { builtInForceFieldNames } = await import('@bespoke/smirnoff');
  if (builtInForceFieldNames.includes(nameOrFile)) return { forceField: nameOrFile };
  throw new CliError(
    'badWorkflow',
    `--force-field ${nameOrFile} is neither a file nor one of ${builtInForceFieldNames.join(', ')}`,
  );
}
