import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that can't be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in the operating system's own words. */
  startedAt: string;
}

/** The process that has this number now; null when there is none, a defunct one included. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  try {
    const startedAt = process.platform === 'linux' ? startTicks(pid) : startDate(pid);
    return startedAt === null ? null : { pid, startedAt };
  } catch {
    // No such process is how both ways say it.
    return null;
  }
}

export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  return identifyProcess(pid)?.startedAt === startedAt;
}

/** Kills the processes, each with the process group that it leads, and waits until they are gone. */
export async function killLeftOvers(processes: readonly ProcessIdentity[]): Promise<number[]> {
  const left = processes.filter(isRunning);
  for (const { pid } of left) {
    for (const target of [-pid, pid]) {
      try {
        process.kill(target, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }
  while (left.some(isRunning)) await sleep(20);
  return left.map(({ pid }) => pid);
}

/** proc(5): state is the first and start time the twentieth field after the name, which may hold spaces. */
function startTicks(pid: number): string | null {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

function startDate(pid: number): string | null {
  const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
}
