import { setTimeout as sleep } from 'node:timers/promises';
import { isUnreachable, type ArtifactStore } from '@bespoke/messaging';

const RETRY_MS = 250;

/** Repeats an idempotent operation while the NATS server is away, so that no finished work is lost by that. */
export async function whenReachable<T>(operation: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      signal.throwIfAborted();
      await sleep(RETRY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

export function patientArtifacts(artifacts: ArtifactStore, signal: AbortSignal): ArtifactStore {
  return {
    put: (content) => whenReachable(() => artifacts.put(content), signal),
    get: (sha256) => whenReachable(() => artifacts.get(sha256), signal),
    getText: (sha256) => whenReachable(() => artifacts.getText(sha256), signal),
  };
}
