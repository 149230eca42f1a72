import { setTimeout as sleep } from 'node:timers/promises';
import { Catch, Logger, type ArgumentsHost, type RpcExceptionFilter } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import type { JsMsg, NatsConnection } from 'nats';
import { lastValueFrom, throwError, type Observable } from 'rxjs';
import type { Admission } from './admission';
import { onReconnect } from './connection';
import { pullNext, type PullSource } from './pull';
import { HEARTBEAT_MS } from './subjects';

const PULL_RETRY_MS = 1_000;
/** After it was aborted a handler has so long to come back before its delivery is given away. */
const ABORT_GRACE_MS = 2_000;

/** Why a delivery's signal is aborted: this process is going, and another one takes the message. */
export class HandedBackError extends Error {
  readonly code = 'handed-back';
  constructor() {
    super('the process is shutting down');
    this.name = 'HandedBackError';
  }
}

/** Why a delivery's signal is aborted: its message was taken out of the stream. */
export class WithdrawnError extends Error {
  readonly code = 'withdrawn';
  constructor() {
    super('cancelled');
    this.name = 'WithdrawnError';
  }
}

export interface Delivery<S extends PullSource = PullSource> {
  source: S;
  message: JsMsg;
  /** Aborted with a HandedBackError or a WithdrawnError. */
  signal: AbortSignal;
}

/** What becomes of a message: it is done with, or it is delivered again after a delay. */
export type Settlement = { settle: 'done' } | { settle: 'again'; delayMs: number };

/** Calls the Nest handler of a pattern; rejects with what it throws. */
export type CallHandler = (pattern: string, payload: unknown, context?: unknown) => Promise<unknown>;

export interface PullTransportOptions<S extends PullSource> {
  connection: NatsConnection;
  /** Asked in this order. */
  sources: readonly S[];
  /** Makes the consumers that are missing; called at boot and when pulling is refused. */
  ensureConsumers(): Promise<void>;
  /** Each needs exactly one handler. */
  patterns: readonly string[];
  admission: Admission<S>;
  /** The protocol: decode, call the handler, and say what becomes of the message. */
  deliver(delivery: Delivery<S>, call: CallHandler): Promise<Settlement>;
  /** Asked at each heartbeat where a message that is taken out of the stream must stop its handler. */
  isWithdrawn?(delivery: Delivery<S>): Promise<boolean>;
  /** Delay before a message comes again whose `deliver` threw. */
  retryMs: number;
  /** How long close() waits for handlers before it aborts them. */
  drainMs: number;
}

interface InFlight {
  /** Its newest delivery, the one that can be settled. */
  message: JsMsg;
  abort: AbortController;
  settled: Promise<void>;
}

/**
 * Nest's transport over pull consumers: takes as much as there is room for, keeps a delivery while its handler
 * runs, settles it, and at close() waits for handlers, then aborts them and hands their messages back.
 */
export class PullTransport<S extends PullSource = PullSource>
  extends Server
  implements CustomTransportStrategy
{
  protected override readonly logger = new Logger('PullTransport');
  private readonly inFlight = new Map<string, InFlight>();
  /** One delivery of a subject after the other, within this process. */
  private readonly lastOfSubject = new Map<string, Promise<void>>();
  private readonly closing = new AbortController();
  /** Ends the turn of pulling that is under way, so that a new one begins. */
  private turn = new AbortController();
  /** For some sources there was no room when it began: it ends as soon as there is. */
  private turnIsPartial = false;
  private pulling: Promise<void> | undefined;
  private closed: Promise<void> | undefined;
  private forgetReconnect = (): void => {};

  constructor(private readonly options: PullTransportOptions<S>) {
    super();
  }

  /** Whether messages are being pulled. */
  get isListening(): boolean {
    return this.pulling !== undefined && !this.closing.signal.aborted;
  }

  /** Nest would let the second of two handlers for a pattern replace the first. */
  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler?: boolean,
    extras?: Record<string, unknown>,
  ): void {
    if (this.messageHandlers.has(this.normalizePattern(pattern as string))) {
      throw new Error(`there are two handlers for ${String(pattern)}: remove one`);
    }
    super.addHandler(pattern, callback, isEventHandler, extras);
  }

  listen(callback: (error?: unknown) => void): void {
    this.start().then(
      () => callback(),
      (error: unknown) => callback(error),
    );
  }

  private async start(): Promise<void> {
    const missing = this.options.patterns.filter((pattern) => this.getHandlerByPattern(pattern) === null);
    if (missing.length > 0) throw new Error(`there is no handler for ${missing.join(', ')}`);
    await this.options.ensureConsumers();
    this.forgetReconnect = onReconnect(this.options.connection, () => this.turn.abort());
    this.pulling = this.pull();
  }

  /** Ends handlers at once that close() would wait for. */
  abortInFlight(): void {
    for (const { abort } of this.inFlight.values()) abort.abort(new HandedBackError());
  }

  close(): Promise<void> {
    this.closed ??= this.drain();
    return this.closed;
  }

  private async drain(): Promise<void> {
    this.closing.abort();
    this.turn.abort();
    this.forgetReconnect();
    await this.pulling;
    const settled = Promise.all([...this.inFlight.values()].map((delivery) => delivery.settled));
    await within(this.options.drainMs, settled);
    this.abortInFlight();
    await within(ABORT_GRACE_MS, settled);
    for (const { message } of this.inFlight.values()) message.nak();
    const { connection } = this.options;
    if (!connection.isClosed())
      await within(
        ABORT_GRACE_MS,
        connection.flush().catch(() => undefined),
      );
  }

  on(): never {
    throw new Error('this transport has no events');
  }

  unwrap<T>(): T {
    return this.options.connection as T;
  }

  private async pull(): Promise<void> {
    const { connection, sources, admission } = this.options;
    while (!this.closing.signal.aborted) {
      this.turn = new AbortController();
      const open = sources.filter((source) => admission.fits(source));
      this.turnIsPartial = open.length < sources.length;
      try {
        if (open.length > 0) {
          await pullNext(
            connection,
            open,
            (source, message) => this.accept(source, message),
            this.turn.signal,
          );
        } else {
          await aborted(this.turn.signal);
        }
      } catch (error) {
        if (this.closing.signal.aborted) return;
        this.logger.warn(error);
        await within(PULL_RETRY_MS, aborted(this.closing.signal));
        await this.options.ensureConsumers().catch((ensureError: unknown) => this.logger.warn(ensureError));
      }
    }
  }

  private accept(source: S, message: JsMsg): boolean {
    if (this.closing.signal.aborted) return false;
    const key = `${source.stream} ${message.seq}`;
    const same = this.inFlight.get(key);
    if (same !== undefined) {
      // A server that crashed may not remember that we have it. Its handler goes on and needs no second place.
      same.message = message;
      return true;
    }
    const release = this.options.admission.take(source);
    if (release === null) return false;
    const abort = new AbortController();
    const before = this.lastOfSubject.get(message.subject) ?? Promise.resolve();
    const entry: InFlight = { message, abort, settled: before.then(() => this.process(source, entry)) };
    entry.settled = entry.settled.finally(() => {
      this.inFlight.delete(key);
      if (this.lastOfSubject.get(message.subject) === entry.settled) {
        this.lastOfSubject.delete(message.subject);
      }
      release();
      if (this.turnIsPartial) this.turn.abort();
    });
    this.inFlight.set(key, entry);
    this.lastOfSubject.set(message.subject, entry.settled);
    return true;
  }

  private async process(source: S, entry: InFlight): Promise<void> {
    const delivery: Delivery<S> = { source, message: entry.message, signal: entry.abort.signal };
    const heartbeat = setInterval(() => {
      entry.message.working();
      void this.abortIfWithdrawn(delivery, entry.abort);
    }, HEARTBEAT_MS);
    let settlement: Settlement;
    try {
      settlement = await this.options.deliver(delivery, this.call);
    } catch (error) {
      const isHandedBack = delivery.signal.aborted;
      if (!isHandedBack) this.logger.error(error);
      settlement = { settle: 'again', delayMs: isHandedBack ? 0 : this.options.retryMs };
    } finally {
      clearInterval(heartbeat);
    }
    if (this.options.connection.isClosed()) return;
    switch (settlement.settle) {
      case 'done':
        return entry.message.ack();
      case 'again':
        return settlement.delayMs > 0 ? entry.message.nak(settlement.delayMs) : entry.message.nak();
      default:
        return settlement satisfies never;
    }
  }

  private async abortIfWithdrawn(delivery: Delivery<S>, abort: AbortController): Promise<void> {
    try {
      if (await this.options.isWithdrawn?.(delivery)) abort.abort(new WithdrawnError());
    } catch (error) {
      // The server is away: the next heartbeat asks again.
      this.logger.debug(error);
    }
  }

  private readonly call: CallHandler = async (pattern, payload, context) => {
    const handler = this.getHandlerByPattern(pattern);
    if (handler === null) throw new Error(`there is no handler for ${pattern}`);
    return lastValueFrom(this.transformToObservable(handler(payload, context)), { defaultValue: undefined });
  };
}

/** Lets what a handler throws reach the transport as it is; Nest would make it "Internal server error". */
@Catch()
export class KeepErrors implements RpcExceptionFilter {
  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => error);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Waits for a promise, but not for longer; a timer that nobody needs any more does not keep the process. */
async function within(limitMs: number, promise: Promise<unknown>): Promise<void> {
  const waiting = new AbortController();
  const limit = sleep(limitMs, undefined, { signal: waiting.signal }).catch(() => undefined);
  await Promise.race([promise, limit]);
  waiting.abort();
}
