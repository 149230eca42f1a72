import { UseFilters, applyDecorators } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import type { NatsConnection } from 'nats';
import { slotAdmission } from './admission';
import { KeepErrors, PullTransport } from './pull-transport';
import { provision } from './provisioning';
import { WAKE_CONSUMER, WAKE_STREAM, WAKE_TARGETS, type WakeTarget } from './subjects';

const RETRY_MS = 1_000;

export interface WakeTransportOptions {
  connection: NatsConnection;
  /** Wakes handled at once; never two for the same id in one process. */
  concurrency: number;
  drainMs: number;
}

/**
 * Delivers wakes to the methods marked with WakeHandler. A wake is acknowledged when its handler has come
 * back; one that throws, or whose process dies, is delivered again.
 */
export function wakeTransport(options: WakeTransportOptions): PullTransport {
  return new PullTransport({
    connection: options.connection,
    sources: [{ stream: WAKE_STREAM, consumer: WAKE_CONSUMER }],
    ensureConsumers: () => provision(options.connection),
    patterns: WAKE_TARGETS.map((target) => `wake.${target}`),
    admission: slotAdmission(options.concurrency),
    retryMs: RETRY_MS,
    drainMs: options.drainMs,
    async deliver({ message, signal }, call) {
      const [, target, id] = message.subject.split('.');
      await call(`wake.${target}`, id, signal);
      return { settle: 'done' };
    },
  });
}

/** Marks a controller's method `(id: string, signal: AbortSignal) => Promise<void>` as the handler of wakes. */
export function WakeHandler(target: WakeTarget): MethodDecorator {
  return applyDecorators(MessagePattern(`wake.${target}`), UseFilters(KeepErrors));
}
