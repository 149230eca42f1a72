import { EventEmitter } from 'node:events';
import { Inject, Injectable, type OnModuleInit, type OnModuleDestroy } from '@nestjs/common';
import type { KeptRecord } from '@bespoke/messaging';
import { isDriveOpen, isFitOpen, type FitRecord } from '@bespoke/orchestration';
import type { FitStatus } from '@bespoke/workflow-schema';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { STORES, type GatewayStores } from '../stores';
import { shutDownBlind } from './watch-failure';

interface IndexedFit {
  status: FitStatus;
  /** Whether a coordinator still has something to do for it. */
  unsettled: boolean;
  openDrives: string[];
}

/**
 * What every fit's newest record says, in short: one watch of the store serves the lists, the event streams and
 * the reconciler of this gateway. Ids ascend in the order of submission.
 */
@Injectable()
export class FitIndex implements OnModuleInit, OnModuleDestroy {
  private readonly fits = new Map<string, IndexedFit>();
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly stop = new AbortController();

  constructor(
    @Inject(STORES) private readonly stores: GatewayStores,
    @InjectPinoLogger(FitIndex.name) private readonly logger: PinoLogger,
  ) {}

  /** Watches, and waits until everything that is there was seen. */
  async onModuleInit(): Promise<void> {
    const missing = new Set(await this.stores.fits.keys());
    await new Promise<void>((resolve) => {
      if (missing.size === 0) resolve();
      const seen = (key: string): void => {
        if (missing.delete(key) && missing.size === 0) resolve();
      };
      this.watch(seen).catch(shutDownBlind(this.logger, 'fits'));
    });
  }

  onModuleDestroy(): void {
    this.stop.abort();
  }

  /** Ids, newest first, from `after` on. */
  list(
    filter: { status?: FitStatus; after?: string },
    limit: number,
  ): { ids: string[]; next: string | null } {
    const ids = [...this.fits.keys()]
      .filter((id) => filter.after === undefined || id < filter.after)
      .filter((id) => filter.status === undefined || this.fits.get(id)!.status === filter.status)
      .sort()
      .reverse();
    const page = ids.slice(0, limit);
    return { ids: page, next: ids.length > limit ? page.at(-1)! : null };
  }

  /** Fits and drives that a coordinator still has something to do for. */
  unsettled(): { fits: string[]; drives: string[] } {
    const open = [...this.fits].filter(([, { unsettled }]) => unsettled);
    return {
      fits: open.map(([id]) => id),
      drives: [...new Set(open.flatMap(([, { openDrives }]) => openDrives))],
    };
  }

  /** Calls back at each change of a fit. @returns how to stop that */
  onChange(fitId: string, listener: (record: KeptRecord<FitRecord>) => void): () => void {
    const event = `fit ${fitId}`;
    this.changes.on(event, listener);
    return () => this.changes.off(event, listener);
  }

  private async watch(seen: (key: string) => void): Promise<void> {
    const leaveOut = (key: string, error: unknown): void => {
      this.logger.error({ err: error, fitId: key }, 'a fit that cannot be read is left out');
      seen(key);
    };
    const records = this.stores.fits.watch('>', { signal: this.stop.signal, onUnreadable: leaveOut });
    for await (const record of records) {
      const { key, value } = record;
      if (!isFit(value)) {
        leaveOut(key, new Error('it is no record of a fit'));
        continue;
      }
      const unsettled = isFitOpen(value) || !value.released;
      this.fits.set(key, {
        status: value.status,
        unsettled,
        openDrives: unsettled ? value.drives.filter(isDriveOpen).map(({ driveId }) => driveId) : [],
      });
      seen(key);
      this.changes.emit(`fit ${key}`, record);
    }
  }
}

/** What the index and the lists rely on; the rest is the business of each step. */
function isFit(value: unknown): value is FitRecord {
  const { status, drives } = (value ?? {}) as Partial<FitRecord>;
  return typeof status === 'string' && Array.isArray(drives);
}
