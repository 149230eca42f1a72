import { join } from 'node:path';
import { findProgram, ProgramNotFoundError, runProgram } from '@bespoke/child-process';
import type { EnergyAndGradient } from '@bespoke/geometry-optimization';
import { ANGSTROM_PER_BOHR } from '@bespoke/units';
import { engineDirectory } from './engine-directory';
import { EngineError, type EngineRun } from './engine';
import { withResidentProcess } from './resident-process';

/** Beside the sources, also of what is built. */
const PROGRAM = join(__dirname, '..', 'src', 'dftd3_process.py');
const PROBE_TIMEOUT_MS = 30_000;
const VERSION = 'from importlib.metadata import version; print(version("dftd3"))';

/** The interpreter that has dftd3: DFTD3_PYTHON, else that of `bespoke engines install psi4`. */
function interpreter(): string | null {
  return findProgram(join(engineDirectory('psi4'), 'bin', 'python'), 'DFTD3_PYTHON');
}

/**
 * The Python package dftd3, or null when there is none.
 * @throws EngineError when the interpreter that is there has it not
 */
export async function probeDftd3(): Promise<{ version: string } | null> {
  const python = interpreter();
  if (python === null) return null;
  const { exitCode, stdout, stderr } = await runProgram({
    command: python,
    args: ['-c', VERSION],
    cwd: '/',
    timeoutMs: PROBE_TIMEOUT_MS,
  });
  if (exitCode === 0) return { version: stdout.trim() };
  throw new EngineError('engine-failed', `${python} has no dftd3`, stdout + stderr);
}

/**
 * Has the D3(BJ) dispersion computed, without its three-body term, by a Python process that stays.
 * @param functional as dftd3 names it
 * @throws what `withResidentProcess` throws
 */
export async function d3bjDispersion(
  functional: string,
  elements: readonly number[],
  geometryAngstrom: ArrayLike<number>,
  run: EngineRun,
): Promise<EnergyAndGradient> {
  const python = interpreter();
  if (python === null) throw new ProgramNotFoundError('python with dftd3');
  const program = { name: 'dftd3', command: python, args: [PROGRAM], env: { OMP_NUM_THREADS: '1' } };
  const geometryBohr = Float64Array.from(geometryAngstrom, (coordinate) => coordinate / ANGSTROM_PER_BOHR);
  return withResidentProcess(program, run, (ask) =>
    ask<EnergyAndGradient>({ elements, geometryBohr, functional }),
  );
}
