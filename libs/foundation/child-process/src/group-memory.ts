import { execFile, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const SHORTEST_PAUSE_MS = 100;
/** A look at every process of a large machine takes long: the pauses between looks are so many times longer. */
const PAUSE_PER_LOOK = 50;

interface Watch {
  group: number;
  limitBytes: number;
  exceeded: (usedBytes: number) => void;
}

const watches = new Set<Watch>();
let timer: NodeJS.Timeout | undefined;

/**
 * Watches the resident memory of a child's process group, all of its processes added up, several times a second (less
 * often where a thousand processes run). What it uses when that is more than the limit goes to `exceeded`, once.
 * @returns ends the watch
 */
export function watchMemory(
  { pid: group }: ChildProcess,
  limitBytes: number,
  exceeded: (usedBytes: number) => void,
): () => void {
  // It could not be started, and says so itself.
  if (group === undefined) return () => {};
  const watch = { group, limitBytes, exceeded };
  watches.add(watch);
  lookAfter(SHORTEST_PAUSE_MS);
  return () => watches.delete(watch);
}

function lookAfter(pauseMs: number): void {
  timer ??= setTimeout(() => void look(), pauseMs).unref();
}

async function look(): Promise<void> {
  const startedAt = performance.now();
  // One that fails, for want of file handles say, is followed by another.
  const used = await residentBytesByGroup(new Set([...watches].map(({ group }) => group))).catch(
    () => new Map<number, number>(),
  );
  for (const watch of watches) {
    const usedBytes = used.get(watch.group) ?? 0;
    if (usedBytes <= watch.limitBytes) continue;
    watches.delete(watch);
    watch.exceeded(usedBytes);
  }
  timer = undefined;
  if (watches.size > 0)
    lookAfter(Math.max(SHORTEST_PAUSE_MS, PAUSE_PER_LOOK * (performance.now() - startedAt)));
}

async function residentBytesByGroup(groups: ReadonlySet<number>): Promise<Map<number, number>> {
  const used = new Map<number, number>();
  const add = (group: number, kibibytes: number): void => {
    if (groups.has(group)) used.set(group, (used.get(group) ?? 0) + kibibytes * 1024);
  };
  if (process.platform === 'linux') {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        // "pid (name) state parent group …", where the name may hold anything.
        const group = Number(/^.*\) \S+ \d+ (\d+) /s.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]);
        if (!groups.has(group)) continue;
        const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
        add(group, Number(resident ?? 0));
      } catch {
        // It has ended meanwhile.
      }
    }
  } else {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pgid=,rss=']);
    for (const line of stdout.trim().split('\n')) {
      const [group, kibibytes] = line.trim().split(/\s+/).map(Number);
      add(group!, kibibytes!);
    }
  }
  return used;
}
