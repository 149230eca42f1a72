import { join } from 'node:path';
import { runProgram } from '@bespoke/child-process';
import type { EnergyAndGradient } from '@bespoke/geometry-optimization';
import type { Calculation, ConstrainedOptimizationRequest, ConstrainedOptimizationResult } from './engine';
import { findLibxtb, type LibxtbLocation } from './libxtb-location';
import type { LibxtbJob } from './libxtb-process';
import { withResidentProcess } from './resident-process';

/** The built program, also when this file is run from its source. */
const PROGRAM = join(__dirname, '..', 'dist', 'libxtb-process.js');

/** By path whether a library can be loaded, which is tried once. */
const loadable = new Map<string, Promise<boolean>>();

/** xtb's C library where there is one and it can be loaded, else null. */
export async function usableLibxtb(): Promise<LibxtbLocation | null> {
  const library = findLibxtb();
  if (library === null) return null;
  if (!loadable.has(library.path)) {
    const run = runProgram({
      command: process.execPath,
      args: [PROGRAM, library.path],
      cwd: '/',
      timeoutMs: 30_000,
    });
    loadable.set(
      library.path,
      run.then(({ exitCode }) => exitCode === 0),
    );
  }
  return (await loadable.get(library.path)) ? library : null;
}

/**
 * Computes in a process that has xtb's C library loaded.
 * @param directory an empty one, which GFN-FF leaves its topology in; a file of another molecule would be read
 * @throws EngineError, EngineCrashError, or the signal's reason
 */
export function singlePointInProcess(
  library: LibxtbLocation,
  directory: string,
  singlePoint: Calculation,
  signal: AbortSignal | undefined,
): Promise<EnergyAndGradient> {
  return inProcess(library, { directory, singlePoint }, signal);
}

/** The same for a whole optimisation, each step of which starts from the wave function of the one before. */
export function optimizeInProcess(
  library: LibxtbLocation,
  directory: string,
  constrainedOptimization: ConstrainedOptimizationRequest,
  signal: AbortSignal | undefined,
): Promise<ConstrainedOptimizationResult> {
  return inProcess(library, { directory, constrainedOptimization }, signal);
}

function inProcess<Result>(
  library: LibxtbLocation,
  job: LibxtbJob,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const program = {
    name: "xtb's library",
    command: process.execPath,
    args: [PROGRAM, library.path],
    // A small molecule does not get faster by more threads, and theirs wait for each other by spinning.
    env: { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
  };
  return withResidentProcess(program, signal, (ask) => ask<Result>(job));
}
