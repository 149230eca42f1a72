import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';

const MARK = 'BESPOKE_TEST_MARK';

export interface MarkedProcess {
  pid: number;
  commandLine: string;
}

/**
 * Processes are recognised by a variable that they inherit from the test, so that no other process of the
 * machine is ever counted or killed.
 */
export class MarkedProcesses {
  private readonly mark = randomUUID();

  /** Pass this to what the test starts. */
  readonly environment = { [MARK]: this.mark };

  /** Everything alive that the test has started, directly or not; defunct processes aside. */
  alive(): MarkedProcess[] {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .flatMap((pid) => {
        try {
          if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${MARK}=${this.mark}`)) return [];
          const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
          return commandLine === '' ? [] : [{ pid: Number(pid), commandLine }];
        } catch {
          return []; // it ended while we looked
        }
      });
  }

  /** Ends what is alive and looks like this at once, and says how many there were. */
  killNow(looksLike: RegExp): number {
    const victims = this.alive().filter(({ commandLine }) => looksLike.test(commandLine));
    for (const { pid } of victims) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it ended by itself
      }
    }
    return victims.length;
  }
}
