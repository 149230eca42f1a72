import 'reflect-metadata';
import { taskKinds, taskSubject, type TaskEnvelope, type TaskKindName } from '@bespoke/messaging';
import { LANES, type Lane } from '@bespoke/workflow-schema';
import { plainToInstance } from 'class-transformer';
import {
  Equals,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  validateSync,
  type ValidationError,
} from 'class-validator';

const MAX_REASONS = 5;

class EnvelopeShape {
  @Equals(1) v!: 1;
  @IsIn(Object.keys(taskKinds)) kind!: TaskKindName;
  @Matches(/^[A-Za-z0-9_-]{1,128}$/) taskId!: string;
  @Matches(/^[a-z][a-z0-9]{0,31}$/) program!: string;
  @IsString() @MaxLength(64) programVersion!: string;
  @IsIn(LANES) lane!: Lane;
  @IsObject() input!: object;
  @Matches(/^wake\.(fit|drive|task)\.[A-Za-z0-9_-]{1,128}$/) wake!: string;
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
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return invalid('it is no object');
  const envelope = plainToInstance(EnvelopeShape, json);
  const envelopeErrors = reasons(envelope);
  if (envelopeErrors.length > 0) {
    const wakeIsWrong = envelopeErrors.some((reason) => reason.startsWith('wake'));
    return invalid(envelopeErrors.join('; '), wakeIsWrong ? null : envelope.wake);
  }
  const input = plainToInstance(taskKinds[envelope.kind].input as new () => object, envelope.input);
  const inputErrors = reasons(input, 'input.');
  if (inputErrors.length > 0) return invalid(inputErrors.join('; '), envelope.wake);
  const task = { ...envelope, input } as TaskEnvelope;
  if (taskSubject(task) !== subject) return invalid(`it belongs on ${taskSubject(task)}`, envelope.wake);
  return { valid: true, task };
}

function reasons(value: object, prefix = ''): string[] {
  const errors = validateSync(value, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
  });
  return errors.flatMap((error) => flatten(error, prefix)).slice(0, MAX_REASONS);
}

function flatten(error: ValidationError, prefix: string): string[] {
  const own = Object.values(error.constraints ?? {}).map((reason) => prefix + reason);
  const nested = (error.children ?? []).flatMap((child) => flatten(child, `${prefix}${error.property}.`));
  return [...own, ...nested];
}
