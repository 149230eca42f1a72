/** Bytes kept by their SHA-256 (64 lower-case hex digits). */
export interface ArtifactStore {
  /** Stores what is not there yet. @returns the SHA-256 of the bytes (of the UTF-8 of a string). */
  put(content: Uint8Array | string): Promise<string>;
  /** @throws ArtifactMissingError */
  get(sha256: string): Promise<Uint8Array>;
}
