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
}

/** Small JSON records by key, each with a revision: compare-and-set is the only lock there is. */
export interface RecordStore<T> {
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
