import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { LoggedXtb } from './logged-xtb';
import { MarkedProcesses } from './marked-processes';

const COMMAND_LINE = path.resolve(__dirname, '../../../apps/cli/dist/main.js');

export interface Ended {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A directory, a logged xtb and a mark of its own for one test; all gone after it. */
export class Bespoke {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'bespoke-e2e-'));
  readonly processes = new MarkedProcesses();
  readonly xtb = new LoggedXtb(this.directory);

  file(name: string): string {
    return path.join(this.directory, name);
  }

  /** Starts the command line; `ended` never rejects. `input` is its standard input. */
  start(
    args: readonly string[],
    input = '',
  ): { child: ChildProcess; ended: Promise<Ended>; stdout(): string } {
    const child = spawn(process.execPath, [COMMAND_LINE, ...args], {
      cwd: this.directory,
      env: { ...process.env, ...this.xtb.environment, ...this.processes.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // It may end before it has read it all.
    child.stdin.on('error', () => undefined).end(input);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise<Ended>((resolve) =>
      child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr })),
    );
    return { child, ended, stdout: () => stdout };
  }

  run(args: readonly string[], input = ''): Promise<Ended> {
    return this.start(args, input).ended;
  }

  /** `executor run` with the state in this test's directory. */
  executorRun(args: readonly string[]) {
    return this.start(['executor', 'run', '--directory', this.file('state'), ...args]);
  }

  clean(): void {
    this.processes.killNow(/./);
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** A fresh one for each test that asks; cleaned when the test ends. */
export function bespokePerTest(): () => Bespoke {
  let used: Bespoke[] = [];
  afterEach(() => {
    for (const bespoke of used) bespoke.clean();
    used = [];
  });
  return () => {
    const bespoke = new Bespoke();
    used.push(bespoke);
    return bespoke;
  };
}

/** Resolves when the condition holds; rejects after the limit, saying what was waited for. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, limitMs = 120_000) {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
