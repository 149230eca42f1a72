import { createHash } from 'node:crypto';

/** SHA-256 of the bytes (of the UTF-8 of a string) as 64 lower-case hex digits. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * JSON in which equal values are equal strings: keys sorted, no white space, undefined members left out.
 * @throws TypeError on a number that JSON cannot say (NaN, infinities), a function, a symbol or a bigint.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON`);
      return JSON.stringify(value);
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
      const members = Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
      return `{${members.join(',')}}`;
    }
    default:
      throw new TypeError(`a ${typeof value} has no JSON`);
  }
}

/** The key under which equal content is found: SHA-256 of its canonical JSON. */
export function contentKey(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}
