import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { KeptRecord } from '@bespoke/messaging';
import { fitView, isFitOpen, type FitRecord } from '@bespoke/orchestration';
import type { FastifyReply } from 'fastify';
import { FitIndex } from '../observe/fit-index';

const HEARTBEAT_MS = 15_000;
/** How long a client waits before it connects again. */
const RETRY_MS = 1_000;

/** Server-sent events: a fit now and after each change, until it has ended. The id is the record's revision. */
@Injectable()
export class FitEvents implements OnModuleDestroy {
  private readonly streams = new Set<() => void>();

  constructor(private readonly index: FitIndex) {}

  /** Open streams end, and their clients connect to another gateway, or to this one when it is back. */
  onModuleDestroy(): void {
    for (const end of this.streams) end();
  }

  /**
   * @param read gives the record as it is now
   * @param lastRevision what the client saw last; only newer views are sent
   */
  async stream(
    fitId: string,
    read: () => Promise<KeptRecord<FitRecord>>,
    lastRevision: number,
    reply: FastifyReply,
  ): Promise<void> {
    let sent = lastRevision;
    let ready = false;
    /** What changed while the record was read: it may be newer than what was read. */
    let meanwhile: KeptRecord<FitRecord> | null = null;
    const response = reply.raw;
    const send = (record: KeptRecord<FitRecord>): void => {
      const { value, revision } = record;
      if (!ready) meanwhile = record;
      if (!ready || revision <= sent || response.writableEnded) return;
      sent = revision;
      response.write(`id: ${revision}\nevent: fit\ndata: ${JSON.stringify(fitView(value, revision))}\n\n`);
      if (!isFitOpen(value)) end();
    };
    const stopListening = this.index.onChange(fitId, send);
    let heartbeat: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearInterval(heartbeat);
      stopListening();
      this.streams.delete(end);
      response.end();
    };
    let now: KeptRecord<FitRecord>;
    try {
      now = await read();
    } catch (error) {
      stopListening();
      throw error;
    }
    reply.hijack();
    if (!isFitOpen(now.value) && now.revision <= lastRevision) {
      // The client has seen the end: 204 tells it not to connect again.
      stopListening();
      response.writeHead(204).end();
      return;
    }
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
      'X-Correlation-Id': reply.request.id,
    });
    response.on('close', end);
    response.on('error', end);
    this.streams.add(end);
    response.write(`retry: ${RETRY_MS}\n\n`);
    heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
    ready = true;
    send(now);
    if (meanwhile !== null) send(meanwhile);
  }
}
