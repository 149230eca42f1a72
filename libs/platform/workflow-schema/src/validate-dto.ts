import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';

/** One wrong field of a message, by its path: `customWorkflow.qc.method`. */
export interface FieldError {
  field: string;
  message: string;
}

/** No message comes near; what is deeper would overflow the stack of whoever walks it. */
const MAX_DEPTH = 20;
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
  const hostile = hostileMember(plain, '', 0);
  if (hostile !== null) return { errors: [hostile] };
  const value = plainToInstance(dto, plain);
  const errors = validateSync(value, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
  });
  return errors.length === 0 ? { value } : { errors: errors.flatMap((error) => fieldErrors(error, '')) };
}

/** The first member that no DTO could have and that would do harm further on. */
function hostileMember(value: unknown, path: string, depth: number): FieldError | null {
  if (typeof value !== 'object' || value === null) return null;
  if (depth > MAX_DEPTH)
    return { field: path.slice(0, 100), message: `is nested more than ${MAX_DEPTH} deep` };
  for (const key of Object.keys(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (FORBIDDEN_KEYS.has(key)) return { field: at, message: 'is not allowed as a key' };
    const deeper = hostileMember((value as Record<string, unknown>)[key], at, depth + 1);
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
