import type { DriveLine } from './fit';
import type { InputLine } from './input-lines';

/** Each line as what one fit is about. */
export async function* fitOfEach(lines: AsyncIterable<InputLine>): AsyncGenerator<InputLine> {
  for await (const line of lines) yield 'refusal' in line ? line : together([line], line);
}

/** All lines as what one fit is about; those that can't be read come each by itself. */
export async function* fitOfAll(lines: AsyncIterable<InputLine>): AsyncGenerator<InputLine> {
  const readable: (InputLine & { text: string })[] = [];
  for await (const line of lines) {
    if ('refusal' in line) yield line;
    else readable.push(line);
  }
  const [first] = readable;
  if (first !== undefined) {
    const bytes = readable.reduce((sum, line) => sum + line.bytes, 0);
    yield together(readable, { number: first.number, bytes });
  }
}

function together(
  lines: readonly (InputLine & { text: string })[],
  { number, bytes }: Pick<InputLine, 'number' | 'bytes'>,
): InputLine {
  const drives = lines.map((line): DriveLine => ({ number: line.number, text: line.text }));
  return { number, bytes, text: JSON.stringify(drives) };
}
