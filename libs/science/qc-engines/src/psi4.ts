import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, ProgramNotFoundError, runProgram } from '@bespoke/child-process';
import type { EnergyAndGradient } from '@bespoke/geometry-optimization';
import { elementSymbol } from '@bespoke/molecule';
import { ANGSTROM_PER_BOHR } from '@bespoke/units';
import { d3bjDispersion, probeDftd3 } from './dftd3';
import { EngineCrashError, EngineError, type Calculation, type EngineRun } from './engine';
import { engineOfGradients } from './engine-of-gradients';
import { programVersion } from './program-version';
import { inScratchDirectory } from './scratch';

/** Functionals that D3(BJ) is added to here, by their names in dftd3; psi4 1.3 needs a program for it that is rare. */
const D3BJ_NAMES: Record<string, string> = {
  b3lyp: 'b3lyp',
  blyp: 'blyp',
  bp86: 'bp',
  'cam-b3lyp': 'camb3lyp',
  hf: 'hf',
  pbe: 'pbe',
  pbe0: 'pbe0',
  tpss: 'tpss',
};

/** So that the energy of a single point is to all its digits that of a gradient. */
const KEYWORDS = { e_convergence: 1e-8, d_convergence: 1e-8, maxiter: 200 };

/** psi4 and its libraries, before it has any molecule. */
const PROGRAM_BYTES = 300e6;
const LEAST_MEMORY_BYTES = 250 * 2 ** 20;

/**
 * psi4 (PSI4_BIN, then PATH), started once for each geometry: any method that it has energies and gradients of, with a
 * basis set; D3(BJ) dispersion by dftd3, without which it does not count as there.
 */
export const psi4 = engineOfGradients({
  name: 'psi4',

  async probe() {
    const command = findProgram('psi4', 'PSI4_BIN');
    if (command === null) return null;
    const dftd3 = await probeDftd3();
    return dftd3 && { version: `${await versionOf(command)}+dftd3-${dftd3.version}` };
  },

  async incomplete() {
    const command = findProgram('psi4', 'PSI4_BIN');
    if (command === null || (await probeDftd3()) !== null) return null;
    const named = process.env['DFTD3_PYTHON'];
    return `psi4 ${await versionOf(command)}, dftd3 missing${named ? ` (DFTD3_PYTHON names ${named}, where there is no program)` : ''}`;
  },

  supports({ method, basis, solvent = null }) {
    const { functional, d3bj } = partsOf(method);
    if (d3bj ? !Object.hasOwn(D3BJ_NAMES, functional) : /-(d[34]|nl)|-3c$/i.test(functional)) {
      const known = Object.keys(D3BJ_NAMES).join(', ').toUpperCase();
      return `psi4 is not set up for the dispersion of ${method}; it is for -D3BJ with ${known}`;
    }
    if (basis === null) return `psi4 needs a basis set for ${method}`;
    return solvent === null ? null : `psi4 is not set up for a solvent, but ${solvent} is asked for`;
  },

  async withCalculator(calculation, run, use) {
    const command = findProgram('psi4', 'PSI4_BIN');
    if (command === null) throw new ProgramNotFoundError('psi4');
    const version = await versionOf(command);
    const { functional, d3bj } = partsOf(calculation.method);
    return inScratchDirectory(run.scratchDirectory, 'psi4', (directory) => {
      const compute = async (geometryAngstrom: ArrayLike<number>, driver: 'energy' | 'gradient') => {
        const molecule = { ...calculation, method: functional, geometryAngstrom };
        const found = await runPsi4({ command, version, directory }, molecule, driver, run);
        if (!d3bj) return found;
        const dispersion = d3bjDispersion(
          D3BJ_NAMES[functional]!,
          calculation.elements,
          geometryAngstrom,
          run,
        );
        return sum(found, await dispersion);
      };
      return use({
        energy: async (geometry) => (await compute(geometry, 'energy')).energyHartree,
        energyAndGradient: (geometry) => compute(geometry, 'gradient'),
      });
    });
  },
});

/** "B3LYP-D3BJ" is psi4's B3LYP and a dispersion that is added to it. */
function partsOf(method: string): { functional: string; d3bj: boolean } {
  const functional = /^(.+)-d3\(?bj\)?$/i.exec(method)?.[1];
  return { functional: (functional ?? method).toLowerCase(), d3bj: functional !== undefined };
}

function sum(a: EnergyAndGradient, b: EnergyAndGradient): EnergyAndGradient {
  return {
    energyHartree: a.energyHartree + b.energyHartree,
    gradientHartreePerBohr: Array.from(
      a.gradientHartreePerBohr,
      (component, i) => component + b.gradientHartreePerBohr[i]!,
    ),
  };
}

function versionOf(command: string): Promise<string> {
  return programVersion(command, 'psi4', /^(\d+\.\d+\S*)$/m);
}

interface Psi4Program {
  command: string;
  version: string;
  directory: string;
}

/** One run of the program; the gradient is empty when only the energy is wanted. */
async function runPsi4(
  { command, version, directory }: Psi4Program,
  calculation: Calculation,
  driver: 'energy' | 'gradient',
  run: EngineRun,
): Promise<EnergyAndGradient> {
  const file = join(directory, 'molecule.json');
  const memoryBytes = Math.max(LEAST_MEMORY_BYTES, Math.floor(run.memoryBytes - PROGRAM_BYTES));
  // psi4 1.3 reads the memory there; QCSchema has no such member, and later ones would refuse it.
  const readsMemory = /^1\.[0-3]\b/.test(version);
  const schema = { ...atomicInput(calculation, driver), ...(readsMemory && { memory: memoryBytes }) };
  await writeFile(file, JSON.stringify(schema));
  const { exitCode, signal, stdout, stderr } = await runProgram({
    command,
    args: [
      ...(readsMemory ? ['--json'] : ['--qcschema', '--memory', `${Math.floor(memoryBytes / 2 ** 20)}MiB`]),
      ...['--nthread', String(run.cores), '--scratch', directory, 'molecule.json'],
    ],
    cwd: directory,
    env: { ...process.env, PSI_SCRATCH: directory },
    memoryBytes: run.memoryBytes,
    ...(run.signal && { signal: run.signal }),
  });
  // Written over what it read: a program that gave up early has left that there, and a full disk half of it. After it
  // psi4 1.3 may still fall over its own scratch files, which is no matter.
  const answer = readAnswer(await readFile(file, 'utf8'));
  const output = [answer?.raw_output ?? answer?.stdout ?? '', stdout, stderr].join('\n');
  if (answer?.success === undefined && signal !== null) {
    throw new EngineCrashError(`psi4 was ended by ${signal}`, output);
  }
  if (answer?.success !== true) {
    const words = answer?.error?.error_message ?? stderr;
    throw failure(
      words,
      `psi4 failed: ${exceptionOf(words) ?? `exit code ${exitCode}, and not a word`}`,
      output,
    );
  }
  const energyHartree = answer.properties?.return_energy;
  const gradient = driver === 'gradient' ? [answer.return_result].flat(2) : [];
  const complete = driver === 'energy' || gradient.length === 3 * calculation.elements.length;
  if (!complete || ![energyHartree, ...gradient].every(Number.isFinite)) {
    throw new EngineError('unreadable-output', 'psi4 ended without an energy and a gradient', output);
  }
  return { energyHartree: energyHartree!, gradientHartreePerBohr: gradient as number[] };
}

/** What is read of a QCSchema 1 AtomicResult or FailedOperation. */
interface AtomicAnswer {
  success?: boolean;
  return_result?: number | number[] | number[][];
  properties?: { return_energy?: number };
  error?: { error_message?: string } | null;
  stdout?: string | null;
  /** psi4 1.3's name for stdout. */
  raw_output?: string | null;
}

/** QCSchema 1, as psi4 takes it from 1.3 on; the axes are those of the geometry. */
function atomicInput(
  { elements, formalCharge, geometryAngstrom, method, basis }: Calculation,
  driver: string,
) {
  return {
    schema_name: 'qcschema_input',
    schema_version: 1,
    molecule: {
      schema_name: 'qcschema_molecule',
      schema_version: 2,
      symbols: elements.map(elementSymbol),
      geometry: Array.from(geometryAngstrom, (coordinate) => coordinate / ANGSTROM_PER_BOHR),
      molecular_charge: formalCharge,
      molecular_multiplicity: 1,
      ...{ fix_com: true, fix_orientation: true, fix_symmetry: 'c1' },
    },
    driver,
    model: { method, basis },
    keywords: KEYWORDS,
  };
}

function readAnswer(text: string): AtomicAnswer | null {
  try {
    return JSON.parse(text) as AtomicAnswer | null;
  } catch {
    return null;
  }
}

function failure(words: string, message: string, output: string): EngineError | EngineCrashError {
  if (/No space left on device|PSIO Error/i.test(words + output)) {
    return new EngineCrashError('psi4 could not write its files', output);
  }
  return new EngineError(
    /could not converge scf|failed to converge/i.test(words) ? 'not-converged' : 'engine-failed',
    message,
    output,
  );
}

/** What the last exception of a Python traceback says, without the module that it is from. */
function exceptionOf(traceback: string): string | null {
  const exceptions = traceback.split('\n').filter((line) => /^[A-Za-z_][\w.]*: \S/.test(line));
  return exceptions.at(-1)?.replace(/^(\w+\.)*/, '') ?? null;
}
