import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The version of this software: part of the identity of what it computes itself (fragments, fits), so that a
 * release never passes off its predecessor's answers as its own.
 */
export const SOFTWARE_VERSION: string = (
  JSON.parse(readFileSync(path.join(__dirname, '../package.json'), 'utf8')) as { version: string }
).version;
