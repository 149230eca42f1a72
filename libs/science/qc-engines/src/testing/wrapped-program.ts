import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Has an environment variable name a shell script in the place of a program. */
export function wrapProgram(variable: string, directory: string, name: string, script: string): void {
  const path = join(directory, `${name}-wrapper`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  process.env[variable] = path;
}
