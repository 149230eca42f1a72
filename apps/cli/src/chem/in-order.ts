export interface Bounds {
  /** How many inputs are worked on at once. */
  atOnce: number;
  /** How many inputs are held, from being read until their output is written. */
  held: number;
  /** As `held`, in bytes; what is read when it is reached is held too. */
  heldBytes: number;
}

/**
 * Works on several inputs at once and writes the outputs in the order of the inputs. No more is read than can be
 * held while the first of them is worked on, so that inputs without end take constant memory.
 * @throws what reading, `work` and `write` throw, at once
 */
export function inOrder<Input extends { bytes: number }, Output>(
  inputs: AsyncIterator<Input>,
  work: (input: Input) => Promise<Output>,
  write: (output: Output, input: Input) => Promise<void>,
  bounds: Bounds,
): Promise<void> {
  let held = 0;
  let heldBytes = 0;
  let waiting: (() => void)[] = [];
  let lastWritten = Promise.resolve();

  async function room(): Promise<void> {
    while (held >= bounds.held || heldBytes >= bounds.heldBytes)
      await new Promise<void>((resolve) => waiting.push(resolve));
    held += 1;
  }
  function leave(bytes: number): void {
    held -= 1;
    heldBytes -= bytes;
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  }

  return new Promise((resolve, reject) => {
    async function hand(): Promise<void> {
      for (;;) {
        await room();
        const next = await inputs.next();
        if (next.done) return leave(0);
        const input = next.value;
        heldBytes += input.bytes;
        const before = lastWritten;
        let written = (): void => undefined;
        lastWritten = new Promise((done) => (written = done));
        const output = await work(input);
        // Not awaited: while an earlier input takes its time, this hand takes up the next.
        before
          .then(() => write(output, input))
          .then(() => {
            leave(input.bytes);
            written();
          })
          .catch(reject);
      }
    }
    Promise.all(Array.from({ length: bounds.atOnce }, hand))
      .then(() => lastWritten)
      .then(resolve, reject);
  });
}
