import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, ProgramNotFoundError, runProgram, type ProgramResult } from '@bespoke/child-process';
import type { EnergyAndGradient } from '@bespoke/geometry-optimization';
import { elementSymbol } from '@bespoke/molecule';
import {
  EngineCrashError,
  EngineError,
  type Calculation,
  type EngineRun,
  type LevelOfTheory,
  type QcEngine,
} from './engine';
import { checkCalculation, engineOfGradients, type GradientProgram } from './engine-of-gradients';
import type { XtbMethod } from './libxtb';
import type { LibxtbLocation } from './libxtb-location';
import { optimizeInProcess, singlePointInProcess, usableLibxtb } from './libxtb-processes';
import { programVersion } from './program-version';
import { inScratchDirectory } from './scratch';
import { threadLimits } from './threads';
import { ownWords } from './xtb-words';
import { writeXyz } from './xyz';

const LAST_ELEMENT = 86;
const MAX_STACK_BYTES = 2 ** 30;

const METHOD_FLAGS: Record<XtbMethod, readonly string[]> = {
  'gfn2-xtb': ['--gfn', '2'],
  'gfn1-xtb': ['--gfn', '1'],
  'gfn-ff': ['--gfnff'],
};

/** Those that ALPB has parameters for, of each of the methods (Ehlert et al., J. Chem. Theory Comput. 17, 4250, 2021). */
const SOLVENTS: readonly string[] = [
  ...[
    'acetone',
    'acetonitrile',
    'aniline',
    'benzaldehyde',
    'benzene',
    'ch2cl2',
    'chcl3',
    'cs2',
    'dioxane',
    'dmf',
  ],
  ...[
    'dmso',
    'ethanol',
    'ether',
    'ethylacetate',
    'furane',
    'hexadecane',
    'hexane',
    'methanol',
    'nitromethane',
  ],
  ...['octanol', 'phenol', 'thf', 'toluene', 'water', 'woctanol'],
];

const withEither: GradientProgram = {
  name: 'xtb',

  async probe() {
    const library = await usableLibxtb();
    const command = findProgram('xtb', 'XTB_BIN');
    if (library === null && command === null) return null;
    return { version: library?.version ?? (await versionOf(command!)) };
  },

  supports({ method, basis, solvent = null }, elements) {
    if (!Object.hasOwn(METHOD_FLAGS, method.toLowerCase())) {
      return `xtb has no method ${method}; it has GFN2-xTB, GFN1-xTB and GFN-FF`;
    }
    if (basis !== null) return `${method} takes no basis set, but ${basis} is asked for`;
    if (solvent !== null && !SOLVENTS.includes(solvent.toLowerCase())) {
      return `xtb has no solvent ${solvent} in its ALPB model; it has ${SOLVENTS.join(', ')}`;
    }
    const foreign = elements.find((element) => !(element >= 1 && element <= LAST_ELEMENT));
    return foreign === undefined ? null : `${method} has no parameters for ${elementSymbol(foreign)}`;
  },

  async withCalculator(calculation, run, use) {
    const library = await libraryFor(calculation);
    const command = findProgram('xtb', 'XTB_BIN');
    if (library === null && command === null) throw new ProgramNotFoundError('xtb');
    return inScratchDirectory(run.scratchDirectory, 'xtb', (directory) => {
      const energyAndGradient = async (geometryAngstrom: ArrayLike<number>): Promise<EnergyAndGradient> =>
        library === null
          ? runXtb(command!, directory, { ...calculation, geometryAngstrom }, run)
          : singlePointInProcess(library, directory, { ...calculation, geometryAngstrom }, run);
      return use({
        energyAndGradient,
        energy: async (geometryAngstrom) => (await energyAndGradient(geometryAngstrom)).energyHartree,
      });
    });
  },
};

const xtbByGradients = engineOfGradients(withEither);

/**
 * xtb of the Grimme group: GFN2-xTB, GFN1-xTB, GFN-FF. Its C library in processes that stay where there is one, which
 * computes a gradient in a seventh of the time that the program takes; else, and in a solvent (ALPB), the program
 * (XTB_BIN, then PATH).
 */
export const xtb: QcEngine = {
  ...xtbByGradients,

  /** With the library a whole optimisation goes to its process, which keeps the wave function from step to step. */
  async constrainedOptimization(request, run) {
    checkCalculation(xtb.supports, request);
    const library = await libraryFor(request);
    if (library === null) return xtbByGradients.constrainedOptimization(request, run);
    return inScratchDirectory(run.scratchDirectory, 'xtb', (directory) =>
      optimizeInProcess(library, directory, request, run),
    );
  },
};

/**
 * What computes it, null for the program: the library's only model of a solvent is GBSA, which 6.5.1 takes for ALPB too,
 * 2 kcal/mol apart.
 */
async function libraryFor({ solvent = null }: LevelOfTheory): Promise<LibxtbLocation | null> {
  const library = await usableLibxtb();
  if (library === null || solvent === null) return library;
  const command = findProgram('xtb', 'XTB_BIN');
  if (command === null) throw new ProgramNotFoundError('xtb');
  const version = await versionOf(command);
  // The engine's version is the library's, under which the result is kept.
  if (version === library.version) return null;
  throw new EngineError(
    'unsupported',
    `a solvent takes the program xtb of the library's version ${library.version}, but ${command} is ${version}: ` +
      'set XTB_BIN to the program that is to compute, or XTB_LIBRARY to its library',
  );
}

function versionOf(command: string): Promise<string> {
  return programVersion(command, 'xtb', /xtb version (\S+)/);
}

/** One run of the program. */
async function runXtb(
  command: string,
  directory: string,
  { elements, formalCharge, geometryAngstrom, method, solvent = null }: Calculation,
  run: EngineRun,
): Promise<EnergyAndGradient> {
  const answer = join(directory, 'geometry.engrad');
  await rm(answer, { force: true });
  await writeFile(join(directory, 'geometry.xyz'), writeXyz(elements, geometryAngstrom));
  const result = await runProgram({
    command,
    args: [
      'geometry.xyz',
      ...METHOD_FLAGS[method.toLowerCase() as XtbMethod],
      ...(solvent === null ? [] : ['--alpb', solvent.toLowerCase()]),
      ...['--grad', '--norestart', '--chrg', String(formalCharge), '--uhf', '0'],
    ],
    cwd: directory,
    env: environment(run),
    memoryBytes: run.memoryBytes,
    ...(run.signal && { signal: run.signal }),
  });
  const output = result.stdout + result.stderr;
  checkEnd(result, output);
  if (solvent !== null && !/Solvation model:\s+ALPB/.test(output)) {
    throw new EngineError('unreadable-output', 'xtb ended without a word on its solvent', output);
  }
  const text = await readFile(answer, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new EngineError('engine-failed', `xtb failed: ${ownWords(output)}`, output);
  });
  const read = readEngrad(text, elements.length);
  if (read === null)
    throw new EngineError('unreadable-output', 'xtb ended without an energy and a gradient', output);
  return read;
}

/** The energy and the gradient of an .engrad file, ORCA's format: numbers between lines of comment. */
function readEngrad(text: string, atomCount: number): EnergyAndGradient | null {
  const [atoms, energyHartree, ...rest] = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => Number(line.trim().split(/\s+/)[0]));
  const gradientHartreePerBohr = rest.slice(0, 3 * atomCount);
  const complete = atoms === atomCount && gradientHartreePerBohr.length === 3 * atomCount;
  if (
    !complete ||
    energyHartree === undefined ||
    ![energyHartree, ...gradientHartreePerBohr].every(Number.isFinite)
  ) {
    return null;
  }
  return { energyHartree, gradientHartreePerBohr };
}

function environment({ cores, memoryBytes }: EngineRun): NodeJS.ProcessEnv {
  const stackBytes = Math.min(MAX_STACK_BYTES, Math.floor(memoryBytes / (2 * cores)));
  return {
    ...process.env,
    ...threadLimits(cores),
    OMP_STACKSIZE: `${Math.floor(stackBytes / 1024)}K`,
  };
}

/** The exit code alone says little, good or bad: what was computed is read afterwards. */
function checkEnd(result: ProgramResult, output: string): void {
  if (result.exitCode === 0 && !/did not converge/i.test(output)) return;
  if (result.signal !== null) throw new EngineCrashError(`xtb was ended by ${result.signal}`, output);
  if (/No space left on device/i.test(output)) {
    throw new EngineCrashError('xtb had no space left for its files', output);
  }
  if (/did not converge/i.test(output)) {
    throw new EngineError('not-converged', `xtb did not converge: ${ownWords(output)}`, output);
  }
  throw new EngineError('engine-failed', `xtb failed: ${ownWords(output)}`, output);
}
