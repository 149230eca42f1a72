import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ProgramMemoryExceededError,
  ProgramNotFoundError,
  ProgramOutputTooLargeError,
  ProgramTimedOutError,
  findProgram,
} from './index';
import { runProgram } from './run-program';

let cwd: string;
beforeAll(() => (cwd = mkdtempSync(join(tmpdir(), 'child-process-'))));
afterAll(() => rmSync(cwd, { recursive: true }));

const sh = (script: string) => ({ command: 'sh', args: ['-c', script], cwd });

/** A shell that leaves its own pid and that of a child in two files, and then waits for the child. */
const family = (name: string) => `echo $$ > ${name}.parent; sleep 300 & echo $! > ${name}.child; wait`;

async function pidsOf(name: string): Promise<number[]> {
  const files = [`${name}.parent`, `${name}.child`].map((file) => join(cwd, file));
  await until(() => files.every((file) => existsSync(file) && readFileSync(file, 'utf8').trim() !== ''));
  return files.map((file) => Number(readFileSync(file, 'utf8')));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A defunct process has ended; in a container without an init nobody may ever collect it. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('runProgram', () => {
  it('gives back what a program wrote and how it ended', async () => {
    const result = await runProgram({ ...sh('cat; echo problem >&2; exit 3'), stdin: 'input' });
    expect(result).toMatchObject({ exitCode: 3, signal: null, stdout: 'input', stderr: 'problem\n' });
    expect(result.wallSeconds).toBeGreaterThan(0);
  });

  it('says by which signal a program ended', async () => {
    expect(await runProgram(sh('kill -SEGV $$'))).toMatchObject({ exitCode: null, signal: 'SIGSEGV' });
  });

  it('survives a program that does not read its input', async () => {
    expect(await runProgram({ ...sh('exit 0'), stdin: 'x'.repeat(2 ** 20) })).toMatchObject({ exitCode: 0 });
  });

  it('names a program that is not there', async () => {
    const missing = runProgram({ command: 'no-such-program', args: [], cwd });
    await expect(missing).rejects.toThrow(ProgramNotFoundError);
    await expect(missing).rejects.toThrow('no-such-program');
  });

  it('kills the whole process group when it is aborted', async () => {
    const abort = new AbortController();
    const run = runProgram({ ...sh(family('aborted')), signal: abort.signal });
    const pids = await pidsOf('aborted');
    abort.abort(new Error('cancelled by the test'));
    await expect(run).rejects.toThrow('cancelled by the test');
    await until(() => !pids.some(isRunning));
  });

  it('does not start a program for a signal that is already aborted', async () => {
    const run = runProgram({ ...sh('touch started'), signal: AbortSignal.abort(new Error('too late')) });
    await expect(run).rejects.toThrow('too late');
    expect(existsSync(join(cwd, 'started'))).toBe(false);
  });

  it('kills the whole process group at the time-out', async () => {
    await expect(runProgram({ ...sh(family('slow')), timeoutMs: 300 })).rejects.toThrow(ProgramTimedOutError);
    const pids = await pidsOf('slow');
    await until(() => !pids.some(isRunning));
  });

  describe('with a limit of memory', () => {
    /** Holds so many MB, and then does what is said. */
    const holding = (megabytes: number, then: string) =>
      `"${process.execPath}" -e 'const held = Buffer.alloc(${megabytes}e6, 1); ${then}'`;
    const limit = { memoryBytes: 400e6 };

    it('stops one that takes more, and says how much', async () => {
      const run = runProgram({ ...sh(`${holding(600, 'setInterval(() => held, 1e6)')}; exit 0`), ...limit });
      const error = await run.then(null, (reason: unknown) => reason as ProgramMemoryExceededError);
      expect(error).toBeInstanceOf(ProgramMemoryExceededError);
      expect(error).toMatchObject({ limitBytes: 400e6 });
      expect((error as ProgramMemoryExceededError).usedBytes).toBeGreaterThan(400e6);
      expect((error as ProgramMemoryExceededError).message).toMatch(
        /^sh .*used 0\.\d\d GB .*where 0\.40 GB are/,
      );
    });

    it('adds up the processes of its group', async () => {
      const one = holding(300, 'setInterval(() => held, 1e6)');
      await expect(runProgram({ ...sh(`${one} & ${one} & wait`), ...limit })).rejects.toThrow(
        ProgramMemoryExceededError,
      );
    });

    it('lets one that takes less come to its end', async () => {
      const run = runProgram({ ...sh(holding(100, 'setTimeout(() => held, 500)')), ...limit });
      expect(await run).toMatchObject({ exitCode: 0 });
    });
  });

  it('stops a program that writes without end', async () => {
    const run = runProgram({ ...sh('while :; do echo yes; done'), maxOutputBytes: 10_000 });
    await expect(run).rejects.toThrow(ProgramOutputTooLargeError);
  });

  it('does not wait for what a program leaves in the background, and ends it', async () => {
    const result = await runProgram(sh('sleep 300 & echo $!'));
    const pid = Number(result.stdout);
    await until(() => !isRunning(pid));
  });

  it('takes a program and its children along when this process is killed by kill -9', async () => {
    // The library is loaded from its build: a child process does not go through vitest's compiler.
    const main = join(cwd, 'main.cjs');
    const library = join(__dirname, '../dist/index.js');
    writeFileSync(
      main,
      `require(${JSON.stringify(library)}).runProgram({ command: 'sh', args: ['-c', process.argv[2]], cwd: process.argv[3] });`,
    );
    const parent = spawn(process.execPath, [main, family('orphaned'), cwd]);
    const pids = await pidsOf('orphaned');
    expect(pids.every(isRunning)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await until(() => !pids.some(isRunning));
  });
});

describe('findProgram', () => {
  it('prefers the environment variable and does not fall back when it is wrong', () => {
    expect(findProgram('sh', 'MY_SH', { MY_SH: '/bin/cat', PATH: '/bin' })).toBe('/bin/cat');
    expect(findProgram('sh', 'MY_SH', { MY_SH: '/no/such/sh', PATH: '/bin' })).toBeNull();
    expect(findProgram('sh', 'MY_SH', { PATH: '/bin' })).toBe('/bin/sh');
  });
});
