import type { DriveOrder } from './drive';
import { CORRECTION, type Owner, type TaskRequest, type Wanter } from './task-request';

/**
 * What the gateway is to do after a new state was stored. All may be carried out again at any time: a state
 * implies its commands, and they change nothing when they were done before.
 */
export type Command =
  /** Queue the task unless it is queued. One that can have several owners is wanted by this one first. */
  | { type: 'publish-task'; task: TaskRequest }
  /** The owner wants the task no more: take it from the queue unless another one wants it. */
  | { type: 'drop-task'; taskId: string; owner: Owner }
  /** Make the drive if there is none, and join those that want it. */
  | { type: 'want-drive'; order: DriveOrder; by: Wanter }
  | { type: 'unwant-drive'; driveId: string; by: Wanter }
  | { type: 'wake-fit'; fitId: string }
  | { type: 'wake-drive'; driveId: string };

export function wakeOf(wanter: Wanter): Extract<Command, { type: 'wake-fit' | 'wake-drive' }> {
  return wanter.startsWith(CORRECTION)
    ? { type: 'wake-drive', driveId: wanter.slice(CORRECTION.length) }
    : { type: 'wake-fit', fitId: wanter };
}
