import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { lockDirectory, runningExecutor, type ExecutorRecord } from './executor-file';
import { identifyProcess } from './process-identity';

const directories: string[] = [];
afterEach(() => directories.splice(0).forEach((each) => rmSync(each, { recursive: true })));

function directory(record?: Partial<ExecutorRecord> | string): string {
  const made = mkdtempSync(path.join(tmpdir(), 'bespoke-lock-'));
  directories.push(made);
  if (record !== undefined)
    writeFileSync(
      path.join(made, 'executor.json'),
      typeof record === 'string' ? record : JSON.stringify({ processes: [], ...record }),
    );
  return made;
}

/** A process number that was in use once and is not now. */
async function deadProcess(): Promise<{ pid: number; startedAt: string }> {
  const child = spawn('sleep', ['60']);
  const identity = identifyProcess(child.pid!)!;
  child.kill('SIGKILL');
  await once(child, 'exit');
  return identity;
}

describe('the lock on a directory', () => {
  it('keeps a second executor out, and lets it in after the release', async () => {
    const place = directory();
    const lock = await lockDirectory(place);
    await expect(lockDirectory(place)).rejects.toMatchObject({ code: 'directory-in-use' });
    lock.release();
    (await lockDirectory(place)).release();
    expect(readdirSync(place)).toEqual([]);
  });

  it('lets just one of many in', async () => {
    const place = directory({ executor: await deadProcess() });
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(place)));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(place)).toEqual(['executor.json']);
  });

  it('is taken over from an executor that was killed, and what it left running is ended', async () => {
    const orphan = spawn('sleep', ['60'], { detached: true });
    const ended = once(orphan, 'exit');
    const place = directory({
      executor: await deadProcess(),
      processes: [identifyProcess(orphan.pid!)!],
    });
    const lock = await lockDirectory(place);
    expect(lock.ended).toEqual([orphan.pid]);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('is taken over when its process number belongs to another process by now', async () => {
    const place = directory({ executor: { pid: process.pid, startedAt: 'another time' } });
    expect((await lockDirectory(place)).ended).toEqual([]);
  });

  it('leaves processes alone that merely have the number of one that was left', async () => {
    const bystander = spawn('sleep', ['60'], { detached: true });
    const place = directory({
      executor: await deadProcess(),
      processes: [{ pid: bystander.pid!, startedAt: 'another time' }],
    });
    await lockDirectory(place);
    expect(identifyProcess(bystander.pid!)).not.toBeNull();
    bystander.kill();
  });

  it('is taken over from a file that a full disk cut short', async () => {
    await lockDirectory(directory('{"executor":'));
  });

  it('tells clients where the executor serves, as long as it runs', async () => {
    const place = directory();
    expect(runningExecutor(place)).toBeNull();
    const lock = await lockDirectory(place);
    lock.write({ processes: [], gatewayUrl: 'http://127.0.0.1:1', natsUrl: null });
    expect(runningExecutor(place)).toMatchObject({ gatewayUrl: 'http://127.0.0.1:1' });
    lock.release();
    expect(runningExecutor(place)).toBeNull();
  });
});
