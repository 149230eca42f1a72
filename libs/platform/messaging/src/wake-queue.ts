import type { NatsConnection } from 'nats';
import { wakeSubject } from './subjects';

/** Tells the coordinators to look at something; a wake during its own handling is delivered again after it. */
export interface WakeQueue {
  wakeFit(fitId: string): Promise<void>;
  wakeDrive(driveId: string): Promise<void>;
  wakeTask(taskId: string): Promise<void>;
  /** @param subject as wakeSubject gives it: a task carries one. */
  wake(subject: string): Promise<void>;
}

export function wakeQueue(connection: NatsConnection): WakeQueue {
  const jetstream = connection.jetstream();
  const wake = async (subject: string): Promise<void> => {
    await jetstream.publish(subject);
  };
  return {
    wake,
    wakeFit: (fitId) => wake(wakeSubject('fit', fitId)),
    wakeDrive: (driveId) => wake(wakeSubject('drive', driveId)),
    wakeTask: (taskId) => wake(wakeSubject('task', taskId)),
  };
}
