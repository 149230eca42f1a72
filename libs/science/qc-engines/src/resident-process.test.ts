import { afterEach, describe, expect, it, vi } from 'vitest';
import { withResidentProcess } from './resident-process';

/** Answers each job with its process id and the number of jobs that it has had. */
const program = {
  name: 'counter',
  command: process.execPath,
  args: [
    '-e',
    `let jobs = 0;
     require('readline').createInterface({ input: process.stdin }).on('line', () =>
       require('fs').writeSync(3, JSON.stringify({ result: { pid: process.pid, jobs: ++jobs } }) + '\\n'));`,
  ],
  env: {},
};
const job = () =>
  withResidentProcess(program, { memoryBytes: 2e9 }, (ask) => ask<{ pid: number; jobs: number }>({}));

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a process that stays', () => {
  it('takes one job after another, until it has been idle for a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const first = await job();
    vi.advanceTimersByTime(59_000);
    const second = await job();
    expect(second).toEqual({ pid: first.pid, jobs: 2 });
    // The minute is counted from the last job.
    vi.advanceTimersByTime(59_000);
    const third = await job();
    expect(third).toEqual({ pid: first.pid, jobs: 3 });
    vi.advanceTimersByTime(60_000);
    // Not the one that is being ended, even if it has not noticed yet.
    const fourth = await job();
    expect(fourth.jobs).toBe(1);
    vi.useRealTimers();
    await vi.waitFor(() => expect(isRunning(first.pid)).toBe(false), 10_000);
    expect(isRunning(fourth.pid)).toBe(true);
  });

  it('is not ended in the middle of a job', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { pid } = await job();
    await withResidentProcess(program, { memoryBytes: 2e9 }, async (ask) => {
      vi.advanceTimersByTime(120_000);
      expect(await ask<{ pid: number }>({})).toMatchObject({ pid });
    });
  });
});
