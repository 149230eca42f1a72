export interface TaskFailureOptions extends ErrorOptions {
  /** The engine's whole output: kept as an artifact, named in the result. */
  log?: string;
}

/**
 * The science or the input says no, and trying again is useless: the task ends as `failed`. Anything else that
 * a handler throws is a crash, and is tried again.
 */
export class TaskFailure extends Error {
  readonly log: string | undefined;
  /**
   * @param code stable and kebab-case: `no-conformer`, `engine-failed`, …
   * @param message what failed, why, and what to do
   */
  constructor(
    readonly code: string,
    message: string,
    { log, ...options }: TaskFailureOptions = {},
  ) {
    super(message, options);
    this.name = 'TaskFailure';
    this.log = log;
  }
}

/** An attempt took longer than its kind allows. */
export class TaskTimedOutError extends Error {
  readonly code = 'timed-out';
  constructor(timeoutMs: number) {
    super(`the task was stopped after ${timeoutMs / 1000} s`);
    this.name = 'TaskTimedOutError';
  }
}
