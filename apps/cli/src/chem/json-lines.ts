import { accessSync, constants, createReadStream, fstatSync, statSync, type Stats } from 'node:fs';
import type { Readable } from 'node:stream';
import { CliError, unreadableFile } from '../cli-error';

/** Where lines come from. */
export interface LineSource {
  stream: Readable;
  /** Null where that is not known: a pipe. */
  bytes: number | null;
}

/**
 * A file, or standard input.
 * @throws CliError where there is no such file, or nobody gives any input
 */
export function openLines(file: string | undefined): LineSource {
  if (file !== undefined) return openFile(file);
  if (process.stdin.isTTY)
    throw new CliError('usage', 'no input: name a file, or pipe lines of JSON in; --help shows one');
  return { stream: process.stdin, bytes: sizeOf(fstatSync(0)) };
}

/** @throws CliError `badMolecule` */
export function openFile(file: string): LineSource {
  const bytes = fileBytes(file);
  return { stream: createReadStream(file), bytes };
}

/**
 * How large a file is that can be read; null for a pipe.
 * @throws CliError `badMolecule`
 */
export function fileBytes(file: string): number | null {
  try {
    accessSync(file, constants.R_OK);
    const stat = statSync(file);
    if (stat.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    return sizeOf(stat);
  } catch (error) {
    throw unreadableFile('badMolecule', file, error);
  }
}

function sizeOf(stat: Stats): number | null {
  return stat.isFile() ? stat.size : null;
}

/** The reader of the output has seen enough (`| head`). */
export class ReaderGoneError extends Error {
  override readonly name = 'ReaderGoneError';
}

/**
 * Writes a line, and waits where the reader is slower than we are.
 * @throws ReaderGoneError
 */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(new ReaderGoneError('nobody reads the output any more', { cause: error }));
    });
  });
}
