import { ErrorCode, NatsError } from 'nats';

export class NatsUnreachableError extends Error {
  readonly code = 'nats-unreachable';
  constructor(url: string, waitedSeconds: number, cause: unknown) {
    super(`no NATS server answers at ${url} (tried for ${waitedSeconds} s): is it running?`, { cause });
    this.name = 'NatsUnreachableError';
  }
}

export class NatsRefusedError extends Error {
  readonly code = 'nats-refused';
  constructor(url: string, cause: unknown) {
    super(`the NATS server at ${url} refuses the token`, { cause });
    this.name = 'NatsRefusedError';
  }
}

export class NatsTooOldError extends Error {
  readonly code = 'nats-too-old';
  constructor(found: string, wanted: string, where: string) {
    super(`${where} is NATS ${found}, but ${wanted} or newer is needed`);
    this.name = 'NatsTooOldError';
  }
}

export class NatsServerError extends Error {
  readonly code = 'nats-server-failed';
  constructor(message: string) {
    super(message);
    this.name = 'NatsServerError';
  }
}

export class QueueFullError extends Error {
  readonly code = 'queue-full';
  constructor(stream: string) {
    super(`the queue ${stream} is full: try again when workers have caught up`);
    this.name = 'QueueFullError';
  }
}

export class ArtifactMissingError extends Error {
  readonly code = 'artifact-missing';
  constructor(sha256: string) {
    super(`there is no artifact ${sha256}`);
    this.name = 'ArtifactMissingError';
  }
}

/** What is kept under a key is no JSON: no version of ours wrote it. */
export class UnreadableRecordError extends Error {
  readonly code = 'unreadable-record';
  constructor(bucket: string, key: string, cause: unknown) {
    super(`the record ${key} of the bucket ${bucket} is no JSON`, { cause });
    this.name = 'UnreadableRecordError';
  }
}

const UNREACHABLE: readonly string[] = [
  ErrorCode.NoResponders,
  ErrorCode.Timeout,
  ErrorCode.Disconnect,
  ErrorCode.ConnectionRefused,
  ErrorCode.ConnectionTimeout,
  ErrorCode.JetStreamNotEnabled,
];

/** Whether an operation failed just because the server was away: it may work when it is back. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof NatsError)) return false;
  const apiError = error.api_error;
  // 10008: JetStream is still starting; 503 of the API: no leader at the moment.
  if (apiError) return apiError.code === 503 || apiError.err_code === 10008;
  return UNREACHABLE.includes(error.code);
}
