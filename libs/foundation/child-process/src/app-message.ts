/** What an app says over the IPC channel to the process that started it. */
export type AppMessage = { type: 'ready'; port: number } | { type: 'failed'; message: string };

/** Resolves when the message has been written, or at once if nobody listens. */
export function tellParent(message: AppMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
