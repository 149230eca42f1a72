import type { DriveOrder } from './drive';
import type { Owner, TaskRequest } from './task-request';

/**
 * What the gateway is to do after a new state was stored. All may be carried out again at any time: a state
 * implies its commands, and they change nothing when they were done before.
 */
export type Command =
  /** Queue the task unless it is queued. A fit's task is wanted by the fit first. */
  | { type: 'publish-task'; task: TaskRequest }
  /** The owner wants the task no more: take it from the queue unless another fit wants it. */
  | { type: 'drop-task'; taskId: string; owner: Owner }
  /** Make the drive if there is none, and join the fits that want it. */
  | { type: 'want-drive'; order: DriveOrder; fitId: string }
  | { type: 'unwant-drive'; driveId: string; fitId: string }
  | { type: 'wake-fit'; fitId: string };
