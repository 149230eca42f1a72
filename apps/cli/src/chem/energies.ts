import { energy } from '@bespoke/mechanics';
import type { EngineRun } from '@bespoke/qc-engines';
import { readForceFields } from './force-field';
import { energyOf, mechanicsOf } from './mechanics-of-record';
import { byAtom, type InputRecord } from './record';

export interface EnergiesSettings {
  /** OFFXML of each. */
  forceFields: readonly string[];
  gradients: boolean;
}

/** `chem energies`: the energy of each geometry by term, and its gradient where that is asked for. */
export function energiesWith(
  { forceFields, gradients }: EnergiesSettings,
  run: EngineRun,
): (record: InputRecord) => Promise<object> {
  const forceField = readForceFields(forceFields);
  return async (record) => {
    const { system, geometries } = await mechanicsOf(record, forceField, run);
    const energies = geometries.map((geometry) => energyOf(system, geometry));
    if (!gradients) return { energies_kcal_mol: energies };
    const gradient = new Float64Array(3 * system.atomCount);
    return {
      energies_kcal_mol: energies,
      gradients_kcal_mol_angstrom: geometries.map(({ angstrom }) => {
        energy(system, angstrom, gradient);
        return byAtom(gradient);
      }),
    };
  };
}
