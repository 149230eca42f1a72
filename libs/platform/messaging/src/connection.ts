import { setTimeout as sleep } from 'node:timers/promises';
import {
  connect,
  ErrorCode,
  Events,
  NatsError,
  type NatsConnection,
  type QueuedIterator,
  type Status,
} from 'nats';
import { NatsRefusedError, NatsUnreachableError } from './messaging-error';
import { requireNatsVersion } from './nats-version';

const RECONNECT_WAIT_MS = 250;
const PING_INTERVAL_MS = 10_000;
const DEFAULT_FIRST_CONNECT_MS = 30_000;

export interface NatsOptions {
  /** nats://host:port, or several separated by commas. */
  url: string;
  token?: string;
  /** Shown in the server's list of connections. */
  name: string;
  /** How long to try the first time; once connected, a client reconnects until the server refuses it. */
  firstConnectMs?: number;
}

/** @throws NatsUnreachableError, NatsRefusedError, NatsTooOldError */
export async function connectNats(options: NatsOptions): Promise<NatsConnection> {
  const firstConnectMs = options.firstConnectMs ?? DEFAULT_FIRST_CONNECT_MS;
  const deadline = Date.now() + firstConnectMs;
  for (;;) {
    try {
      const connection = await connect({
        servers: options.url.split(','),
        name: options.name,
        ...(options.token !== undefined && { token: options.token }),
        maxReconnectAttempts: -1,
        reconnectTimeWait: RECONNECT_WAIT_MS,
        pingInterval: PING_INTERVAL_MS,
      });
      try {
        requireNatsVersion(connection.info?.version ?? '0', `the server at ${options.url}`);
      } catch (error) {
        await connection.close();
        throw error;
      }
      return connection;
    } catch (error) {
      if (!(error instanceof NatsError)) throw error;
      if (error.code === ErrorCode.AuthorizationViolation) throw new NatsRefusedError(options.url, error);
      if (Date.now() + RECONNECT_WAIT_MS > deadline) {
        throw new NatsUnreachableError(options.url, firstConnectMs / 1000, error);
      }
      await sleep(RECONNECT_WAIT_MS);
    }
  }
}

/**
 * Calls back after each reconnection: what the server knew about pull requests and watches is gone then.
 * @returns how to stop that
 */
export function onReconnect(connection: NatsConnection, listener: () => void): () => void {
  // The declared type leaves out that this iterator can be stopped from outside.
  const events = connection.status() as QueuedIterator<Status>;
  void (async () => {
    for await (const event of events) if (event.type === Events.Reconnect) listener();
  })();
  return () => events.stop();
}

/**
 * Calls back when the connection has ended and nobody here closed it: the server has another token now, and
 * refuses this one. Only a new process, which reads its token anew, gets in.
 */
export function onShutOut(connection: NatsConnection, listener: (error: Error) => void): void {
  void connection.closed().then((error) => {
    if (error instanceof Error) listener(error);
  });
}

/** Whether the server answers within this time. */
export async function isAnswering(connection: NatsConnection, withinMs: number): Promise<boolean> {
  const waiting = new AbortController();
  const silence = sleep(withinMs, false, { signal: waiting.signal }).catch(() => false);
  const answer = connection.rtt().then(
    () => true,
    () => false,
  );
  const answers = await Promise.race([answer, silence]);
  waiting.abort();
  return answers;
}
