import { createReadStream, fstatSync, openSync, type ReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { CliError } from '../cli-error';

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
  return { stream: process.stdin, bytes: sizeOf(0) };
}

/** @throws CliError `badMolecule` */
export function openFile(file: string): { stream: ReadStream; bytes: number | null } {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
    if (fstatSync(descriptor).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it can't be read (${code})`;
    throw new CliError('badMolecule', `${file}: ${why}`, { cause: error });
  }
  return { stream: createReadStream(file, { fd: descriptor }), bytes: sizeOf(descriptor) };
}

function sizeOf(descriptor: number): number | null {
  const stat = fstatSync(descriptor);
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
