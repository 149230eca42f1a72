import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { inputLines, type InputLine } from './input-lines';

async function linesOf(chunks: readonly (string | Buffer)[], maxBytes?: number): Promise<InputLine[]> {
  const found: InputLine[] = [];
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  for await (const line of inputLines(stream, maxBytes)) found.push(line);
  return found;
}

describe('inputLines', () => {
  it('gives each line with its number, however the bytes come', async () => {
    const text = '{"id":"ä"}\r\n\n  \n{"id":2}\n{"id":3}';
    const whole = await linesOf([text]);
    expect(whole.map((line) => [line.number, 'text' in line && line.text.trim()])).toEqual([
      [1, '{"id":"ä"}'],
      [4, '{"id":2}'],
      [5, '{"id":3}'],
    ]);
    expect(await linesOf(Array.from(Buffer.from(text), (byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it('refuses a line that is too long, and goes on with the next', async () => {
    const lines = await linesOf(['short\n', 'x'.repeat(60), 'x'.repeat(60), '\nlast'], 100);
    expect(lines).toMatchObject([
      { number: 1, text: 'short' },
      { number: 2, refusal: expect.stringContaining('120 bytes') },
      { number: 3, text: 'last' },
    ]);
  });

  it('refuses a line that is not UTF-8', async () => {
    const lines = await linesOf([Buffer.from([0xff, 0xfe, 0x0a]), 'good']);
    expect(lines).toMatchObject([{ refusal: 'the line is not UTF-8' }, { text: 'good' }]);
  });

  it('gives nothing for an empty input', async () => {
    expect(await linesOf([])).toEqual([]);
  });
});
