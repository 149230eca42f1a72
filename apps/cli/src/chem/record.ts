// No chemistry is loaded here: the command line itself reads ids.

/** A field of an input line that can't be used; the message names it and says what it is to be. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  readonly code = 'unusable-field';

  constructor(field: string, reason: string, options?: ErrorOptions) {
    super(`${field}: ${reason}`, options);
  }
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
  const id = record['id'] ?? lineNumber;
  if (typeof id === 'string') return id;
  if (typeof id !== 'number') throw new FieldError('id', 'it is to be a string or a number');
  if (!Number.isFinite(id) || (Number.isInteger(id) && !Number.isSafeInteger(id)))
    throw new FieldError('id', 'the number is too large to be given back as it is: give a string');
  return id;
}

/**
 * Charges by atom in e, or null where the line has none.
 * @throws FieldError
 */
export function chargesOf(record: InputRecord, atomCount: number): number[] | null {
  const charges = record['charges_e'];
  if (charges === undefined || charges === null) return null;
  if (!Array.isArray(charges) || charges.length !== atomCount)
    throw new FieldError(
      'charges_e',
      `${lengthOf(charges)}; it is to be a list of ${atomCount}, one for each atom`,
    );
  charges.forEach((charge, index) => assertNumber('charges_e', [index], charge));
  return charges as number[];
}

/**
 * The geometries as flat coordinates in angstrom.
 * @throws FieldError
 */
export function geometriesOf(record: InputRecord, atomCount: number): Float64Array[] {
  const field = 'geometries_angstrom';
  const geometries = record[field];
  if (!Array.isArray(geometries))
    throw new FieldError(
      field,
      geometries === undefined ? 'it is missing' : 'it is to be a list of geometries, [[[x,y,z],…],…]',
    );
  if (geometries.length === 0) throw new FieldError(field, 'it is empty; give one geometry or more');
  return geometries.map((geometry, index) => readGeometry(field, [index], geometry, atomCount));
}

/**
 * The one geometry of a line, or null where it has none.
 * @throws FieldError
 */
export function geometryOf(record: InputRecord, atomCount: number): Float64Array | null {
  const field = 'geometry_angstrom';
  const geometry = record[field];
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
