import type { Readable } from 'node:stream';
import {
  nextTorsiondriveJobs,
  readTorsiondriveState,
  TorsiondriveStateError,
  type NextJobs,
} from '@bespoke/torsion-drive';
import { CliError } from '../cli-error';
import { EXIT_CODES } from '../exit-codes';
import { openLines } from './json-lines';

/** Two dihedrals every 15 degrees, 2,305 optimisations of 50 atoms: 14 MiB, or 40 with `indent=2`. */
const MAX_STATE_BYTES = 256 * 2 ** 20;

/** `bespoke chem torsion-drive-next` */
export async function torsionDriveNext(file: string | undefined): Promise<number> {
  const { stream } = openLines(file);
  try {
    const state = readTorsiondriveState(await textOf(stream));
    process.stdout.write(`${jobsJson(nextTorsiondriveJobs(state))}\n`);
    return EXIT_CODES.success.code;
  } catch (error) {
    if (!(error instanceof TorsiondriveStateError)) throw error;
    throw new CliError('badMolecule', `${file ?? 'standard input'}: ${error.message}`, { cause: error });
  } finally {
    stream.destroy();
  }
}

/** @throws CliError where it is too much */
async function textOf(stream: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_STATE_BYTES)
      throw new CliError('badMolecule', `a state may have ${MAX_STATE_BYTES / 2 ** 20} MiB; this has more`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Written by hand: an object would have "15" before "-15". */
function jobsJson(jobs: readonly NextJobs[]): string {
  const entries = jobs.map(
    ({ gridDegrees, startsBohr }) => `${JSON.stringify(gridDegrees.join())}: ${JSON.stringify(startsBohr)}`,
  );
  return `{${entries.join(', ')}}`;
}
