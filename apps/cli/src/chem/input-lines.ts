/** One line of the input, or one record of a molecule file: what a thread is given to work on. */
export type InputLine = {
  /** From 1; lines that are blank count, but are not given out. */
  number: number;
  bytes: number;
} & ({ text: string } | { refusal: string });

/** A geometry of 50 atoms has 2 kB, so that thousands fit in a line. */
export const MAX_LINE_BYTES = 32 * 2 ** 20;

const NEWLINE = 0x0a;

/** The lines of a stream of UTF-8 bytes that are not blank, each as soon as it is there; one that is too long is never held. */
export async function* inputLines(
  stream: AsyncIterable<Buffer>,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<InputLine> {
  let number = 0;
  let parts: Buffer[] = [];
  let bytes = 0;

  function take(part: Buffer): void {
    bytes += part.length;
    if (bytes > maxBytes) parts = [];
    else parts.push(part);
  }
  function lineEnded(): InputLine | null {
    number += 1;
    const line = readLine(number, bytes, Buffer.concat(parts), maxBytes);
    parts = [];
    bytes = 0;
    return line;
  }

  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, end));
      from = end + 1;
      const line = lineEnded();
      if (line !== null) yield line;
    }
    take(chunk.subarray(from));
  }
  const last = lineEnded();
  if (last !== null) yield last;
}

function readLine(number: number, bytes: number, content: Buffer, maxBytes: number): InputLine | null {
  if (bytes > maxBytes)
    return {
      number,
      bytes: 0,
      refusal: `the line has ${bytes} bytes, more than ${maxBytes}: give fewer geometries at once`,
    };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return { number, bytes: 0, refusal: 'the line is not UTF-8' };
  }
  return text.trim() === '' ? null : { number, bytes, text };
}
