import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The start of an optimisation, as a wrapper saw it; the same one twice has the same `input`. */
export interface XtbRun {
  input: string;
  /** Process id of the worker that started it. */
  worker: number;
}

/**
 * A wrapper around the real xtb that logs the first gradient of each optimisation, whatever our own logs may say. By
 * XTB_BIN the program is used, though there may be a library.
 */
export class LoggedXtb {
  private readonly log: string;
  readonly environment: { XTB_BIN: string };

  constructor(directory: string) {
    const bin = path.join(directory, 'bin');
    mkdirSync(bin, { recursive: true });
    this.log = path.join(directory, 'xtb.log');
    const real = execFileSync('sh', ['-c', 'command -v xtb'], { encoding: 'utf8' }).trim();
    // Each line is one short write to a file opened for appending: lines of parallel runs do not mix.
    writeFileSync(
      path.join(bin, 'xtb'),
      `#!/bin/sh
case "$*" in *--version*) exec ${real} "$@" ;; esac
if [ ! -e gradient ]; then
  input=$(cat ./* 2>/dev/null | cat - /dev/null | sha256sum | cut -c1-16)
  input="$input-$(echo "$*" | sha256sum | cut -c1-8)"
  echo "$input $PPID" >> '${this.log}'
fi
exec ${real} "$@"
`,
    );
    chmodSync(path.join(bin, 'xtb'), 0o755);
    this.environment = { XTB_BIN: path.join(bin, 'xtb') };
  }

  runs(): XtbRun[] {
    if (!existsSync(this.log)) return [];
    return readFileSync(this.log, 'utf8')
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [input = '', worker] = line.split(' ');
        return { input, worker: Number(worker) };
      });
  }

  /** How many optimisations had been started before. */
  repeated(): number {
    const runs = this.runs();
    return runs.length - new Set(runs.map(({ input }) => input)).size;
  }
}
