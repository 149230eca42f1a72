import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** One run of xtb, as a wrapper on PATH saw it; the same input twice is the same `input`. */
export interface XtbRun {
  input: string;
  /** Process id of the worker that started it. */
  worker: number;
  finished: boolean;
}

/** A wrapper around the real xtb that logs each start and each end, whatever our own logs may say. */
export class LoggedXtb {
  private readonly log: string;
  readonly environment: { PATH: string };

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
input=$(cat ./* 2>/dev/null | cat - /dev/null | sha256sum | cut -c1-16)
input="$input-$(echo "$*" | sha256sum | cut -c1-8)"
echo "start $input $$ $PPID" >> '${this.log}'
${real} "$@"
code=$?
echo "end $input $$ $PPID" >> '${this.log}'
exit $code
`,
    );
    chmodSync(path.join(bin, 'xtb'), 0o755);
    this.environment = { PATH: `${bin}:${process.env.PATH ?? ''}` };
  }

  runs(): XtbRun[] {
    if (!existsSync(this.log)) return [];
    const lines = readFileSync(this.log, 'utf8').trim().split('\n').filter(Boolean);
    const ended = new Set<string>();
    const starts: { input: string; pid: string; worker: string }[] = [];
    for (const line of lines) {
      const [what, input = '', pid = '', worker = ''] = line.split(' ');
      if (what === 'start') starts.push({ input, pid, worker });
      else ended.add(`${input} ${pid}`);
    }
    return starts.map(({ input, pid, worker }) => ({
      input,
      worker: Number(worker),
      finished: ended.has(`${input} ${pid}`),
    }));
  }

  /** How many runs had an input that had already been run. */
  repeated(): number {
    const runs = this.runs();
    return runs.length - new Set(runs.map(({ input }) => input)).size;
  }

  /** Inputs whose only runs were cut short: what was lost and not made good. */
  lost(): string[] {
    const runs = this.runs();
    const finished = new Set(runs.filter((run) => run.finished).map(({ input }) => input));
    return [...new Set(runs.map(({ input }) => input))].filter((input) => !finished.has(input));
  }
}
