import { join } from 'node:path';
import { ProgramNotFoundError } from '@bespoke/child-process';
import type { EnergyAndGradient } from '@bespoke/geometry-optimization';
import { ANGSTROM_PER_BOHR } from '@bespoke/units';
import type { EngineRun } from './engine';
import { enginePython, packageVersion } from './engine-environment';
import { withResidentProcess } from './resident-process';
import { threadLimits } from './threads';

/** Beside the sources, also of what is built. */
const PROGRAM = join(__dirname, '..', 'src', 'dftd3_process.py');

/** The interpreter that has dftd3: DFTD3_PYTHON, else that of `bespoke engines install psi4`. */
function interpreter(): string | null {
  return enginePython('psi4', 'DFTD3_PYTHON');
}

/**
 * The Python package dftd3, or null when there is none.
 * @throws EngineError when the interpreter that is there has it not
 */
export async function probeDftd3(): Promise<{ version: string } | null> {
  const python = interpreter();
  return python === null ? null : packageVersion(python, 'dftd3');
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
  const program = { name: 'dftd3', command: python, args: [PROGRAM], env: threadLimits(1) };
  const geometryBohr = Float64Array.from(geometryAngstrom, (coordinate) => coordinate / ANGSTROM_PER_BOHR);
  return withResidentProcess(program, run, (ask) =>
    ask<EnergyAndGradient>({ elements, geometryBohr, functional }),
  );
}
