import { Inject, Injectable } from '@nestjs/common';
import { UnreadableRecordError } from '@bespoke/messaging';
import type { TaskOutcome } from '@bespoke/orchestration';
import { STORES, type GatewayStores } from '../stores';

const KEPT = 4_000;

/** Results of tasks. They never change, so the last few thousand are kept in memory. */
@Injectable()
export class Outcomes {
  private readonly kept = new Map<string, TaskOutcome>();

  constructor(@Inject(STORES) private readonly stores: GatewayStores) {}

  /** By task id; null where there is none yet. */
  async of(taskIds: readonly string[]): Promise<Record<string, TaskOutcome | null>> {
    const found = await Promise.all(taskIds.map(async (taskId) => [taskId, await this.one(taskId)] as const));
    return Object.fromEntries(found);
  }

  private async one(taskId: string): Promise<TaskOutcome | null> {
    const known = this.kept.get(taskId);
    if (known !== undefined) return known;
    const outcome = await this.read(taskId);
    if (outcome === null) return null;
    this.kept.set(taskId, outcome);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value!);
    return outcome;
  }

  /** What is no result at all is a crash of its task: a step that waited for it to change would wait for ever. */
  private async read(taskId: string): Promise<TaskOutcome | null> {
    try {
      return (await this.stores.results.get(taskId))?.value ?? null;
    } catch (error) {
      if (!(error instanceof UnreadableRecordError)) throw error;
      return { outcome: 'crashed', failure: { code: error.code, message: error.message } };
    }
  }
}
