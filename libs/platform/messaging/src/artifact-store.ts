import type { ObjectStore } from 'nats';
import { sha256Hex } from '@bespoke/content-key';
import { ArtifactMissingError } from './messaging-error';

/** Bytes kept by their SHA-256 (64 lower-case hex digits). */
export interface ArtifactStore {
  /** Stores what is not there yet. @returns the SHA-256 of the bytes (of the UTF-8 of a string). */
  put(content: Uint8Array | string): Promise<string>;
  /** @throws ArtifactMissingError */
  get(sha256: string): Promise<Uint8Array>;
  /** The bytes as UTF-8. @throws ArtifactMissingError */
  getText(sha256: string): Promise<string>;
}

export function artifactStore(bucket: ObjectStore): ArtifactStore {
  const get = async (sha256: string): Promise<Uint8Array> => {
    const bytes = await bucket.getBlob(sha256);
    if (bytes === null) throw new ArtifactMissingError(sha256);
    return bytes;
  };
  return {
    async put(content) {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      const sha256 = sha256Hex(bytes);
      const known = await bucket.info(sha256);
      if (known === null || known.deleted) await bucket.putBlob({ name: sha256 }, bytes);
      return sha256;
    },
    get,
    getText: async (sha256) => Buffer.from(await get(sha256)).toString('utf8'),
  };
}
