import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type * as Built from './index';

// The build: threads cannot load TypeScript.
const { endThreads, runInThread } = createRequire(__filename)('../dist/index.js') as typeof Built;
const FIXTURE = join(__dirname, '../fixtures/thread.cjs');
const forever = new AbortController().signal;

afterAll(endThreads);

describe('runInThread', () => {
  it('gives back what the function gives back', async () => {
    expect(await runInThread(FIXTURE, { wanted: 'square' }, forever)).toBe(49);
  });

  it('throws what the function throws, with its name, code and output', async () => {
    await expect(runInThread(FIXTURE, { wanted: 'failure' }, forever)).rejects.toMatchObject({
      name: 'RangeError',
      message: 'the engine says no',
      code: 'engine-failed',
      output: 'its words',
    });
  });

  it('ends a function that would never end by itself', async () => {
    const abort = new AbortController();
    const run = runInThread(FIXTURE, { wanted: 'endless' }, abort.signal);
    setTimeout(() => abort.abort(new Error('cancelled by the test')), 200);
    await expect(run).rejects.toThrow('cancelled by the test');
    expect(await runInThread(FIXTURE, { wanted: 'square' }, forever)).toBe(49);
  });
});
