import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Run `work` in a new directory below `parent`, which is gone afterwards whatever happens. */
export async function inScratchDirectory<T>(
  parent: string,
  prefix: string,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(parent, `${prefix}-`));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
