export class ProgramNotFoundError extends Error {
  readonly code = 'program-not-found';
  constructor(readonly command: string) {
    super(`there is no program ${command} that could be run here; \`bespoke doctor\` says how to get it`);
    this.name = 'ProgramNotFoundError';
  }
}

export class ProgramTimedOutError extends Error {
  readonly code = 'program-timed-out';
  constructor(command: string, timeoutMs: number) {
    super(`${command} was stopped after ${timeoutMs / 1000} s`);
    this.name = 'ProgramTimedOutError';
  }
}

export class ProgramOutputTooLargeError extends Error {
  readonly code = 'program-output-too-large';
  constructor(command: string, maxOutputBytes: number) {
    super(`${command} was stopped because it wrote more than ${maxOutputBytes} bytes`);
    this.name = 'ProgramOutputTooLargeError';
  }
}

export class ProgramMemoryExceededError extends Error {
  readonly code = 'program-memory-exceeded';
  constructor(
    command: string,
    readonly usedBytes: number,
    readonly limitBytes: number,
  ) {
    const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
    super(
      `${command} was stopped because it used ${gigabytes(usedBytes)} of memory where ${gigabytes(limitBytes)} ` +
        'are the limit: give the worker more by --max-mem (--qc-compute-max-mem of bespoke executor)',
    );
    this.name = 'ProgramMemoryExceededError';
  }
}
