import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { ExecutorError } from './executor-error';

/** What the executor finds where it is to keep its state. */
export interface DirectoryCheck {
  directory: string;
  /** As the operating system names it: ext4, nfs4, lustre; null where it doesn't say. */
  fileSystem: string | null;
  freeBytes: number;
  /** What a person should know before going on; empty when all is well. */
  warnings: string[];
}

const REFUSED_BELOW_BYTES = 1e9;
const WARNED_BELOW_BYTES = 5e9;
/** Their locks and their fsync are not to be relied on. */
const NETWORK_FILE_SYSTEMS =
  /^(nfs\d?|lustre|cifs|smb\w*|afs|gpfs|beegfs\w*|ceph|glusterfs|9p|orangefs|pvfs2|panfs|wekafs|fuse\.(sshfs|glusterfs|ceph\w*|s3fs|rclone|gcsfuse|mount-s3))$/;
const MEMORY_FILE_SYSTEMS = /^(tmpfs|ramfs)$/;

/** Where an executor keeps its state when nobody says otherwise: a place that outlives a reboot. */
export function defaultDirectory(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  // The specification has a relative XDG_DATA_HOME ignored.
  const dataHome = environment['XDG_DATA_HOME'];
  if (dataHome !== undefined && path.isAbsolute(dataHome)) return path.join(dataHome, 'bespoke-executor');
  const underHome = platform === 'darwin' ? 'Library/Application Support' : '.local/share';
  return path.join(home, underHome, 'bespoke-executor');
}

/** What a directory is like, before it is made perhaps, and whether an executor refuses it and why. */
export function checkDirectory(wanted: string): DirectoryCheck & { refusal: string | null } {
  let existing = path.resolve(wanted);
  while (!existsSync(existing)) existing = path.dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  const mounts = existsSync('/proc/mounts') ? readFileSync('/proc/mounts', 'utf8') : '';
  return judgeDirectory(path.resolve(wanted), fileSystemOf(realpathSync(existing), mounts), bavail * bsize);
}

/**
 * Makes the directory where there is none, readable by its owner alone, and sees whether state can live there.
 * @throws ExecutorError `directory-refused` when it can't be written or the disk is full.
 */
export function prepareDirectory(wanted: string): DirectoryCheck {
  const check = checkDirectory(wanted);
  if (check.refusal !== null) throw new ExecutorError('directory-refused', check.refusal);
  try {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    const probe = path.join(wanted, `.writable-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new ExecutorError(
      'directory-refused',
      `${wanted} can't be written (${(error as NodeJS.ErrnoException).code}); name another directory with --directory`,
      { cause: error },
    );
  }
  return check;
}

/** What to say about a directory with this file system under it and this much room on it. */
export function judgeDirectory(
  directory: string,
  fileSystem: string | null,
  freeBytes: number,
): DirectoryCheck & { refusal: string | null } {
  const elsewhere = 'name another directory with --directory';
  const free = `${directory} has ${(freeBytes / 1e9).toFixed(1)} GB free`;
  const warnings: string[] = [];
  if (fileSystem !== null && NETWORK_FILE_SYSTEMS.test(fileSystem))
    warnings.push(
      `${directory} is on a network file system (${fileSystem}), on which nats-server is slow and can lose data when the machine or the network fails; name a directory on a local disk with --directory`,
    );
  if (fileSystem !== null && MEMORY_FILE_SYSTEMS.test(fileSystem))
    warnings.push(`${directory} is in memory (${fileSystem}) and gone after a reboot; ${elsewhere}`);
  if (freeBytes >= REFUSED_BELOW_BYTES && freeBytes < WARNED_BELOW_BYTES)
    warnings.push(`${free}; make room or ${elsewhere}`);
  const refusal =
    freeBytes < REFUSED_BELOW_BYTES ? `${free} and 1 GB is needed; make room or ${elsewhere}` : null;
  return { directory, fileSystem, freeBytes, warnings, refusal };
}

/**
 * The type of the file system that holds an absolute path, from the text of /proc/mounts: that of the longest
 * mount point above it, the last one where several are mounted over each other.
 */
export function fileSystemOf(file: string, mounts: string): string | null {
  let longest = '';
  let found: string | null = null;
  for (const line of mounts.split('\n')) {
    const [, escaped, type] = line.split(' ');
    if (escaped === undefined || type === undefined) continue;
    const mountPoint = escaped.replace(/\\(\d{3})/g, (_, octal: string) =>
      String.fromCharCode(parseInt(octal, 8)),
    );
    const holds = mountPoint === '/' || file === mountPoint || file.startsWith(`${mountPoint}/`);
    if (holds && mountPoint.length >= longest.length) {
      longest = mountPoint;
      found = type;
    }
  }
  return found;
}
