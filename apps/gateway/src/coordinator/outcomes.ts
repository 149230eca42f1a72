import { Inject, Injectable } from '@nestjs/common';
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
    const record = await this.stores.results.get(taskId);
    if (record === null) return null;
    this.kept.set(taskId, record.value);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value!);
    return record.value;
  }
}
