import type { EnergyAndGradient } from '@bespoke/geometry-optimization';
import { ANGSTROM_PER_BOHR } from '@bespoke/units';
import koffi from 'koffi';
import { EngineError } from './engine';
import { ownWords } from './xtb-words';

/** A closed-shell molecule and the method that it is computed with. */
export interface XtbCalculation {
  elements: readonly number[];
  formalCharge: number;
  method: XtbMethod;
}

export type XtbMethod = 'gfn2-xtb' | 'gfn1-xtb' | 'gfn-ff';

export interface XtbCalculator {
  /** @throws EngineError in the library's own words */
  energyAndGradient(geometryAngstrom: ArrayLike<number>): EnergyAndGradient;
  /** Gives its memory back. */
  free(): void;
}

/** The Fortran routines keep their arrays on the stack, of which koffi gives a call 2 MiB. */
const STACK_BYTES = 16 * 2 ** 20;
const ERROR_BYTES = 4096;
const MUTED = 0;

/**
 * Loads xtb's C library (xtb.h of xtb 6.3 and later). Each calculation starts from the wave function of the one before
 * with the same calculator, and with a new calculator from none, so that the same calls give the same numbers.
 * A call holds the thread that it is made on, and a fault in it ends the process: this is for a process of its own.
 */
export function loadLibxtb(
  path: string,
): (calculation: XtbCalculation, geometryAngstrom: ArrayLike<number>) => XtbCalculator {
  koffi.config({ sync_stack_size: STACK_BYTES });
  const library = koffi.load(path);
  const newEnvironment = library.func('void *xtb_newEnvironment()');
  const checkEnvironment = library.func('int xtb_checkEnvironment(void *env)');
  const getError = library.func('void xtb_getError(void *env, _Out_ char *text, int *size)');
  const setVerbosity = library.func('void xtb_setVerbosity(void *env, int verbosity)');
  const newMolecule = library.func(
    'void *xtb_newMolecule(void *env, int *atoms, int *elements, double *x, double *charge, int *uhf, double *lattice, bool *periodic)',
  );
  const updateMolecule = library.func(
    'void xtb_updateMolecule(void *env, void *mol, double *x, double *lattice)',
  );
  const newCalculator = library.func('void *xtb_newCalculator()');
  const newResults = library.func('void *xtb_newResults()');
  const singlepoint = library.func('void xtb_singlepoint(void *env, void *mol, void *calc, void *res)');
  const getEnergy = library.func('void xtb_getEnergy(void *env, void *res, _Out_ double *energy)');
  const getGradient = library.func('void xtb_getGradient(void *env, void *res, _Out_ double *gradient)');
  const remove = (['Molecule', 'Calculator', 'Results'] as const).map((what) =>
    library.func(`void xtb_del${what}(void **handle)`),
  );
  const load = (routine: string) =>
    library.func(`void ${routine}(void *env, void *mol, void *calc, char *file)`);
  const loadMethod: Record<XtbMethod, ReturnType<typeof load>> = {
    'gfn2-xtb': load('xtb_loadGFN2xTB'),
    'gfn1-xtb': load('xtb_loadGFN1xTB'),
    'gfn-ff': load('xtb_loadGFNFF'),
  };

  const environment: unknown = newEnvironment();
  setVerbosity(environment, MUTED);
  const check = (): void => {
    if (checkEnvironment(environment) === 0) return;
    const text = Buffer.alloc(ERROR_BYTES);
    getError(environment, text, Int32Array.of(ERROR_BYTES));
    const words = text.subarray(0, text.indexOf(0)).toString('utf8').trim();
    throw new EngineError(
      /did not converge/i.test(words) ? 'not-converged' : 'engine-failed',
      `xtb failed: ${ownWords(words)}`,
      words,
    );
  };

  return ({ elements, formalCharge, method }, geometryAngstrom) => {
    const molecule: unknown = newMolecule(
      environment,
      Int32Array.of(elements.length),
      Int32Array.from(elements),
      inBohr(geometryAngstrom),
      Float64Array.of(formalCharge),
      Int32Array.of(0),
      null,
      null,
    );
    check();
    const calculator: unknown = newCalculator();
    loadMethod[method](environment, molecule, calculator, null);
    check();
    const results: unknown = newResults();
    return {
      energyAndGradient: (geometry) => {
        updateMolecule(environment, molecule, inBohr(geometry), null);
        check();
        singlepoint(environment, molecule, calculator, results);
        check();
        const energy = new Float64Array(1);
        const gradientHartreePerBohr = new Float64Array(3 * elements.length);
        getEnergy(environment, results, energy);
        getGradient(environment, results, gradientHartreePerBohr);
        check();
        return { energyHartree: energy[0]!, gradientHartreePerBohr };
      },
      free: () => [molecule, calculator, results].forEach((handle, i) => remove[i]!([handle])),
    };
  };
}

function inBohr(geometryAngstrom: ArrayLike<number>): Float64Array {
  return Float64Array.from(geometryAngstrom, (coordinate) => coordinate / ANGSTROM_PER_BOHR);
}
