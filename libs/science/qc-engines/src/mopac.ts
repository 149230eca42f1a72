import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, ProgramNotFoundError, runProgram } from '@bespoke/child-process';
import { elementSymbol } from '@bespoke/molecule';
import { EngineCrashError, EngineError, type EngineRun } from './engine';
import { programVersion } from './program-version';
import { inScratchDirectory } from './scratch';

export interface Am1Request {
  /** Atomic numbers. */
  elements: readonly number[];
  formalCharge: number;
  geometryAngstrom: ArrayLike<number>;
  /** Relax the geometry first, or take it as it is. */
  optimize: boolean;
}

export interface Am1Result {
  /** Coulson charges by atom, in e. */
  chargesE: number[];
  heatOfFormationKcalPerMol: number;
  geometryAngstrom: number[];
}

/** The version of the MOPAC program that would be run (MOPAC_BIN, then PATH), or null when there is none. */
export async function probeMopac(): Promise<{ version: string } | null> {
  const command = findProgram('mopac', 'MOPAC_BIN');
  if (command === null) return null;
  return { version: await programVersion(command, 'MOPAC', /MOPAC version v?(\S+)/) };
}

/**
 * An AM1 calculation of a closed shell by the MOPAC program.
 * @throws EngineError, EngineCrashError, what `runProgram` throws
 */
export async function mopacAm1(request: Am1Request, run: EngineRun): Promise<Am1Result> {
  const command = findProgram('mopac', 'MOPAC_BIN');
  if (command === null) throw new ProgramNotFoundError('mopac');
  return inScratchDirectory(run.scratchDirectory, 'mopac', async (directory) => {
    await writeFile(join(directory, 'am1.mop'), inputText(request, run.cores));
    const result = await runProgram({
      command,
      args: ['am1.mop'],
      cwd: directory,
      env: { ...process.env, OMP_NUM_THREADS: String(run.cores), OPENBLAS_NUM_THREADS: String(run.cores) },
      ...(run.signal && { signal: run.signal }),
    });
    const report = await readFile(join(directory, 'am1.out'), 'utf8').catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      },
    );
    const output = result.stdout + result.stderr + report;
    if (result.signal !== null) throw new EngineCrashError(`MOPAC was ended by ${result.signal}`, output);
    return readReport(request, report, output);
  });
}

function inputText(
  { elements, formalCharge, geometryAngstrom, optimize }: Am1Request,
  cores: number,
): string {
  const keywords = [
    ...['AM1', ...(optimize ? [] : ['1SCF']), 'XYZ', 'SINGLET', 'PRECISE', 'GEO-OK', 'NOSYM'],
    ...[`CHARGE=${formalCharge}`, `THREADS=${cores}`],
  ];
  const flag = optimize ? 1 : 0;
  const lines = elements.map((element, i) =>
    [0, 1, 2].reduce(
      (line, axis) => `${line} ${geometryAngstrom[3 * i + axis]!.toFixed(8)} ${flag}`,
      elementSymbol(element),
    ),
  );
  return `${keywords.join(' ')}\n\n\n${lines.join('\n')}\n`;
}

function readReport({ elements }: Am1Request, report: string, output: string): Am1Result {
  const fail = (code: EngineError['code'], message: string) => new EngineError(code, message, output);
  if (!report.includes('SCF FIELD WAS ACHIEVED')) {
    throw fail('engine-failed', `MOPAC found no AM1 solution: ${ownWords(report)}`);
  }
  if (/EXCESS NUMBER OF OPTIMIZATION CYCLES|GEOMETRY NOT OPTIMI|NOT AT A STATIONARY POINT/i.test(report)) {
    throw fail('not-converged', `MOPAC did not converge: ${ownWords(report)}`);
  }
  const rows = (heading: string, row: RegExp): string[][] => {
    const from = report.lastIndexOf(heading);
    const found: string[][] = [];
    for (const line of from === -1 ? [] : report.slice(from).split('\n').slice(1)) {
      const match = row.exec(line);
      if (match !== null && Number(match[1]) === found.length + 1) found.push(match.slice(2));
      else if (found.length > 0) break;
    }
    return found;
  };
  const charges = rows('NET ATOMIC CHARGES', /^\s*(\d+)\s+([A-Z][A-Za-z]?)\s+(-?\d+\.\d+)\s/);
  const coordinates = rows(
    'CARTESIAN COORDINATES',
    /^\s*(\d+)\s+([A-Z][A-Za-z]?)\s+(-?\d+\.\d+)\s+(-?\d+\.\d+)\s+(-?\d+\.\d+)\s*$/,
  );
  const heat = Number(/FINAL HEAT OF FORMATION =\s*(\S+) KCAL/.exec(report)?.[1]);
  const symbols = elements.map((element) => elementSymbol(element).toLowerCase()).join();
  for (const table of [charges, coordinates]) {
    if (table.map(([symbol]) => symbol!.toLowerCase()).join() !== symbols || !Number.isFinite(heat)) {
      throw fail('unreadable-output', 'MOPAC ended without charges, coordinates or energy of every atom');
    }
  }
  return {
    chargesE: charges.map(([, charge]) => Number(charge)),
    heatOfFormationKcalPerMol: heat,
    geometryAngstrom: coordinates.flatMap(([, ...xyz]) => xyz.map(Number)),
  };
}

/** What stands in the box at the end of the report, in which MOPAC sums up what happened. */
function ownWords(report: string): string {
  const box = report.split('normal termination messages reported in this calculation')[1] ?? '';
  const words = box
    .split('\n')
    .flatMap((line) => /^ \*\s+(\S.*\S)\s+\*$/.exec(line)?.[1] ?? [])
    .filter((line) => line !== 'JOB ENDED NORMALLY');
  return words.join('; ') || 'no report';
}
