import { join } from 'node:path';
import { runProgram } from '@bespoke/child-process';
import type { EnergyAndGradient } from '@bespoke/geometry-optimization';
import {
  EngineCrashError,
  type Calculation,
  type ConstrainedOptimizationRequest,
  type ConstrainedOptimizationResult,
  type EngineRun,
} from './engine';
import { findLibxtb, type LibxtbLocation } from './libxtb-location';
import type { LibxtbJob } from './libxtb-process';
import { withResidentProcess } from './resident-process';
import { threadLimits } from './threads';

/** The built program, also when this file is run from its source. */
const PROGRAM = join(__dirname, '..', 'dist', 'libxtb-process.js');

const LOADING_TIMEOUT_MS = 30_000;

/** By path whether a library can be loaded. */
const loadable = new Map<string, Promise<boolean>>();

/**
 * xtb's C library where there is one and it can be loaded, else null. That is tried once, and again if the trial was
 * ended rather than answered.
 * @throws EngineCrashError, what `runProgram` throws
 */
export async function usableLibxtb(): Promise<LibxtbLocation | null> {
  const library = findLibxtb();
  if (library === null) return null;
  const { path } = library;
  if (!loadable.has(path)) loadable.set(path, canBeLoaded(path));
  try {
    return (await loadable.get(path)) ? library : null;
  } catch (error) {
    loadable.delete(path);
    throw error;
  }
}

async function canBeLoaded(path: string): Promise<boolean> {
  const { exitCode, signal, stdout, stderr } = await runProgram({
    command: process.execPath,
    args: [PROGRAM, path],
    cwd: '/',
    timeoutMs: LOADING_TIMEOUT_MS,
  });
  // From outside; a library that faults at loading is one that can't be loaded.
  if (signal === 'SIGKILL' || signal === 'SIGTERM')
    throw new EngineCrashError(`loading ${path} was ended by ${signal}`, stdout + stderr);
  return exitCode === 0;
}

/**
 * Computes in a process that has xtb's C library loaded.
 * @param directory an empty one, which GFN-FF leaves its topology in; a file of another molecule would be read
 * @throws what `withResidentProcess` throws
 */
export function singlePointInProcess(
  library: LibxtbLocation,
  directory: string,
  singlePoint: Calculation,
  run: EngineRun,
): Promise<EnergyAndGradient> {
  return inProcess(library, { directory, singlePoint }, run);
}

/** The same for a whole optimisation, each step of which starts from the wave function of the one before. */
export function optimizeInProcess(
  library: LibxtbLocation,
  directory: string,
  constrainedOptimization: ConstrainedOptimizationRequest,
  run: EngineRun,
): Promise<ConstrainedOptimizationResult> {
  return inProcess(library, { directory, constrainedOptimization }, run);
}

function inProcess<Result>(library: LibxtbLocation, job: LibxtbJob, run: EngineRun): Promise<Result> {
  const program = {
    name: "xtb's library",
    command: process.execPath,
    args: [PROGRAM, library.path],
    // A small molecule does not get faster by more threads, and theirs wait for each other by spinning.
    env: threadLimits(1),
  };
  return withResidentProcess(program, run, (ask) => ask<Result>(job));
}
