import 'reflect-metadata';
import { taskKinds, taskSubject, type TaskEnvelope, type TaskKindName } from '@bespoke/messaging';
import { LANES, validateDto, type FieldError, type Lane } from '@bespoke/workflow-schema';
import { Equals, IsIn, IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

const MAX_REASONS = 5;
const WAKE = /^wake\.(fit|drive|task)\.[A-Za-z0-9_-]{1,128}$/;

class EnvelopeShape {
  @Equals(1) v!: 1;
  @IsIn(Object.keys(taskKinds)) kind!: TaskKindName;
  @Matches(/^[A-Za-z0-9_-]{1,128}$/) taskId!: string;
  @Matches(/^[a-z][a-z0-9]{0,31}$/) program!: string;
  @IsString() @MaxLength(64) programVersion!: string;
  @IsIn(LANES) lane!: Lane;
  @IsObject() input!: object;
  @Matches(WAKE) wake!: string;
  @IsOptional() @IsString() @MaxLength(128) fitId?: string;
}

export type ReadTask =
  | { valid: true; task: TaskEnvelope }
  /** What is known all the same: a result can be written if there is a task id, somebody told if there is a wake. */
  | { valid: false; reason: string; taskId: string; wake: string | null };

/** Decodes and validates a message of TASKS: unknown members are errors too. */
export function readTask(subject: string, bytes: Uint8Array): ReadTask {
  const taskId = subject.slice(subject.lastIndexOf('.') + 1);
  const invalid = (reason: string, wake: string | null = null): ReadTask => {
    return { valid: false, reason: `the task is not valid: ${reason}`, taskId, wake };
  };
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    return invalid(`it is no JSON (${(error as Error).message})`);
  }
  const envelope = validateDto(EnvelopeShape, json);
  if ('errors' in envelope) {
    const { wake } = (json ?? {}) as { wake?: unknown };
    const isWakeRight = typeof wake === 'string' && WAKE.test(wake);
    return invalid(reasons(envelope.errors), isWakeRight ? wake : null);
  }
  const { kind, wake } = envelope.value;
  const input = validateDto<object>(taskKinds[kind].input, envelope.value.input);
  if ('errors' in input) {
    return invalid(reasons(input.errors.map((error) => ({ ...error, field: `input.${error.field}` }))), wake);
  }
  const task = { ...envelope.value, input: input.value } as TaskEnvelope;
  if (taskSubject(task) !== subject) return invalid(`it belongs on ${taskSubject(task)}`, wake);
  return { valid: true, task };
}

function reasons(errors: readonly FieldError[]): string {
  return errors
    .slice(0, MAX_REASONS)
    .map(({ field, message }) => `${field}: ${message}`)
    .join('; ');
}
