import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { findProgram } from '@bespoke/child-process';

export interface LibxtbLocation {
  path: string;
  version: string;
}

const FILES = ['libxtb.so.6', 'libxtb.6.dylib'];
const DIRECTORIES = ['/usr/lib', '/usr/local/lib', '/opt/homebrew/lib'];
const MULTIARCH: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};

/**
 * xtb's C library: what XTB_LIBRARY names, else the one beside the xtb program, of conda or Homebrew say, else the
 * system's. Null when there is none; where XTB_BIN names a program, that is meant, and no library is looked for. The
 * library does not say its version, but its file is named after it (libxtb.so.6.5.1); one whose name does not tell is
 * not used, since a result has to say what made it.
 */
export function findLibxtb(environment: NodeJS.ProcessEnv = process.env): LibxtbLocation | null {
  const named = environment['XTB_LIBRARY'];
  if (named) return withVersion(named);
  if (environment['XTB_BIN']) return null;
  const program = findProgram('xtb', undefined, environment);
  const directories = [
    ...(environment['LD_LIBRARY_PATH'] ?? '').split(delimiter).filter(Boolean),
    ...(program === null ? [] : [join(dirname(realpathSync(program)), '../lib')]),
    ...DIRECTORIES,
    ...(MULTIARCH[process.arch] === undefined ? [] : [join('/usr/lib', MULTIARCH[process.arch]!)]),
  ];
  for (const directory of directories) {
    for (const file of FILES) {
      const found = withVersion(join(directory, file));
      if (found !== null) return found;
    }
  }
  return null;
}

function withVersion(path: string): LibxtbLocation | null {
  if (!existsSync(path)) return null;
  const version = /libxtb\D*(\d+\.\d+\.\d+)/.exec(realpathSync(path))?.[1];
  return version === undefined ? null : { path, version };
}
