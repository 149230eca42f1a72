import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, ProgramNotFoundError, runProgram, type ProgramResult } from '@bespoke/child-process';
import { dihedralDegrees, elementSymbol } from '@bespoke/molecule';
import { DEGREES_PER_RADIAN, wrapDegrees } from '@bespoke/units';
import { changedConnectivity, describeBondChanges } from './connectivity';
import {
  EngineCrashError,
  EngineError,
  type ConstrainedOptimizationRequest,
  type ConstrainedOptimizationResult,
  type EngineRun,
  type QcEngine,
} from './engine';
import { programVersion } from './program-version';
import { inScratchDirectory } from './scratch';
import { turnDihedral } from './turn-dihedral';
import { readXyz, writeXyz } from './xyz';

/**
 * xtb holds a dihedral by a bias, force constant · (1 - cos(angle - target)), which it includes in every energy.
 * At 20 hartree the angle ends within 0.03 degrees, in stiff rings within 0.4 (at 5: 0.1 and 1.1), for 10 % more time.
 */
const FORCE_CONSTANT_HARTREE = 20;
const ON_TARGET_DEGREES = 0.5;
const LAST_ELEMENT = 86;
const MAX_STACK_BYTES = 2 ** 30;

const METHOD_FLAGS = new Map([
  ['gfn2-xtb', ['--gfn', '2']],
  ['gfn1-xtb', ['--gfn', '1']],
  ['gfn-ff', ['--gfnff']],
]);

/** The xtb program of the Grimme group: GFN2-xTB, GFN1-xTB, GFN-FF. Found by XTB_BIN, then PATH. */
export const xtb: QcEngine = {
  name: 'xtb',

  async probe() {
    const command = findProgram('xtb', 'XTB_BIN');
    if (command === null) return null;
    return { version: await programVersion(command, 'xtb', /xtb version (\S+)/) };
  },

  supports(method, basis, elements) {
    if (!METHOD_FLAGS.has(method.toLowerCase())) {
      return `xtb has no method ${method}; it has GFN2-xTB, GFN1-xTB and GFN-FF`;
    }
    if (basis !== null) return `${method} takes no basis set, but ${basis} is asked for`;
    const foreign = elements.find((element) => !(element >= 1 && element <= LAST_ELEMENT));
    return foreign === undefined ? null : `${method} has no parameters for ${elementSymbol(foreign)}`;
  },

  async constrainedOptimization(request, run) {
    const { elements, formalCharge, method, basis } = request;
    const unsupported = xtb.supports(method, basis, elements);
    if (unsupported !== null) throw new EngineError('unsupported', unsupported);
    const electrons = elements.reduce((sum, element) => sum + element, -formalCharge);
    if (electrons % 2 !== 0) {
      throw new EngineError('unsupported', `${electrons} electrons are no closed shell, which this is for`);
    }
    const command = findProgram('xtb', 'XTB_BIN');
    if (command === null) throw new ProgramNotFoundError('xtb');
    return inScratchDirectory(run.scratchDirectory, 'xtb', (directory) =>
      optimize(command, directory, request, run),
    );
  },
};

async function optimize(
  command: string,
  directory: string,
  request: ConstrainedOptimizationRequest,
  run: EngineRun,
): Promise<ConstrainedOptimizationResult> {
  const { elements, dihedral, targetDegrees } = request;
  await writeFile(join(directory, 'start.xyz'), writeXyz(elements, startGeometry(request)));
  await writeFile(
    join(directory, 'constraint.inp'),
    `$constrain\n  force constant=${FORCE_CONSTANT_HARTREE}\n` +
      `  dihedral: ${dihedral.map((atom) => atom + 1).join()},${targetDegrees}\n$end\n`,
  );
  const result = await runProgram({
    command,
    args: [
      'start.xyz',
      ...METHOD_FLAGS.get(request.method.toLowerCase())!,
      ...['--opt', 'tight', '--input', 'constraint.inp', '--norestart'],
      ...['--chrg', String(request.formalCharge), '--uhf', '0'],
    ],
    cwd: directory,
    env: environment(run),
    ...(run.signal && { signal: run.signal }),
  });
  const output = result.stdout + result.stderr;
  const fail = (code: EngineError['code'], message: string) => new EngineError(code, message, output);

  checkEnd(result, output);
  // An index out of range or a misread line is only a warning to xtb.
  if (!/^constraining (angle|dihedral)/m.test(result.stdout)) {
    throw fail('constraint-ignored', `xtb did not take the constraint: ${ownWords(output)}`);
  }
  const energyText = result.stdout
    .match(/\| TOTAL ENERGY\s+(\S+) Eh/g)
    ?.at(-1)
    ?.split(/\s+/)[3];
  const biasedEnergyHartree = Number(energyText);
  if (energyText === undefined || !Number.isFinite(biasedEnergyHartree)) {
    throw fail('unreadable-output', 'xtb ended without an energy');
  }
  const geometryAngstrom = readXyz(await readFile(join(directory, 'xtbopt.xyz'), 'utf8'), elements);
  if (geometryAngstrom === null) throw fail('unreadable-output', "xtb's optimised geometry is unreadable");
  const angle = dihedralDegrees(geometryAngstrom, [...dihedral]);
  const offDegrees = wrapDegrees(angle - targetDegrees);
  if (!(Math.abs(offDegrees) <= ON_TARGET_DEGREES)) {
    throw fail('off-target', `the dihedral ended at ${angle.toFixed(2)} degrees instead of ${targetDegrees}`);
  }
  const changes = changedConnectivity(elements, request.bonds, request.geometryAngstrom, geometryAngstrom);
  if (changes.length > 0) {
    throw fail('connectivity-changed', `bonds changed: ${describeBondChanges(elements, changes)}`);
  }
  const off = offDegrees / DEGREES_PER_RADIAN;
  const energyHartree = biasedEnergyHartree - FORCE_CONSTANT_HARTREE * (1 - Math.cos(off));
  return {
    energyHartree,
    // The biased energy is stationary, so the unbiased one has the slope -k sin(off) in the angle.
    energyAtTargetHartree: energyHartree + FORCE_CONSTANT_HARTREE * off * Math.sin(off),
    geometryAngstrom,
    dihedralDegrees: angle,
  };
}

/**
 * On target from the start, by a rigid turn, unless atoms would collide: 15 degrees cost 6 or 7 cycles so, against 26
 * when the bias has to pull.
 */
function startGeometry(request: ConstrainedOptimizationRequest): ArrayLike<number> {
  const { elements, bonds, geometryAngstrom, dihedral, targetDegrees } = request;
  const turned = turnDihedral(bonds, geometryAngstrom, dihedral, targetDegrees);
  const collides = (geometry: ArrayLike<number>) =>
    changedConnectivity(elements, bonds, geometryAngstrom, geometry).some(({ kind }) => kind === 'formed');
  return turned === null || collides(turned) ? geometryAngstrom : turned;
}

function environment({ cores, memoryBytes }: EngineRun): NodeJS.ProcessEnv {
  const stackBytes = Math.min(MAX_STACK_BYTES, Math.floor(memoryBytes / (2 * cores)));
  return {
    ...process.env,
    OMP_NUM_THREADS: String(cores),
    OPENBLAS_NUM_THREADS: String(cores),
    MKL_NUM_THREADS: String(cores),
    OMP_STACKSIZE: `${Math.floor(stackBytes / 1024)}K`,
  };
}

/** The exit code alone says little: xtb exits with 0 when an optimisation did not converge. */
function checkEnd(result: ProgramResult, output: string): void {
  if (result.exitCode === 0 && result.stdout.includes('GEOMETRY OPTIMIZATION CONVERGED')) return;
  if (result.signal !== null) throw new EngineCrashError(`xtb was ended by ${result.signal}`, output);
  if (/No space left on device/i.test(output)) {
    throw new EngineCrashError('xtb had no space left for its files', output);
  }
  if (/FAILED TO CONVERGE GEOMETRY OPTIMIZATION|did not converge/i.test(output)) {
    throw new EngineError('not-converged', `xtb did not converge: ${ownWords(output)}`, output);
  }
  throw new EngineError('engine-failed', `xtb failed: ${ownWords(output)}`, output);
}

/** The lines in which xtb says what went wrong, innermost first as it numbers them; else its last line. */
function ownWords(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const numbered = lines.filter((line) => /^-\d+- /.test(line)).map((line) => line.replace(/^-\d+- /, ''));
  const starred = lines
    .filter((line) => /^\*\*\* FAILED .* \*\*\*$/.test(line))
    .map((line) => line.slice(4, -4));
  const words = [...new Set([...starred, ...numbered.reverse()])];
  return words.length > 0 ? words.join('; ') : (lines.filter(Boolean).at(-1) ?? 'no output');
}
