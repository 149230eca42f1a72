import { Inject, Injectable, type OnModuleInit, type OnModuleDestroy } from '@nestjs/common';
import { UnreadableRecordError, WORKER_TTL_MS, type WorkerRecord } from '@bespoke/messaging';
import type { Supply } from '@bespoke/orchestration';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { isCapability, type Configuration } from '../configuration';
import { CONFIGURATION, STORES, type GatewayStores } from '../stores';
import { shutDownBlind } from './watch-failure';

const LOOK_FOR_SILENT_WORKERS_MS = 5_000;

/** The workers that are up, from what they say of themselves, and the pools that were declared. */
@Injectable()
export class WorkerRegistry implements OnModuleInit, OnModuleDestroy {
  private readonly seen = new Map<string, { worker: WorkerRecord; atMs: number }>();
  private readonly stop = new AbortController();
  private readonly listeners: (() => void)[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(
    @Inject(STORES) private readonly stores: GatewayStores,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @InjectPinoLogger(WorkerRegistry.name) private readonly logger: PinoLogger,
  ) {}

  async onModuleInit(): Promise<void> {
    // Those that are up now are known before the first fit asks for them.
    for (const key of await this.stores.workers.keys()) {
      const record = await this.stores.workers.get(key).catch((error: unknown) => {
        if (!(error instanceof UnreadableRecordError)) throw error;
        this.leaveOut(key, error);
        return null;
      });
      if (record !== null) this.note(record.key, record.value);
    }
    this.watch().catch(shutDownBlind(this.logger, 'workers'));
    this.timer = setInterval(() => this.dropSilent(), LOOK_FOR_SILENT_WORKERS_MS);
  }

  onModuleDestroy(): void {
    this.stop.abort();
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** By id. */
  workers(): WorkerRecord[] {
    return [...this.seen.values()].map(({ worker }) => worker).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  supply(): Supply {
    return { workers: this.workers(), pools: this.configuration.pools };
  }

  /** Calls back when what the workers together can do may have changed. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private async watch(): Promise<void> {
    const records = this.stores.workers.watch('>', {
      signal: this.stop.signal,
      onUnreadable: (key, error) => this.leaveOut(key, error),
    });
    for await (const { key, value } of records) this.note(key, value);
  }

  /** One that makes no sense, of a version to come perhaps, must not keep fits from those that do. */
  private leaveOut(key: string, error: Error): void {
    this.logger.warn({ err: error, worker: key }, 'a worker that cannot be read is left out');
  }

  private note(key: string, worker: WorkerRecord): void {
    if (!isCapability(worker)) return this.leaveOut(key, new Error('it is no record of a worker'));
    const known = this.seen.get(key)?.worker;
    this.seen.set(key, { worker, atMs: performance.now() });
    if (known === undefined || JSON.stringify(known.engines) !== JSON.stringify(worker.engines))
      this.changed();
  }

  /** The store forgets a silent worker without a word, so the last word's age is what counts. */
  private dropSilent(): void {
    const silent = [...this.seen].filter(([, { atMs }]) => performance.now() - atMs > WORKER_TTL_MS);
    for (const [id] of silent) this.seen.delete(id);
    if (silent.length > 0) this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
