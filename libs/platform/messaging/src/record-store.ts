import { setTimeout as sleep } from 'node:timers/promises';
import { NatsError, type KV, type KvEntry, type NatsConnection } from 'nats';
import { onReconnect } from './connection';
import { isUnreachable, UnreadableRecordError } from './messaging-error';

const WATCH_RETRY_MS = 250;
const WRONG_LAST_SEQUENCE = 10071;

export interface KeptRecord<T> {
  key: string;
  value: T;
  /** Grows with every write in the bucket; what `update` compares with. */
  revision: number;
}

export interface WatchOptions {
  /** Only what was written after this revision; without it, everything that is there comes first. */
  afterRevision?: number;
  /** Ends the iteration without an error. */
  signal: AbortSignal;
  /** Told of a record that is no JSON; it is left out, for one such record must not hide all others. */
  onUnreadable(key: string, error: UnreadableRecordError): void;
}

/** Small JSON records by key, each with a revision: compare-and-set is the only lock there is. */
export interface RecordStore<T> {
  /** @throws UnreadableRecordError */
  get(key: string): Promise<KeptRecord<T> | null>;
  /** @returns the revision, or null if the key exists: somebody was first. */
  create(key: string, value: T): Promise<number | null>;
  /** @returns the new revision, or null if the record is no longer at `revision`: read again. */
  update(key: string, value: T, revision: number): Promise<number | null>;
  /** Writes whatever is there: for records that have one writer. */
  put(key: string, value: T): Promise<number>;
  delete(key: string): Promise<void>;
  /** @param filter a subject pattern on keys: `>` (all, the default), `<driveId>.*`, … */
  keys(filter?: string): Promise<string[]>;
  /** Live records that match, and then every change of them; deletions are not reported. Survives reconnects. */
  watch(pattern: string, options: WatchOptions): AsyncIterable<KeptRecord<T>>;
}

export function recordStore<T>(connection: NatsConnection, bucket: KV): RecordStore<T> {
  return {
    async get(key) {
      const entry = await bucket.get(key);
      if (entry === null || entry.operation !== 'PUT') return null;
      return kept<T>(entry);
    },
    create: (key, value) => unlessRaceLost(bucket.create(key, JSON.stringify(value))),
    update: (key, value, revision) => unlessRaceLost(bucket.update(key, JSON.stringify(value), revision)),
    put: (key, value) => bucket.put(key, JSON.stringify(value)),
    delete: (key) => bucket.delete(key),
    async keys(filter = '>') {
      const keys: string[] = [];
      for await (const key of await bucket.keys(filter)) keys.push(key);
      return keys;
    },
    watch: (pattern, options) => watch<T>(connection, bucket, pattern, options),
  };
}

function kept<T>(entry: KvEntry): KeptRecord<T> {
  const { bucket, key, revision } = entry;
  try {
    return { key, value: entry.json<T>(), revision };
  } catch (error) {
    throw new UnreadableRecordError(bucket, key, error);
  }
}

async function unlessRaceLost(write: Promise<number>): Promise<number | null> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof NatsError && error.api_error?.err_code === WRONG_LAST_SEQUENCE) return null;
    throw error;
  }
}

async function* watch<T>(
  connection: NatsConnection,
  bucket: KV,
  pattern: string,
  { afterRevision = 0, signal, onUnreadable }: WatchOptions,
): AsyncGenerator<KeptRecord<T>> {
  let last = afterRevision;
  while (!signal.aborted) {
    try {
      const entries = await bucket.watch({
        key: pattern,
        ...(last > 0 && { resumeFromRevision: last + 1 }),
      });
      const stop = (): void => entries.stop();
      signal.addEventListener('abort', stop, { once: true });
      // The client itself would notice only after some missed heartbeats.
      const forgetReconnect = onReconnect(connection, stop);
      try {
        for await (const entry of entries) {
          if (signal.aborted) return;
          // After a restart of the server the client may begin again from the start.
          if (entry.revision <= last) continue;
          last = entry.revision;
          if (entry.operation !== 'PUT') continue;
          let record: KeptRecord<T>;
          try {
            record = kept(entry);
          } catch (error) {
            if (!(error instanceof UnreadableRecordError)) throw error;
            onUnreadable(entry.key, error);
            continue;
          }
          yield record;
        }
      } finally {
        signal.removeEventListener('abort', stop);
        forgetReconnect();
        entries.stop();
      }
    } catch (error) {
      if (!isUnreachable(error)) throw error;
    }
    // The subscription ended though nobody wanted it to: the server went away.
    if (!signal.aborted) await sleep(WATCH_RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}
