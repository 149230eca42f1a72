import { describe, expect, it } from 'vitest';
import { inOrder } from './in-order';

interface Item {
  bytes: number;
  index: number;
}

async function* items(
  count: number,
  onRead: (index: number) => void = () => undefined,
): AsyncGenerator<Item> {
  for (let index = 0; index < count; index += 1) {
    onRead(index);
    yield { index, bytes: 10 };
  }
}

/** A promise to be fulfilled from outside. */
function gate(): { passed: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  return { passed: new Promise((resolve) => (open = resolve)), open: () => open() };
}

const bounds = { atOnce: 2, held: 6, heldBytes: 1e6 };

describe('inOrder', () => {
  it('writes in the order of the input, whatever ends first', async () => {
    const first = gate();
    const written: number[] = [];
    await inOrder(
      items(5),
      async ({ index }) => {
        if (index === 0) await first.passed;
        if (index === 4) first.open();
        return index * index;
      },
      async (square) => void written.push(square),
      bounds,
    );
    expect(written).toEqual([0, 1, 4, 9, 16]);
  });

  it.each([
    ['inputs', bounds, 6],
    ['bytes', { ...bounds, held: 1000, heldBytes: 30 }, 3],
  ])('reads no more than so many %s while the first takes its time', async (_, limits, most) => {
    const first = gate();
    let read = 0;
    let ended = 0;
    const done = inOrder(
      items(50, () => (read += 1)),
      async ({ index }) => {
        if (index === 0) await first.passed;
        else ended += 1;
      },
      async () => undefined,
      limits,
    );
    // Everything that can end has ended when the count of what ended stands still.
    for (let before = -1; before !== ended;) {
      before = ended;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(read).toBe(most);
    first.open();
    await done;
    expect(read).toBe(50);
  });

  it('works on no more at once than it is told', async () => {
    let running = 0;
    let most = 0;
    await inOrder(
      items(20),
      async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      },
      async () => undefined,
      { ...bounds, atOnce: 3 },
    );
    expect(most).toBe(3);
  });

  it('ends with what reading, working or writing throws', async () => {
    const fine = async (): Promise<void> => undefined;
    const failing = async (): Promise<void> => Promise.reject(new Error('no more'));
    async function* unreadable(): AsyncGenerator<Item> {
      yield { index: 0, bytes: 1 };
      throw new Error('no more');
    }
    await expect(inOrder(items(100), failing, fine, bounds)).rejects.toThrow('no more');
    await expect(inOrder(items(100), fine, failing, bounds)).rejects.toThrow('no more');
    await expect(inOrder(unreadable(), fine, fine, bounds)).rejects.toThrow('no more');
  });
});
