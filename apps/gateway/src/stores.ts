import type { Stores } from '@bespoke/messaging';
import type { CorrectionRecord, DriveRecord, FitRecord } from '@bespoke/orchestration';

/** `wants.<taskId>.<wanter>`: who is to be woken when the task has ended. */
export interface Want {
  v: 1;
}

/** `idempotency.<hash of the key>`: the fit that the key's request made. */
export interface IdempotencyRecord {
  v: 1;
  fitId: string;
  bodySha256: string;
}

export type GatewayStores = Stores<FitRecord, DriveRecord | CorrectionRecord, Want, IdempotencyRecord>;

/** Tokens of what Nest hands out by hand. */
export const STORES = Symbol('stores');
export const CONFIGURATION = Symbol('configuration');
export const CONNECTION = Symbol('connection');
