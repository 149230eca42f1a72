import 'reflect-metadata';
import { alternativesOf } from '@bespoke/workflow-schema';
import { getMetadataStorage } from 'class-validator';

/** As much of JSON Schema as the DTOs need. */
export type Schema = Record<string, unknown>;

type Dto = new () => object;

/** The JSON Schema of a DTO and of those within it, by class name: what class-validator checks, and no second copy of it. */
export function dtoSchemas(dto: Dto, known: Record<string, Schema> = {}): Record<string, Schema> {
  if (dto.name in known) return known;
  const properties: Record<string, Schema> = {};
  const optional = new Set<string>();
  known[dto.name] = { type: 'object', additionalProperties: false, properties };
  // The last decorator is the first in the storage; what a schema reads like is the other way round.
  for (const rule of getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false).reverse()) {
    const property = (properties[rule.propertyName] ??= {});
    if (rule.type === 'conditionalValidation') optional.add(rule.propertyName);
    else if (rule.type === 'nestedValidation') {
      const alternatives = alternativesOf(dto, rule.propertyName);
      if (alternatives) {
        for (const { value } of alternatives) dtoSchemas(value, known);
        property['anyOf'] = [
          { enum: alternatives.map(({ name }) => name) },
          ...alternatives.map(({ value }) => ({ $ref: `#/components/schemas/${value.name}` })),
        ];
        continue;
      }
      const nested = Reflect.getMetadata('design:type', dto.prototype as object, rule.propertyName) as Dto;
      dtoSchemas(nested, known);
      property['$ref'] = `#/components/schemas/${nested.name}`;
    } else {
      const at = rule.each ? ((property['items'] ??= {}) as Schema) : property;
      Object.assign(at, constraint(rule.name ?? '', (rule.constraints ?? []) as unknown[]));
    }
  }
  const defaults = new dto() as Record<string, unknown>;
  for (const [name, property] of Object.entries(properties))
    if (defaults[name] !== undefined) property['default'] = defaults[name];
  known[dto.name]!['required'] = Object.keys(properties).filter(
    (name) => !optional.has(name) && defaults[name] === undefined,
  );
  return known;
}

function constraint(rule: string, [value]: unknown[]): Schema {
  switch (rule) {
    case 'isString':
      return { type: 'string' };
    case 'isInt':
      return { type: 'integer' };
    case 'isNumber':
      return { type: 'number' };
    case 'isBoolean':
      return { type: 'boolean' };
    case 'isObject':
      // What kind of object, the schema that it refers to says.
      return {};
    case 'isArray':
      return { type: 'array' };
    case 'isIn':
      return { enum: value };
    case 'min':
      return { minimum: value };
    case 'max':
      return { maximum: value };
    case 'maxLength':
      return { maxLength: value };
    case 'matches':
      return { pattern: (value as RegExp).source };
    case 'arrayMinSize':
      return { minItems: value };
    case 'arrayMaxSize':
      return { maxItems: value };
    case 'arrayUnique':
      return { uniqueItems: true };
    case 'isEmptyWithGeneralParameters':
      // What depends on another field is told by the error.
      return {};
    default:
      throw new Error(`the rule ${rule} has no JSON Schema here: add it`);
  }
}
