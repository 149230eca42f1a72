import { Inject, Injectable } from '@nestjs/common';
import {
  isUnreachable,
  QueueFullError,
  wakeSubject,
  type KeptRecord,
  type TaskEnvelope,
} from '@bespoke/messaging';
import * as deltaLearning from '@bespoke/delta-learning';
import {
  correctionNeeds,
  driveIdOf,
  driveNeeds,
  fitNeeds,
  isCorrection,
  isCorrectionOrder,
  isFitOpen,
  newCorrection,
  newDrive,
  parseGeometryReference,
  stepCorrection,
  stepDrive,
  stepFit,
  wakeOf,
  wanterOf,
  type Command,
  type CorrectionRecord,
  type DeltaLearning,
  type DriveOrder,
  type DriveRecord,
  type DriveTransition,
  type FitEvent,
  type FitRecord,
  type Owner,
  type Supply,
  type TaskRequest,
  type Wanter,
  type WantEvent,
} from '@bespoke/orchestration';
import * as wavefront from '@bespoke/torsion-drive';
import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import type {
  ConformersResult,
  ConstrainedOptimizationResult,
  TorsionDriveRecord,
} from '@bespoke/workflow-schema';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { WorkerRegistry } from '../observe/worker-registry';
import { STORES, type GatewayStores } from '../stores';
import { ByTurns } from './by-turns';
import { Outcomes } from './outcomes';

const REMEMBERED_TASKS = 50_000;
const correction: DeltaLearning = { ...deltaLearning, KCAL_PER_MOL_PER_HARTREE };

type AnyDrive = DriveRecord | CorrectionRecord;

/**
 * Moves fits and drives on: reads a state and what it waits for, takes the pure step, stores the new state by
 * compare-and-set, and only then carries out what it implies. Any number of gateways may do so at once, and each
 * may die at any moment: a state that was stored implies its commands, and they may be carried out again.
 */
@Injectable()
export class Coordinator {
  private readonly turns = new ByTurns();
  /** Tasks that this process saw queued: a state implies all of its tasks at each step. */
  private readonly queued = new Set<string>();
  /** When it was last tried. */
  private queueIsFull = false;

  constructor(
    @Inject(STORES) private readonly stores: GatewayStores,
    private readonly workers: WorkerRegistry,
    private readonly outcomes: Outcomes,
    @InjectPinoLogger(Coordinator.name) private readonly logger: PinoLogger,
  ) {}

  /** Steps a fit until nothing changes. */
  conductFit(fitId: string): Promise<void> {
    return this.turns.run(fitId, () =>
      this.untilSettled(async () => {
        const before = await this.stores.fits.get(fitId);
        if (before === null) return true;
        const { state, commands } = stepFit(before.value, await this.observeFit(before.value));
        const changed = isChanged(before.value, state);
        if (changed && !(await this.storeFit(before, state))) return false;
        await this.carryOut(commands);
        if (isFitOpen(state) || state.released) return !changed;
        await this.applyToFit(fitId, { type: 'released' });
        return false;
      }),
    );
  }

  /** Steps a drive until nothing changes. */
  conductDrive(driveId: string): Promise<void> {
    return this.turns.run(driveId, () =>
      this.untilSettled(async () => {
        const before = await this.stores.drives.get(driveId);
        if (before === null) return true;
        const { stored, changed } = await this.moveDrive(before, await this.observedDrive(before.value));
        return stored && !changed;
      }),
    );
  }

  /**
   * Steps until nothing changes. That the queue has become full, or takes tasks again, is for the next step to
   * show; then whoever waits is woken again until there is room.
   */
  private async untilSettled(step: () => Promise<boolean>): Promise<void> {
    let isShown = false;
    for (;;) {
      const wasFull = this.queueIsFull;
      try {
        if ((await step()) && this.queueIsFull === wasFull) return;
      } catch (error) {
        if (!(error instanceof QueueFullError) || isShown) throw error;
        isShown = true;
      }
    }
  }

  private supply(): Supply {
    return { ...this.workers.supply(), isQueueFull: this.queueIsFull };
  }

  /** A task has ended: wakes who wants it. */
  async wakeWanting(taskId: string): Promise<void> {
    for (const want of await this.stores.wants.keys(`${taskId}.>`)) {
      await this.carryOutOne(wakeOf(want.slice(taskId.length + 1)));
    }
  }

  /** Cancels a fit that has not ended; what follows from that is done when it is woken. */
  async cancelFit(fitId: string, now: string): Promise<void> {
    await this.applyToFit(fitId, { type: 'cancelled', now });
    await this.stores.wakes.wakeFit(fitId);
  }

  /** Makes sure that tasks are published again although this process did so before: the queue may be lost. */
  forgetQueued(): void {
    this.queued.clear();
  }

  private async applyToFit(fitId: string, event: FitEvent): Promise<void> {
    for (;;) {
      const before = await this.stores.fits.get(fitId);
      if (before === null) return;
      const { state } = stepFit(before.value, event);
      if (!isChanged(before.value, state) || (await this.storeFit(before, state))) return;
    }
  }

  private async observeFit(fit: FitRecord): Promise<FitEvent> {
    const needs = fitNeeds(fit);
    const [outcomes, drives] = await Promise.all([
      this.outcomes.of(needs.tasks),
      Promise.all(
        needs.drives.map(async (id) => [id, (await this.stores.drives.get(id))?.value ?? null] as const),
      ),
    ]);
    return {
      type: 'observed',
      now: new Date().toISOString(),
      outcomes,
      drives: Object.fromEntries(drives),
      supply: this.supply(),
    };
  }

  /** One step of a drive, by what has become known. */
  private async observedDrive(drive: AnyDrive): Promise<DriveTransition<AnyDrive>> {
    const supply = this.supply();
    if (!isCorrection(drive)) {
      const outcomes = await this.outcomes.of(driveNeeds(drive, wavefront));
      return stepDrive(drive, { type: 'observed', outcomes, supply }, wavefront);
    }
    const { scanDrive, scanSha256, tasks } = correctionNeeds(drive);
    return stepCorrection(
      drive,
      {
        type: 'observed',
        scanDrive: scanDrive === null ? null : ((await this.stores.drives.get(scanDrive))?.value ?? null),
        scan: scanSha256 === null ? null : await this.torsionDrive(scanSha256),
        outcomes: await this.outcomes.of(tasks),
        supply,
      },
      correction,
    );
  }

  private async torsionDrive(sha256: string): Promise<TorsionDriveRecord> {
    return JSON.parse(await this.stores.artifacts.getText(sha256)) as TorsionDriveRecord;
  }

  private async storeFit(before: KeptRecord<FitRecord>, state: FitRecord): Promise<boolean> {
    const revision = await this.stores.fits.update(state.id, state, before.revision);
    if (revision !== null && (before.value.status !== state.status || before.value.stage !== state.stage)) {
      const { status, stage, waitingFor, failure } = state;
      this.logger.info({ fitId: state.id, status, stage, waitingFor, failure }, 'fit');
    }
    return revision !== null;
  }

  /** Stores a step of a drive and carries it out. `stored` is false when another gateway was faster. */
  private async moveDrive(
    before: KeptRecord<AnyDrive>,
    { state, artifact, commands }: DriveTransition<AnyDrive>,
  ): Promise<{ stored: boolean; changed: boolean }> {
    if (artifact !== null) await this.stores.artifacts.put(artifact);
    const changed = isChanged(before.value, state);
    if (changed && (await this.stores.drives.update(state.id, state, before.revision)) === null) {
      return { stored: false, changed };
    }
    if (before.value.status !== state.status) {
      const { status, waitingFor, failure, progress } = state;
      this.logger.info({ driveId: state.id, status, waitingFor, failure, progress }, 'drive');
    }
    await this.carryOut(commands);
    return { stored: true, changed };
  }

  /** All of them: one that fails, of a drive that makes no sense perhaps, does not keep the others from being done. */
  private async carryOut(commands: readonly Command[]): Promise<void> {
    let failure: { error: unknown } | null = null;
    for (const command of commands) {
      // Where one task found no room the next finds none.
      if (command.type === 'publish-task' && failure?.error instanceof QueueFullError) continue;
      try {
        await this.carryOutOne(command);
      } catch (error) {
        if (isUnreachable(error)) throw error;
        failure ??= { error };
      }
    }
    if (failure !== null) throw failure.error;
  }

  private async carryOutOne(command: Command): Promise<void> {
    switch (command.type) {
      case 'publish-task':
        return this.publish(command.task);
      case 'drop-task':
        return this.drop(command.taskId, command.owner);
      case 'want-drive':
        return this.wantDrive(command.order, command.by);
      case 'unwant-drive':
        this.queued.delete(`${command.driveId}.${command.by}`);
        return this.applyToDrive(command.driveId, { type: 'unwanted', by: command.by });
      case 'wake-fit':
        return this.stores.wakes.wakeFit(command.fitId);
      case 'wake-drive':
        return this.stores.wakes.wakeDrive(command.driveId);
      default:
        return command satisfies never;
    }
  }

  private async publish(request: TaskRequest): Promise<void> {
    const { taskId, owner } = request;
    const want = wantKey(taskId, owner);
    const memory = want ?? taskId;
    if (this.queued.has(memory)) return;
    if (want !== null) await this.stores.wants.put(want, { v: 1 });
    await this.queue(await this.envelope(request));
    this.remember(memory);
  }

  private remember(memory: string): void {
    this.queued.add(memory);
    if (this.queued.size > REMEMBERED_TASKS) this.queued.delete(this.queued.keys().next().value!);
  }

  /** A task that ends while it is published again looks like a full queue. */
  private async queue(task: TaskEnvelope): Promise<void> {
    const again = (error: unknown): Promise<unknown> => {
      if (!(error instanceof QueueFullError)) throw error;
      return this.stores.tasks.publish(task);
    };
    try {
      await this.stores.tasks.publish(task).catch(again);
      this.queueIsFull = false;
    } catch (error) {
      if (error instanceof QueueFullError) this.queueIsFull = true;
      throw error;
    }
  }

  private async envelope(request: TaskRequest): Promise<TaskEnvelope> {
    const { taskId, program, programVersion, lane, owner } = request;
    const wake = 'drive' in owner ? wakeSubject('drive', owner.drive) : wakeSubject('task', taskId);
    const address = {
      v: 1 as const,
      taskId,
      program,
      programVersion,
      lane,
      wake,
      ...('fit' in owner && { fitId: owner.fit }),
    };
    switch (request.kind) {
      case 'constrained-optimization': {
        const startGeometryAngstrom = await this.geometry(request.startGeometry);
        return { ...address, kind: request.kind, input: { ...request.input, startGeometryAngstrom } };
      }
      case 'fragment':
        return { ...address, kind: request.kind, input: request.input };
      case 'parent-check':
        return { ...address, kind: request.kind, input: request.input };
      case 'conformers':
        return { ...address, kind: request.kind, input: request.input };
      case 'single-point':
        return { ...address, kind: request.kind, input: request.input };
      case 'group-fragments':
        return { ...address, kind: request.kind, input: request.input };
      case 'fit-parameters':
        return { ...address, kind: request.kind, input: request.input };
      case 'write-force-field':
        return { ...address, kind: request.kind, input: request.input };
      default:
        return request satisfies never;
    }
  }

  private async geometry(reference: string): Promise<number[]> {
    const { taskId, conformer } = parseGeometryReference(reference);
    const outcome = (await this.outcomes.of([taskId]))[taskId];
    if (outcome?.outcome !== 'succeeded')
      throw new Error(`the geometry ${reference} is lost: its task has no result`);
    return conformer === null
      ? (outcome.output as ConstrainedOptimizationResult).geometryAngstrom
      : (outcome.output as ConformersResult).conformers[conformer]!.geometryAngstrom;
  }

  private async drop(taskId: string, owner: Owner): Promise<void> {
    const want = wantKey(taskId, owner);
    this.queued.delete(want ?? taskId);
    if (want !== null) {
      await this.stores.wants.delete(want);
      if ((await this.stores.wants.keys(`${taskId}.>`)).length > 0) return;
    }
    await this.stores.tasks.purge({ taskId });
  }

  private async wantDrive(order: DriveOrder, by: Wanter): Promise<void> {
    const driveId = driveIdOf(order);
    const memory = `${driveId}.${by}`;
    if (this.queued.has(memory)) return;
    const wanted: WantEvent = { type: 'wanted', by };
    const drive = isCorrectionOrder(order) ? newCorrection(order) : newDrive(order);
    const created = await this.stores.drives.create(driveId, stepWant(drive, wanted).state);
    if (created === null) await this.applyToDrive(driveId, wanted);
    await this.stores.wakes.wakeDrive(driveId);
    this.remember(memory);
  }

  private applyToDrive(driveId: string, event: WantEvent): Promise<void> {
    return this.turns.run(driveId, async () => {
      for (;;) {
        const before = await this.stores.drives.get(driveId);
        if (before === null) return;
        if ((await this.moveDrive(before, stepWant(before.value, event))).stored) return;
      }
    });
  }
}

function stepWant(drive: AnyDrive, event: WantEvent): DriveTransition<AnyDrive> {
  return isCorrection(drive) ? stepCorrection(drive, event, correction) : stepDrive(drive, event, wavefront);
}

/** Where it is kept that the owner wants the task; null where nobody else could. */
function wantKey(taskId: string, owner: Owner): string | null {
  return 'drive' in owner ? null : `${taskId}.${wanterOf(owner)}`;
}

function isChanged(before: object, after: object): boolean {
  return before !== after && JSON.stringify(before) !== JSON.stringify(after);
}
