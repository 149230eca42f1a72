import { join } from 'node:path';
import { ProgramNotFoundError } from '@bespoke/child-process';
import type { EnergyAndGradient } from '@bespoke/geometry-optimization';
import { elementSymbol } from '@bespoke/molecule';
import type { EngineRun, QcEngine } from './engine';
import { enginePython, packageVersion } from './engine-environment';
import { engineOfGradients } from './engine-of-gradients';
import { withResidentProcess } from './resident-process';
import { inScratchDirectory } from './scratch';
import { threadLimits } from './threads';

/** Beside the sources, also of what is built. */
const PROGRAM = join(__dirname, '..', 'src', 'pyscf_process.py');

/** Functionals under PySCF's names, and the dispersion corrections that each has parameters for. */
const FUNCTIONALS: Record<string, readonly string[]> = {
  blyp: ['d3bj', 'd3zero', 'd4'],
  pbe: ['d3bj', 'd3zero', 'd4'],
  tpss: ['d3bj', 'd3zero', 'd4'],
  r2scan: ['d3bj', 'd4'],
  b3lyp: ['d3bj', 'd3zero', 'd4'],
  pbe0: ['d3bj', 'd3zero', 'd4'],
  tpssh: ['d3bj', 'd3zero', 'd4'],
  'cam-b3lyp': ['d3bj', 'd3zero', 'd4'],
  'm06-2x': ['d3zero'],
};

type ElementRange = readonly [first: number, last: number];

/** Basis sets under PySCF's names, and the elements that it has them for. */
const BASES: Record<string, readonly ElementRange[]> = {
  dzvp: [[1, 54]],
  '6-31g*': [[1, 36]],
  '6-31+g*': [[1, 20]],
  // prettier-ignore
  '6-311g**': [[1, 20], [31, 36], [53, 53]],
  // prettier-ignore
  ...Object.fromEntries(['svp', 'svpd', 'tzvp', 'tzvpp', 'tzvpd'].map((name) => [`def2-${name}`, [[1, 57], [72, 86]] as const])),
  // prettier-ignore
  'cc-pvdz': [[1, 18], [20, 36]],
  // prettier-ignore
  'cc-pvtz': [[1, 18], [20, 36]],
};

/**
 * PySCF: density functionals with density fitting, in Python processes that stay. The interpreter is what PYSCF_PYTHON
 * names, else that of `bespoke engines install pyscf`.
 */
export const pyscf: QcEngine = engineOfGradients({
  name: 'pyscf',

  async probe() {
    const python = interpreter();
    return python === null ? null : packageVersion(python, 'pyscf');
  },

  supports({ method, basis, solvent = null }, elements) {
    if (functionalOf(method) === null) {
      return `PySCF is not set up for the method ${method}; it is for ${methodNames().join(', ')}`;
    }
    const ranges = basis !== null && Object.hasOwn(BASES, basis.toLowerCase()) && BASES[basis.toLowerCase()];
    if (!ranges) {
      const names = Object.keys(BASES).join(', ');
      return `PySCF is not set up for ${basis === null ? 'no basis set' : `the basis set ${basis}`}; it is for ${names}`;
    }
    if (solvent !== null) return `PySCF is not set up for a solvent, but ${solvent} is asked for`;
    const foreign = elements.find((z) => !ranges.some(([first, last]) => z >= first && z <= last));
    return foreign === undefined ? null : `${basis} has no functions for ${elementSymbol(foreign)}`;
  },

  async withCalculator({ elements, formalCharge, method, basis }, run, use) {
    const python = interpreter();
    if (python === null) throw new ProgramNotFoundError('python with PySCF');
    const level = { ...functionalOf(method)!, basis: basis!.toLowerCase() };
    return inScratchDirectory(run.scratchDirectory, 'pyscf', (directory) =>
      withResidentProcess(processOf(python, run), run, (ask) => {
        let continues = false;
        const compute = async (geometryAngstrom: ArrayLike<number>, gradient: boolean) => {
          const { memoryBytes } = run;
          const molecule = { elements, formalCharge, geometryAngstrom, ...level };
          const job = { ...molecule, gradient, memoryBytes, directory, continues };
          continues = true;
          return ask<EnergyAndGradient>(job);
        };
        return use({
          energy: async (geometry) => (await compute(geometry, false)).energyHartree,
          energyAndGradient: (geometry) => compute(geometry, true),
        });
      }),
    );
  },
});

function interpreter(): string | null {
  return enginePython('pyscf', 'PYSCF_PYTHON');
}

function processOf(python: string, { cores }: EngineRun) {
  return { name: 'PySCF', command: python, args: [PROGRAM], env: threadLimits(cores) };
}

/** "B3LYP-D3BJ" as PySCF takes it apart. D3(BJ) is D3BJ, and D3 without a word on its damping is nobody's. */
function functionalOf(method: string): { functional: string; dispersion: string | null } | null {
  const [, functional, dispersion = null] =
    /^(.+?)(?:-(d3bj|d3zero|d4))?$/.exec(method.toLowerCase().replace('d3(bj)', 'd3bj')) ?? [];
  if (functional === undefined || !Object.hasOwn(FUNCTIONALS, functional)) return null;
  return dispersion === null || FUNCTIONALS[functional]!.includes(dispersion)
    ? { functional, dispersion }
    : null;
}

function methodNames(): string[] {
  return Object.entries(FUNCTIONALS).map(([functional, dispersions]) => {
    const suffixes = dispersions.map((dispersion) => `-${dispersion.toUpperCase()}`);
    return `${functional.toUpperCase()}[${suffixes.join('|')}]`;
  });
}
