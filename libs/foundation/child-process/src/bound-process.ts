import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { findProgram } from './find-program';
import { ProgramNotFoundError } from './program-error';

export interface BoundSpawnOptions extends Omit<SpawnOptions, 'detached'> {
  /** What the child gets when this process dies, however it dies. */
  parentDeathSignal?: 'SIGTERM' | 'SIGKILL';
}

/**
 * Starts a program in a process group of its own that does not outlive this process, not even by kill -9.
 * Two things see to that: the kernel (`setpriv --pdeathsig`, where there is one) for the program itself, and
 * for its whole group a watchdog, one small shell for this process, that notices the end of a pipe.
 * @throws ProgramNotFoundError
 */
export function spawnBound(
  command: string,
  args: readonly string[],
  { parentDeathSignal = 'SIGKILL', ...options }: BoundSpawnOptions = {},
): ChildProcess {
  const path = findProgram(command, undefined, options.env);
  if (path === null) throw new ProgramNotFoundError(command);
  const setpriv = setprivPath();
  // It must be listening before there is a child, or what the child starts meanwhile could be missed.
  const watcher = (watchdog ??= startWatchdog());
  const child =
    setpriv === null
      ? spawn(path, args, { ...options, detached: true })
      : spawn(setpriv, ['--pdeathsig', parentDeathSignal.slice(3), '--', path, ...args], {
          ...options,
          detached: true,
        });
  const group = child.pid;
  if (group !== undefined) {
    watcher.stdin?.write(`+ ${group} ${parentDeathSignal.slice(3)}\n`);
    child.once('exit', () => watcher.stdin?.write(`- ${group}\n`));
  }
  return child;
}

/** Sends a signal to a child's whole process group; no error if it is gone. */
export function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

let knownSetprivPath: string | null | undefined;

/** Not every setpriv knows the option (BusyBox's does not), so it is tried once. */
function setprivPath(): string | null {
  if (knownSetprivPath === undefined) {
    const path = process.platform === 'linux' ? findProgram('setpriv') : null;
    const works = path !== null && spawnSync(path, ['--pdeathsig', 'KILL', '--', 'true']).status === 0;
    knownSetprivPath = works ? path : null;
  }
  return knownSetprivPath;
}

// Reads "+ <process group> <signal>" and "- <process group>"; at the end of the pipe, which comes when the
// process that holds the other end dies, it signals what is left. Built-ins of a POSIX shell alone.
const WATCHDOG = `
left=' '
while read -r change group signal; do
  case $change in
    +) left="$left$group:$signal " ;;
    -) for entry in $left; do
         case $entry in "$group":*) left="\${left%% $entry *} \${left#* $entry }" ;; esac
       done ;;
  esac
done
for entry in $left; do kill -s "\${entry#*:}" -- "-\${entry%:*}" 2>/dev/null; done
`;

let watchdog: ChildProcess | undefined;

function startWatchdog(): ChildProcess {
  // A group of its own, so that Ctrl-C in a terminal does not end it before its work is done.
  const shell = spawn('/bin/sh', ['-c', WATCHDOG], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  // Without it the kernel's own signal remains; a broken pipe must not end this process.
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  return shell;
}
