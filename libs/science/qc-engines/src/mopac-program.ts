import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, ProgramNotFoundError, runProgram } from '@bespoke/child-process';
import { elementSymbol } from '@bespoke/molecule';
import { EngineCrashError, EngineError, type ClosedShellMolecule, type EngineRun } from './engine';
import { programVersion } from './program-version';
import { threadLimits } from './threads';

export interface MopacInput extends ClosedShellMolecule {
  /** The method, and what is to be done: the atoms are moved unless `1SCF` is among them. */
  keywords: readonly string[];
}

/** What MOPAC reports and computed, after a self-consistent field was reached. */
export interface MopacFigures {
  report: string;
  /**
   * A single figure of the final geometry by its name in the AUX file; NaN where there is none.
   * @example value('HEAT_OF_FORMATION')
   */
  value(name: string): number;
  /** @throws EngineError unless there are so many figures of this name */
  table(name: string, count: number): number[];
  /** An error that has all of MOPAC's output. */
  failure(code: EngineError['code'], message: string): EngineError;
}

/** The version of the MOPAC program that would be run (MOPAC_BIN, then PATH), or null when there is none. */
export async function probeMopac(): Promise<{ version: string } | null> {
  const command = findProgram('mopac', 'MOPAC_BIN');
  if (command === null) return null;
  return { version: await programVersion(command, 'MOPAC', /MOPAC version v?(\S+)/) };
}

/**
 * One run of the MOPAC program on a closed shell.
 * @param directory where its files are written, over those of a run before
 * @throws EngineError, EngineCrashError, what `runProgram` throws
 */
export async function runMopac(input: MopacInput, directory: string, run: EngineRun): Promise<MopacFigures> {
  const command = findProgram('mopac', 'MOPAC_BIN');
  if (command === null) throw new ProgramNotFoundError('mopac');
  const [reportFile, figuresFile] = [join(directory, 'mopac.out'), join(directory, 'mopac.aux')];
  await Promise.all([reportFile, figuresFile].map((file) => rm(file, { force: true })));
  await writeFile(join(directory, 'mopac.mop'), inputText(input));
  const result = await runProgram({
    command,
    args: ['mopac.mop'],
    cwd: directory,
    // Its threads wait for each other by spinning: one thread takes a fiftieth of the CPU time.
    env: { ...process.env, ...threadLimits(1) },
    memoryBytes: run.memoryBytes,
    ...(run.signal && { signal: run.signal }),
  });
  const report = await readIfThere(reportFile);
  const output = result.stdout + result.stderr + report;
  if (result.signal !== null) throw new EngineCrashError(`MOPAC was ended by ${result.signal}`, output);
  const failure = (code: EngineError['code'], message: string) => new EngineError(code, message, output);
  if (!report.includes('SCF FIELD WAS ACHIEVED')) {
    throw failure('engine-failed', `MOPAC found no ${input.keywords[0]} solution: ${mopacWords(report)}`);
  }
  const final = (await readIfThere(figuresFile)).split('Final SCF results')[1] ?? '';
  return {
    report,
    failure,
    value: (name) =>
      Number(new RegExp(`^ ${name}:\\S+=(\\S+)$`, 'm').exec(final)?.[1]?.replace('D', 'E') ?? NaN),
    table: (name, count) => {
      const [, , values = ''] =
        new RegExp(`^ ${name}(:[A-Z/]+)?\\[\\d+\\]=([^=\\[]*)$`, 'm').exec(final) ?? [];
      const numbers = values.match(/-?\d+\.\d+/g)?.map(Number) ?? [];
      if (numbers.length === count) return numbers;
      throw failure('unreadable-output', `MOPAC ended without the ${name} of every atom`);
    },
  };
}

async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}

function inputText({ keywords, elements, formalCharge, geometryAngstrom }: MopacInput): string {
  const all = [
    ...keywords,
    ...['XYZ', 'SINGLET', 'PRECISE', 'GEO-OK', 'NOSYM', 'THREADS=1', `CHARGE=${formalCharge}`],
    // Figures with all their digits, for programs to read; no orbitals, and not each step of the way.
    'AUX(PRECISION=9,MOS=0,XP,XS,XW)',
  ];
  const lines = elements.map((element, i) =>
    [0, 1, 2].reduce(
      (line, axis) => `${line} ${geometryAngstrom[3 * i + axis]!.toFixed(8)} 1`,
      elementSymbol(element),
    ),
  );
  return `${all.join(' ')}\n\n\n${lines.join('\n')}\n`;
}

/** What stands in the box at the end of the report, in which MOPAC sums up what happened. */
export function mopacWords(report: string): string {
  const box = report.split('normal termination messages reported in this calculation')[1] ?? '';
  const words = box
    .split('\n')
    .flatMap((line) => /^ \*\s+(\S.*\S)\s+\*$/.exec(line)?.[1] ?? [])
    .filter((line) => line !== 'JOB ENDED NORMALLY');
  return words.join('; ') || 'no report';
}
