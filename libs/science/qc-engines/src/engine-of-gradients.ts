import { OPTIMIZER_VERSION, type EnergyAndGradient } from '@bespoke/geometry-optimization';
import { optimizeOnTarget } from './constrained-optimization';
import {
  EngineError,
  type Calculation,
  type EngineRun,
  type QcEngine,
  type SinglePointRequest,
  type SinglePointResult,
} from './engine';

/** A program that is set up for one molecule and level, and computes one geometry after another. */
export interface Calculator {
  /** Hartree. */
  energy(geometryAngstrom: ArrayLike<number>): Promise<number>;
  energyAndGradient(geometryAngstrom: ArrayLike<number>): Promise<EnergyAndGradient>;
}

/** What a program has to know to be an engine. `probe` gives the version of the program alone. */
export interface GradientProgram extends Pick<QcEngine, 'name' | 'probe' | 'incomplete' | 'supports'> {
  /**
   * Sets up what computes this molecule (a process, a directory), has it used, and clears it away whatever happens.
   * The geometry is the first that will be computed. Nothing here has to be checked again: it is a closed shell of
   * elements that the program supports.
   */
  withCalculator<T>(
    calculation: Calculation,
    run: EngineRun,
    use: (calculator: Calculator) => Promise<T>,
  ): Promise<T>;
}

/** An engine made of what computes gradients, and our optimiser. */
export function engineOfGradients(program: GradientProgram): QcEngine {
  const { name, probe, incomplete, supports, withCalculator } = program;
  return {
    name,
    supports,
    ...(incomplete && { incomplete }),

    async probe() {
      const found = await probe();
      return found && { version: `${found.version}+opt${OPTIMIZER_VERSION}` };
    },

    async singlePoint(request, run) {
      checkCalculation(supports, request);
      const { geometryAngstrom, gradient } = request;
      return withCalculator(request, run, async (calculator) => {
        if (!gradient) {
          const energyHartree = await calculator.energy(geometryAngstrom);
          return checkedResult(name, request, { energyHartree, gradientHartreePerBohr: null });
        }
        const { energyHartree, gradientHartreePerBohr } =
          await calculator.energyAndGradient(geometryAngstrom);
        return checkedResult(name, request, {
          energyHartree,
          gradientHartreePerBohr: Array.from(gradientHartreePerBohr),
        });
      });
    },

    async constrainedOptimization(request, run) {
      checkCalculation(supports, request);
      return withCalculator(request, run, (calculator) =>
        optimizeOnTarget(request, (geometry) => calculator.energyAndGradient(geometry)),
      );
    },
  };
}

/**
 * What can be said before a program is asked.
 * @throws EngineError `unsupported`
 */
export function checkCalculation(supports: QcEngine['supports'], calculation: Calculation): void {
  const { elements, formalCharge, geometryAngstrom } = calculation;
  const unsupported = supports(calculation, elements);
  if (unsupported !== null) throw new EngineError('unsupported', unsupported);
  const electrons = elements.reduce((sum, element) => sum + element, -formalCharge);
  if (electrons % 2 !== 0) {
    throw new EngineError('unsupported', `${electrons} electrons are no closed shell, which this is for`);
  }
  if (!isGeometry(geometryAngstrom, elements.length)) {
    throw new EngineError(
      'unsupported',
      `geometryAngstrom: ${3 * elements.length} finite numbers are needed for ${elements.length} atoms`,
    );
  }
}

function checkedResult(
  name: string,
  { elements }: SinglePointRequest,
  result: SinglePointResult,
): SinglePointResult {
  const { energyHartree, gradientHartreePerBohr } = result;
  const complete = gradientHartreePerBohr === null || isGeometry(gradientHartreePerBohr, elements.length);
  if (Number.isFinite(energyHartree) && complete) return result;
  throw new EngineError(
    'unreadable-output',
    `${name}: the energy (${energyHartree}) or the gradient is not finite, or numbers are missing`,
  );
}

function isGeometry(numbers: ArrayLike<number>, atomCount: number): boolean {
  return numbers.length === 3 * atomCount && Array.from(numbers).every(Number.isFinite);
}
