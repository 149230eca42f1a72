/** One line of the input, or one record of a molecule file: what a thread is given to work on. */
export type InputLine = {
  /** From 1; lines that are blank count, but are not given out. */
  number: number;
  bytes: number;
} & ({ text: string } | { refusal: string });

/** A geometry of 50 atoms has 2 kB, so that thousands fit in a line. */
export const MAX_LINE_BYTES = 32 * 2 ** 20;

const NEWLINE = 0x0a;

/** The lines of a stream of JSON lines that are not blank, each as soon as it is there. */
export async function* inputLines(
  stream: AsyncIterable<Buffer>,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<InputLine> {
  let number = 0;
  for await (const { bytes, content } of rawLines(stream, maxBytes)) {
    number += 1;
    const line = readLine(number, bytes, content, maxBytes);
    if (line !== null) yield line;
  }
}

/** The lines of a stream as they are, without their ends; the content of one that is too long is never held, but null. */
export async function* rawLines(
  stream: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<{ bytes: number; content: Buffer | null }> {
  let parts: Buffer[] = [];
  let bytes = 0;

  function take(part: Buffer): void {
    bytes += part.length;
    if (bytes > maxBytes) parts = [];
    else if (part.length > 0) parts.push(part);
  }
  function ended(): { bytes: number; content: Buffer | null } {
    const line = { bytes, content: bytes > maxBytes ? null : Buffer.concat(parts) };
    parts = [];
    bytes = 0;
    return line;
  }

  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, end));
      from = end + 1;
      yield ended();
    }
    take(chunk.subarray(from));
  }
  if (bytes > 0) yield ended();
}

function readLine(number: number, bytes: number, content: Buffer | null, maxBytes: number): InputLine | null {
  if (content === null) {
    const refusal = `the line has ${bytes} bytes, more than ${maxBytes}: give fewer geometries at once`;
    return { number, bytes: 0, refusal };
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    return text.trim() === '' ? null : { number, bytes, text };
  } catch {
    return { number, bytes: 0, refusal: 'the line is not UTF-8' };
  }
}
