import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { contentKey, sha256Hex } from '@bespoke/content-key';
import type { KeptRecord } from '@bespoke/messaging';
import { newFit, unsupportedEngine, type FitRecord } from '@bespoke/orchestration';
import { builtInForceField, builtInForceFieldNames } from '@bespoke/smirnoff';
import {
  builtInWorkflows,
  fragmentationProgram,
  SOFTWARE_VERSION,
  SubmitFit,
  validateDto,
  type FieldError,
  type StageName,
  type Workflow,
} from '@bespoke/workflow-schema';
import { ProblemException } from '../http/problem';
import { WorkerRegistry } from '../observe/worker-registry';
import { STORES, type GatewayStores } from '../stores';
import { ChemistryThreads } from './chemistry-threads';

const MAX_KEY_LENGTH = 200;
const MAX_SHOWN_SMILES = 200;

/** Takes fits in: everything is checked before anything is stored. */
@Injectable()
export class Submission {
  constructor(
    @Inject(STORES) private readonly stores: GatewayStores,
    private readonly workers: WorkerRegistry,
    private readonly threads: ChemistryThreads,
  ) {}

  /**
   * @param key the Idempotency-Key: the same key with the same body gives the same fit
   * @returns the fit, and whether this request made it
   * @throws ProblemException naming every wrong field
   */
  async submit(
    body: unknown,
    key: string | undefined,
  ): Promise<{ fit: KeptRecord<FitRecord>; isNew: boolean }> {
    const validated = validateDto(SubmitFit, body);
    if ('errors' in validated)
      throw refusal(400, 'invalid-request', 'The request has wrong fields.', validated.errors);
    const request = validated.value;
    const bodySha256 = contentKey(body);
    const keyHash = idempotencyHash(key);

    const earlier = keyHash === null ? null : await this.stores.idempotency.get(keyHash);
    if (earlier !== null) {
      requireSameBody(earlier.value.bodySha256, bodySha256);
      const fit = await this.stores.fits.get(earlier.value.fitId);
      if (fit !== null) return { fit, isNew: false };
    }

    const workflow = chosenWorkflow(request);
    const forceField = chosenForceField(request, workflow);
    const { qc, singlePoints } = workflow;
    const levels = [qc, ...(singlePoints ? [singlePoints.qc] : [])];
    this.refuseUnsupported(workflow, [
      ...levels.map(({ program }) => ['qc-generation', program] as const),
      ['fragmentation', fragmentationProgram(workflow.fragmentation)],
    ]);
    const checked = await this.threads.check({
      smiles: request.smiles ?? null,
      molfile: request.molfile ?? null,
      name: request.name ?? '',
      forceField: forceField.text,
      fragmentation: workflow.fragmentation,
      targetTorsionSmarts: workflow.targetTorsionSmarts,
      levels,
      chargeModel: workflow.chargeModel ?? null,
    });
    if ('errors' in checked) throw refusal(422, checked.code, 'This cannot be fitted.', checked.errors);
    const { chargeProgram } = checked;
    this.refuseUnsupported(workflow, [['optimization', chargeProgram]]);

    const fitId = keyHash === null ? newFitId() : await this.reserve(keyHash, bodySha256);
    const record = newFit({
      id: fitId,
      name: checked.name || checked.smiles.slice(0, MAX_SHOWN_SMILES),
      smiles: checked.smiles,
      mappedSmiles: checked.mappedSmiles,
      workflow: { ...workflow, baseForceField: forceField.name },
      baseForceField: { name: forceField.name, sha256: await this.stores.artifacts.put(forceField.text) },
      ...(checked.startConformer && {
        startConformerSha256: await this.stores.artifacts.put(JSON.stringify(checked.startConformer)),
      }),
      chargeProgram,
      lane: request.lane ?? 'normal',
      softwareVersion: SOFTWARE_VERSION,
      createdAt: new Date().toISOString(),
    });
    const revision = await this.stores.fits.create(fitId, record);
    await this.stores.wakes.wakeFit(fitId);
    if (revision !== null) return { fit: { key: fitId, value: record, revision }, isNew: true };
    return { fit: (await this.stores.fits.get(fitId))!, isNew: false };
  }

  /** The fit that the key stands for: this request's, or that of the one that was faster. */
  private async reserve(keyHash: string, bodySha256: string): Promise<string> {
    const fitId = newFitId();
    if ((await this.stores.idempotency.create(keyHash, { v: 1, fitId, bodySha256 })) !== null) return fitId;
    const { value } = (await this.stores.idempotency.get(keyHash))!;
    requireSameBody(value.bodySha256, bodySha256);
    return value.fitId;
  }

  /** @param programs what each stage needs, null where it needs none */
  private refuseUnsupported(
    workflow: Workflow,
    programs: readonly (readonly [StageName, string | null])[],
  ): void {
    const supply = this.workers.supply();
    const missing = programs.flatMap(
      ([stage, program]) => (program && unsupportedEngine(supply, stage, program)) ?? [],
    );
    if (missing.length > 0) {
      throw refusal(
        422,
        'unsupported-engine',
        `The workflow ${workflow.name} cannot be run.`,
        missing.map((message) => ({ field: 'workflow', message })),
      );
    }
  }
}

function refusal(
  status: number,
  code: string,
  detail: string,
  errors: readonly FieldError[],
): ProblemException {
  return new ProblemException({ status, code, detail, errors });
}

function chosenWorkflow(request: SubmitFit): Workflow {
  const errors: FieldError[] = [];
  if ((request.smiles === undefined) === (request.molfile === undefined)) {
    errors.push({ field: 'smiles', message: 'give exactly one of smiles and molfile' });
  }
  const names = [...builtInWorkflows.keys()].join(', ');
  if ((request.workflow === undefined) === (request.customWorkflow === undefined)) {
    errors.push({
      field: 'workflow',
      message: `give exactly one of workflow (there are ${names}) and customWorkflow`,
    });
  }
  if (errors.length > 0) throw refusal(400, 'invalid-request', 'The request has wrong fields.', errors);
  const workflow = request.customWorkflow ?? builtInWorkflows.get(request.workflow!);
  if (workflow === undefined) {
    throw refusal(422, 'unknown-workflow', 'There is no such workflow.', [
      { field: 'workflow', message: `There is no workflow ${request.workflow}; there are ${names}.` },
    ]);
  }
  return {
    ...workflow,
    targetTorsionSmarts: request.targetTorsionSmarts ?? workflow.targetTorsionSmarts,
    ...(request.chargeModel && { chargeModel: request.chargeModel }),
  };
}

function chosenForceField(request: SubmitFit, workflow: Workflow): { name: string; text: string } {
  const wanted = request.forceField ?? workflow.baseForceField;
  if (wanted.trimStart().startsWith('<')) {
    const { forceFieldName: name = '' } = request;
    // A name that the project ships stands for what the project ships.
    const isFree = name.trim() !== '' && !builtInForceFieldNames.includes(name);
    return { name: isFree ? name : `${sha256Hex(wanted).slice(0, 12)}.offxml`, text: wanted };
  }
  if (builtInForceFieldNames.includes(wanted)) return { name: wanted, text: builtInForceField(wanted) };
  throw refusal(422, 'unknown-force-field', 'There is no such force field.', [
    {
      field: request.forceField === undefined ? 'workflow' : 'forceField',
      message: `There is no force field ${wanted.slice(0, MAX_SHOWN_SMILES)}; there are ${builtInForceFieldNames.join(', ')}, or send a whole OFFXML.`,
    },
  ]);
}

function idempotencyHash(key: string | undefined): string | null {
  if (key === undefined || key === '') return null;
  if (key.length > MAX_KEY_LENGTH) {
    throw refusal(
      400,
      'invalid-request',
      `The Idempotency-Key is longer than ${MAX_KEY_LENGTH} characters.`,
      [],
    );
  }
  return sha256Hex(key);
}

function requireSameBody(earlier: string, now: string): void {
  if (earlier === now) return;
  throw refusal(
    422,
    'idempotency-key-reused',
    'This Idempotency-Key was used with another body. Use a new key.',
    [],
  );
}

/** Ids ascend in the order of submission, so that lists need no other order. */
function newFitId(): string {
  return `${Date.now().toString(36).padStart(9, '0')}${randomBytes(6).toString('hex')}`;
}
