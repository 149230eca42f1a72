import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 300;

/**
 * Only one of several processes at once installs into a directory; the others wait for it, saying so. As `./bespoke` does
 * it for the build, but the lock, beside the directory, is a link to the process id, which is there as soon as the lock
 * is. That of a process which is dead is taken away.
 */
export async function withInstallationLock(directory: string, install: () => Promise<void>): Promise<void> {
  const lock = `${directory}.lock`;
  mkdirSync(dirname(lock), { recursive: true });
  let told = false;
  while (!taken(lock)) {
    const holder = holderOf(lock);
    if (holder !== null && !isAlive(holder)) {
      takeAway(lock);
      continue;
    }
    if (holder !== null && !told) {
      told = true;
      process.stderr.write(
        `waiting for process ${holder}, which installs into ${directory} (remove ${lock} if it doesn't)\n`,
      );
    }
    await delay(POLL_MS);
  }
  try {
    await install();
  } finally {
    rmSync(lock, { force: true });
  }
}

function taken(lock: string): boolean {
  try {
    symlinkSync(String(process.pid), lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Null when it was given back meanwhile. */
function holderOf(lock: string): number | null {
  try {
    return Number(readlinkSync(lock));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** This process holds no lock that it waits for: its id, in a container say, was that of an earlier one. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's lives too.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Only one of those that wait can rename it. */
function takeAway(lock: string): void {
  const mine = `${lock}.${process.pid}`;
  try {
    renameSync(lock, mine);
    rmSync(mine);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
