import { createSystem, energyTerms, type MechanicsSystem } from '@bespoke/mechanics';
import { forceFieldCharges } from '@bespoke/partial-charges';
import { am1BondOrders, type EngineRun } from '@bespoke/qc-engines';
import { assignParameters, bondsThatNeedOrders, type ForceField } from '@bespoke/smirnoff';
import { moleculeOf } from './mapped-molecule';
import { chargesOf, FieldError, geometriesOf, type GivenGeometry, type InputRecord } from './record';

/** What `energies` and `minimize` are about: a molecule under a force field, and geometries of it. */
export interface RecordMechanics {
  system: MechanicsSystem;
  geometries: GivenGeometry[];
}

/**
 * Charges are those of the line, else as the force field wants them. Where they, or parameters that
 * are interpolated over bond orders, depend on a geometry, it is the first one.
 * @throws FieldError, SmirnoffError, MechanicsError, ChargeError, what engines throw
 */
export async function mechanicsOf(
  record: InputRecord,
  forceField: ForceField,
  run: EngineRun,
): Promise<RecordMechanics> {
  const molecule = moleculeOf(record);
  const geometries = geometriesOf(record, molecule.atoms.length);
  const givenCharges = chargesOf(record, molecule);
  const first = geometries[0]!.angstrom;
  const assignment = assignParameters(
    forceField,
    molecule,
    bondsThatNeedOrders(forceField, molecule).length === 0
      ? {}
      : { wibergBondOrders: await am1BondOrders(molecule, first, run) },
  );
  // Before charges are made: what the force field lacks is told at once.
  const system = (chargesE: readonly number[]) => createSystem(molecule, assignment, chargesE);
  if (givenCharges !== null) return { system: system(givenCharges), geometries };
  system(molecule.atoms.map(() => 0));
  const { chargesE } = await forceFieldCharges({ forceField, molecule }, first, run);
  return { system: system(chargesE), geometries };
}

/**
 * The energy by term in kcal/mol, as output lines have it.
 * @throws FieldError where it is not finite
 */
export function energyOf(system: MechanicsSystem, { field, angstrom }: GivenGeometry): object {
  const { bonds, angles, propers, impropers, vdw, electrostatics } = energyTerms(system, angstrom);
  const total = bonds + angles + propers + impropers + vdw + electrostatics;
  if (!Number.isFinite(total))
    throw new FieldError(
      field,
      'its energy is not finite: atoms lie on top of each other, or are too far apart',
    );
  return {
    bonds,
    angles,
    proper_torsions: propers,
    improper_torsions: impropers,
    vdw,
    electrostatics,
    total,
  };
}
