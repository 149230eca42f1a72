/** Tells the coordinators to look at something; a wake during its own handling is delivered again after it. */
export interface WakeQueue {
  wakeFit(fitId: string): Promise<void>;
  wakeDrive(driveId: string): Promise<void>;
  wakeTask(taskId: string): Promise<void>;
  /** @param subject as wakeSubject gives it: a task carries one. */
  wake(subject: string): Promise<void>;
}
