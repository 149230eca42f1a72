import { NatsTooOldError } from './messaging-error';

/** What Debian 12 ships; older ones lack discard_new_per_subject, on which idempotent enqueueing rests. */
export const MINIMUM_NATS_VERSION = '2.9.10';

/** @throws NatsTooOldError that says where the old server is */
export function requireNatsVersion(found: string, where: string): void {
  const [wanted, have] = [MINIMUM_NATS_VERSION, found].map((version) =>
    version.split(/[.-]/).slice(0, 3).map(Number),
  ) as [number[], number[]];
  for (const [position, atLeast] of wanted.entries()) {
    const part = have[position] ?? 0;
    if (part > atLeast) return;
    if (!(part >= atLeast)) throw new NatsTooOldError(found, MINIMUM_NATS_VERSION, where);
  }
}
