import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';

/** One wrong field of a message, by its path: `customWorkflow.qc.method`. */
export interface FieldError {
  field: string;
  message: string;
}

/** Keys through which JSON could reach the prototypes of our objects. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Turn parsed JSON into a validated DTO. Every wrong field is named, fields that the class does not know
 * included; nothing is converted. JSON that tries to reach a prototype is refused as a whole.
 */
export function validateDto<T extends object>(
  dto: new () => T,
  plain: unknown,
): { value: T } | { errors: FieldError[] } {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    return { errors: [{ field: '', message: 'must be a JSON object' }] };
  }
  const forbidden = forbiddenKey(plain, '');
  if (forbidden !== null) return { errors: [{ field: forbidden, message: 'is not allowed as a key' }] };
  const value = plainToInstance(dto, plain);
  const errors = validateSync(value, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
  });
  return errors.length === 0 ? { value } : { errors: errors.flatMap((error) => fieldErrors(error, '')) };
}

function forbiddenKey(value: unknown, path: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const key of Object.keys(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (FORBIDDEN_KEYS.has(key)) return at;
    const deeper = forbiddenKey((value as Record<string, unknown>)[key], at);
    if (deeper !== null) return deeper;
  }
  return null;
}

function fieldErrors(error: ValidationError, path: string): FieldError[] {
  const field = path === '' ? error.property : `${path}.${error.property}`;
  // Rules are kept from the last decorator to the first, which says the type: the others follow from it.
  const message = Object.values(error.constraints ?? {}).at(-1);
  return [
    ...(message === undefined ? [] : [{ field, message }]),
    ...(error.children ?? []).flatMap((child) => fieldErrors(child, field)),
  ];
}
