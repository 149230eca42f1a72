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
  /**
   * Relax the geometry until the norm of the whole gradient is below this, kcal/mol/angstrom; null takes it as it is.
   */
  relaxToGradientNorm: number | null;
  /**
   * Relaxes by L-BFGS rather than as MOPAC chooses, which is by eigenvector following below about 30 atoms: to a loose
   * gradient that takes half the time, to a tight one it may take longer.
   */
  lbfgs?: boolean;
  /** Wiberg bond orders too. */
  bondOrders?: boolean;
}

export interface Am1Result {
  /** Coulson charges by atom, in e. */
  chargesE: number[];
  heatOfFormationKcalPerMol: number;
  geometryAngstrom: number[];
  /** Wiberg bond order of atoms i and j at [i * atoms + j]; null unless asked for. */
  bondOrders: number[] | null;
}

/**
 * The gradient norm, kcal/mol/angstrom, at which bonds, angles and pyramids have relaxed and soft torsions lie as they
 * were given. A tighter relaxation drifts along them, at times into another conformation.
 */
export const CONFORMATION_KEEPING_GRADIENT_NORM = 3;

/** Where MOPAC's other tests say that it has converged, the gradient may still be somewhat larger than asked for. */
const MAX_GRADIENT_EXCESS = 10;

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
    await writeFile(join(directory, 'am1.mop'), inputText(request));
    const result = await runProgram({
      command,
      args: ['am1.mop'],
      cwd: directory,
      // Its threads wait for each other by spinning: one thread takes a fiftieth of the CPU time.
      env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
      memoryBytes: run.memoryBytes,
      ...(run.signal && { signal: run.signal }),
    });
    const [report, figures] = await Promise.all(
      ['am1.out', 'am1.aux'].map((file) => readIfThere(join(directory, file))),
    );
    const output = result.stdout + result.stderr + report!;
    if (result.signal !== null) throw new EngineCrashError(`MOPAC was ended by ${result.signal}`, output);
    return readResult(request, report!, figures!, output);
  });
}

async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}

function inputText({
  elements,
  formalCharge,
  geometryAngstrom,
  relaxToGradientNorm,
  lbfgs,
  bondOrders,
}: Am1Request): string {
  const keywords = [
    ...['AM1', 'XYZ', 'SINGLET', 'PRECISE', 'GEO-OK', 'NOSYM', 'THREADS=1', `CHARGE=${formalCharge}`],
    relaxToGradientNorm === null ? '1SCF' : `GNORM=${relaxToGradientNorm}`,
    ...(lbfgs ? ['LBFGS'] : []),
    ...(bondOrders ? ['BONDS'] : []),
    // Figures with all their digits, for programs to read; no orbitals, and not each step of the way.
    'AUX(PRECISION=9,MOS=0,XP,XS,XW)',
  ];
  const flag = relaxToGradientNorm === null ? 0 : 1;
  const lines = elements.map((element, i) =>
    [0, 1, 2].reduce(
      (line, axis) => `${line} ${geometryAngstrom[3 * i + axis]!.toFixed(8)} ${flag}`,
      elementSymbol(element),
    ),
  );
  return `${keywords.join(' ')}\n\n\n${lines.join('\n')}\n`;
}

function readResult(
  { elements, relaxToGradientNorm, bondOrders }: Am1Request,
  report: string,
  figures: string,
  output: string,
): Am1Result {
  const fail = (code: EngineError['code'], message: string) => new EngineError(code, message, output);
  if (!report.includes('SCF FIELD WAS ACHIEVED')) {
    throw fail('engine-failed', `MOPAC found no AM1 solution: ${ownWords(report)}`);
  }
  if (/EXCESS NUMBER OF OPTIMIZATION CYCLES|GEOMETRY NOT OPTIMI|NOT AT A STATIONARY POINT/i.test(report)) {
    throw fail('not-converged', `MOPAC did not converge: ${ownWords(report)}`);
  }
  const final = figures.split('Final SCF results')[1] ?? '';
  const table = (name: string, count: number): number[] => {
    const [, , values = ''] = new RegExp(`^ ${name}(:[A-Z/]+)?\\[\\d+\\]=([^=\\[]*)$`, 'm').exec(final) ?? [];
    const numbers = values.match(/-?\d+\.\d+/g)?.map(Number) ?? [];
    if (numbers.length === count) return numbers;
    throw fail('unreadable-output', `MOPAC ended without the ${name} of every atom`);
  };
  const value = (name: string): number =>
    Number(new RegExp(`^ ${name}:\\S+=(\\S+)$`, 'm').exec(final)?.[1]?.replace('D', 'E') ?? NaN);
  const heat = value('HEAT_OF_FORMATION');
  const gradientNorm = value('GRADIENT_NORM');
  if (!Number.isFinite(heat) || !Number.isFinite(gradientNorm)) {
    throw fail('unreadable-output', 'MOPAC ended without an energy');
  }
  if (relaxToGradientNorm !== null && gradientNorm > MAX_GRADIENT_EXCESS * relaxToGradientNorm) {
    throw fail('not-converged', `MOPAC stopped relaxing at a gradient of ${gradientNorm} kcal/mol/angstrom`);
  }
  const atoms = elements.length;
  return {
    chargesE: table('ATOM_CHARGES', atoms),
    heatOfFormationKcalPerMol: heat,
    geometryAngstrom: table('ATOM_X_OPT', 3 * atoms),
    bondOrders: bondOrders ? symmetric(table('BOND_ORDERS', (atoms * (atoms + 1)) / 2), atoms) : null,
  };
}

/** A matrix from its lower half, rows one after the other. */
function symmetric(lowerHalf: readonly number[], size: number): number[] {
  return Array.from({ length: size * size }, (_, index) => {
    const [i, j] = [Math.floor(index / size), index % size];
    const [row, column] = i > j ? [i, j] : [j, i];
    return lowerHalf[(row * (row + 1)) / 2 + column]!;
  });
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
