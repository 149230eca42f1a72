import { ANGSTROM_PER_BOHR } from '@bespoke/units';
import type { Calculation, EngineRun, QcEngine } from '../engine';

const STEP_ANGSTROM = 0.002;

/**
 * How far components of an engine's gradient are from central differences of its energies, at worst; hartree/bohr.
 * @param coordinates their places in the flat geometry
 */
export async function gradientError(
  engine: QcEngine,
  calculation: Calculation,
  run: EngineRun,
  coordinates: readonly number[],
): Promise<number> {
  const { gradientHartreePerBohr } = await engine.singlePoint({ ...calculation, gradient: true }, run);
  const energyAt = async (coordinate: number, step: number): Promise<number> => {
    const geometryAngstrom = Float64Array.from(calculation.geometryAngstrom);
    geometryAngstrom[coordinate]! += step;
    return (await engine.singlePoint({ ...calculation, geometryAngstrom, gradient: false }, run))
      .energyHartree;
  };
  const errors: number[] = [];
  for (const coordinate of coordinates) {
    const ahead = await energyAt(coordinate, STEP_ANGSTROM);
    const behind = await energyAt(coordinate, -STEP_ANGSTROM);
    const slope = ((ahead - behind) / (2 * STEP_ANGSTROM)) * ANGSTROM_PER_BOHR;
    errors.push(Math.abs(gradientHartreePerBohr![coordinate]! - slope));
  }
  return Math.max(...errors);
}
