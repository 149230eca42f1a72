import { minimise } from '@bespoke/mechanics';
import type { EngineRun } from '@bespoke/qc-engines';
import { readForceFields } from './force-field';
import { energyOf, mechanicsOf } from './mechanics-of-record';
import { byAtom, type InputRecord } from './record';

export interface MinimizeSettings {
  /** OFFXML of each. */
  forceFields: readonly string[];
  /** Atoms that stay where they are. */
  frozenAtoms: readonly number[];
  /** k of k/2·|r − r_start|² on all atoms. */
  restraintKcalPerMolPerAngstrom2: number;
}

/** `chem minimize`: the minimum nearest to each geometry. */
export function minimizeWith(
  { forceFields, frozenAtoms, restraintKcalPerMolPerAngstrom2 }: MinimizeSettings,
  run: EngineRun,
): (record: InputRecord) => Promise<object> {
  const forceField = readForceFields(forceFields);
  return async (record) => {
    const { system, geometries } = await mechanicsOf(record, forceField, run);
    const minima = geometries.map((geometry) => {
      energyOf(system, geometry);
      return minimise(system, geometry.angstrom, { frozenAtoms, restraintKcalPerMolPerAngstrom2 });
    });
    return {
      energies_kcal_mol: minima.map(({ coordinatesAngstrom }, index) =>
        energyOf(system, { field: geometries[index]!.field, angstrom: coordinatesAngstrom }),
      ),
      geometries_angstrom: minima.map(({ coordinatesAngstrom }) => byAtom(coordinatesAngstrom)),
      converged: minima.map(({ converged }) => converged),
      iterations: minima.map(({ iterations }) => iterations),
    };
  };
}
