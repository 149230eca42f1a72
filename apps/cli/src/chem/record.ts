// No chemistry is loaded here: the command line itself reads ids.
import type { Molecule } from '@bespoke/molecule';

/** A field of an input line that can't be used; the message names it and says what it is to be. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  readonly code = 'unusable-field';

  constructor(field: string, reason: string, options?: ErrorOptions) {
    super(`${field}: ${reason}`, options);
  }
}

/** A line that an earlier command gave up on; the message is that command's. */
export class EarlierFailureError extends Error {
  override readonly name = 'EarlierFailureError';
  readonly code = 'failed-earlier';
}

/** The object on an input line, of which nothing is known yet. */
export type InputRecord = Readonly<Record<string, unknown>>;

/**
 * NaN and Infinity, which are no JSON but which Python writes, count as null, so that whoever reads a field can name it.
 * @throws FieldError
 */
export function parseRecord(text: string): InputRecord {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    throw new FieldError('the line', `it is not JSON: ${(error as Error).message}`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new FieldError('the line', 'it is to be a JSON object, such as {"id": 1, "mapped_smiles": "…"}');
  return json as InputRecord;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const withoutNaN = text.replace(/([[:,]\s*)-?(?:NaN|Infinity)(?=\s*[,\]}])/g, '$1null');
    if (withoutNaN === text) throw error;
    return JSON.parse(withoutNaN);
  }
}

/**
 * What the line calls itself, or its number.
 * @throws FieldError
 */
export function idOf(record: InputRecord, lineNumber: number): string | number {
  const id = fieldOf(record, 'id') ?? lineNumber;
  if (typeof id === 'string') return id;
  if (typeof id !== 'number') throw new FieldError('id', 'it is to be a string or a number');
  if (!Number.isFinite(id) || (Number.isInteger(id) && !Number.isSafeInteger(id)))
    throw new FieldError('id', 'the number is too large to be given back as it is: give a string');
  return id;
}

/**
 * What a field holds, undefined where the line has none.
 * @throws FieldError where there is one instead that only its spelling tells apart
 */
export function fieldOf(record: InputRecord, field: string): unknown {
  const value = record[field];
  if (value !== undefined) return value;
  const near = Object.keys(record).find((name) => name !== field && bareName(name) === bareName(field));
  if (near !== undefined) throw new FieldError(near, `it is to be written ${field}`);
  return undefined;
}

/** Without case, underscores and the s of plurals. */
function bareName(name: string): string {
  return name.toLowerCase().replace(/[_s]/g, '');
}

/** For a field that has to be there: which ones are, and where such lines come from. */
export function missingField(record: InputRecord, field: string, source = ''): FieldError {
  const names = Object.keys(record)
    .slice(0, MAX_NAMED)
    .map((name) => name.slice(0, 40));
  const there = names.length === 0 ? 'is empty' : `has ${names.join(', ')}`;
  return new FieldError(field, `it is missing; the line ${there}${source && `; ${source}`}`);
}

const MAX_NAMED = 12;

/**
 * Charges by atom in e, or null where the line has none.
 * @throws FieldError
 */
export function chargesOf(record: InputRecord, molecule: Molecule): number[] | null {
  const charges = fieldOf(record, 'charges_e');
  if (charges === undefined || charges === null) return null;
  const atomCount = molecule.atoms.length;
  if (!Array.isArray(charges) || charges.length !== atomCount)
    throw new FieldError(
      'charges_e',
      `${lengthOf(charges)}; it is to be a list of ${atomCount}, one for each atom`,
    );
  const sum = charges.reduce(
    (total: number, charge, at) => total + assertNumber('charges_e', [at], charge),
    0,
  );
  const formal = molecule.atoms.reduce((total, { formalCharge }) => total + formalCharge, 0);
  if (!(Math.abs(sum - formal) <= CHARGE_TOLERANCE_E))
    throw new FieldError(
      'charges_e',
      `they add up to ${Number(sum.toFixed(4))} e, the formal charges of mapped_smiles to ${formal} e`,
    );
  return charges as number[];
}

/** Charges may come rounded; a little more, for the sum is rounded too. */
const CHARGE_TOLERANCE_E = 0.01 + 1e-9;

/** 3N coordinates, and where on the line they stand. */
export interface GivenGeometry {
  field: string;
  angstrom: Float64Array;
}

/**
 * The geometries of a line, or the one that it has as `geometry_angstrom`.
 * @throws FieldError
 */
export function geometriesOf(record: InputRecord, atomCount: number): GivenGeometry[] {
  const field = 'geometries_angstrom';
  const single = geometryOf(record, atomCount);
  const geometries = fieldOf(record, field) ?? null;
  if (single !== null && geometries !== null)
    throw new FieldError(field, 'geometry_angstrom is there too; give one of them');
  if (single !== null) return [{ field: 'geometry_angstrom', angstrom: single }];
  if (geometries === null)
    throw missingField(record, field, 'geometry_angstrom, for a single one, will do too');
  if (!Array.isArray(geometries) || isOneGeometry(geometries, atomCount))
    throw new FieldError(field, 'it is to be a list of geometries, each [[x,y,z],…]: [[[x,y,z],…],…]');
  if (geometries.length === 0) throw new FieldError(field, 'it is empty; give one geometry or more');
  return geometries.map((geometry, index) => ({
    field: `${field}[${index}]`,
    angstrom: readGeometry(field, [index], geometry, atomCount),
  }));
}

/** Of a single atom [x,y,z] is a geometry. */
function isOneGeometry([first]: readonly unknown[], atomCount: number): boolean {
  return (
    typeof first === 'number' ||
    (atomCount > 1 && Array.isArray(first) && first.length === 3 && typeof first[0] === 'number')
  );
}

/**
 * The one geometry of a line, or null where it has none.
 * @throws FieldError
 */
export function geometryOf(record: InputRecord, atomCount: number): Float64Array | null {
  const field = 'geometry_angstrom';
  const geometry = fieldOf(record, field);
  if (geometry === undefined || geometry === null) return null;
  return readGeometry(field, [], geometry, atomCount);
}

/** [[x,y,z],…], or flat. */
function readGeometry(
  field: string,
  place: readonly number[],
  geometry: unknown,
  atomCount: number,
): Float64Array {
  const named = field + place.map((index) => `[${index}]`).join('');
  if (!Array.isArray(geometry)) throw new FieldError(named, 'it is to be a list of [x,y,z] in angstrom');
  const coordinates = new Float64Array(3 * atomCount);
  const isFlat = typeof geometry[0] === 'number';
  if (isFlat ? geometry.length !== 3 * atomCount : geometry.length !== atomCount)
    throw new FieldError(
      named,
      `${lengthOf(geometry)}; mapped_smiles has ${atomCount} atoms, so it is to be ` +
        (isFlat ? `${3 * atomCount} numbers` : `${atomCount} times [x,y,z]`),
    );
  if (isFlat) {
    geometry.forEach((value: unknown, at) => (coordinates[at] = assertNumber(field, [...place, at], value)));
    return coordinates;
  }
  geometry.forEach((xyz: unknown, atom) => {
    if (!Array.isArray(xyz) || xyz.length !== 3)
      throw new FieldError(`${named}[${atom}]`, 'it is to be [x,y,z] in angstrom');
    xyz.forEach(
      (value: unknown, axis) =>
        (coordinates[3 * atom + axis] = assertNumber(field, [...place, atom, axis], value)),
    );
  });
  return coordinates;
}

/** Flat coordinates as [[x,y,z],…]. */
export function byAtom(flat: Float64Array): number[][] {
  return Array.from({ length: flat.length / 3 }, (_, atom) => [...flat.subarray(3 * atom, 3 * atom + 3)]);
}

function assertNumber(field: string, place: readonly number[], value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const named = field + place.map((index) => `[${index}]`).join('');
  throw new FieldError(named, `it is ${shown(value)}, not a number`);
}

function lengthOf(value: unknown): string {
  return Array.isArray(value) ? `it has ${value.length} entries` : `it is no list`;
}

/** Not the whole of a long text, and nothing of what may be nested without end. */
function shown(value: unknown): string {
  if (value === null) return 'null or NaN';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
}
