import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { FitIndex } from '../observe/fit-index';
import { WorkerRegistry } from '../observe/worker-registry';
import { STORES, type GatewayStores } from '../stores';
import { Coordinator } from './coordinator';

const INTERVAL_MS = 30_000;
/** Workers come in groups: one look at all of them is enough. */
const AFTER_WORKERS_CHANGED_MS = 200;

/**
 * Wakes every fit and drive that is not at its end, so that whatever was lost (a wake, the whole queue, a
 * coordinator between two effects) is made good, and what waited for a worker goes on.
 */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | null = null;
  private soon: NodeJS.Timeout | null = null;

  constructor(
    @Inject(STORES) private readonly stores: GatewayStores,
    private readonly index: FitIndex,
    private readonly workers: WorkerRegistry,
    private readonly coordinator: Coordinator,
    @InjectPinoLogger(Reconciler.name) private readonly logger: PinoLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.reconcile(), INTERVAL_MS);
    this.workers.onChange(() => this.reconcileSoon());
    this.reconcileSoon();
  }

  onModuleDestroy(): void {
    if (this.timer !== null) clearInterval(this.timer);
    if (this.soon !== null) clearTimeout(this.soon);
    this.timer = this.soon = null;
  }

  private reconcileSoon(): void {
    if (this.timer === null) return;
    this.soon ??= setTimeout(() => {
      this.soon = null;
      this.reconcile();
    }, AFTER_WORKERS_CHANGED_MS);
  }

  private reconcile(): void {
    this.coordinator.forgetQueued();
    this.wakeAll().catch((error: unknown) =>
      this.logger.warn({ err: error }, `reconciling failed; it is tried again in ${INTERVAL_MS / 1000} s`),
    );
  }

  private async wakeAll(): Promise<void> {
    const { fits, drives } = this.index.unsettled();
    for (const fitId of fits) await this.stores.wakes.wakeFit(fitId);
    for (const driveId of drives) await this.stores.wakes.wakeDrive(driveId);
  }
}
