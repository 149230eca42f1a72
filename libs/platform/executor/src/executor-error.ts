export type ExecutorErrorCode =
  'directory-refused' | 'directory-in-use' | 'port-in-use' | 'missing-program' | 'process-failed';

/** Why an executor can't start, or can't go on; the message says what to do. */
export class ExecutorError extends Error {
  override readonly name = 'ExecutorError';

  constructor(
    readonly code: ExecutorErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
