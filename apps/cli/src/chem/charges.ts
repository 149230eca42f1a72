import {
  generateConformers,
  geometryFaults,
  geometryFaultText,
  MoleculeError,
  stereoisomerAt,
  undefinedStereo,
  type Molecule,
} from '@bespoke/molecule';
import { chargeModelNamed, type ChargeModelName } from '@bespoke/partial-charges';
import type { EngineRun } from '@bespoke/qc-engines';
import { moleculeOf } from './mapped-molecule';
import { FieldError, geometryOf, type InputRecord } from './record';

export interface ChargesSettings {
  model: ChargeModelName;
  /** Coordinates may be made of one stereoisomer where the molecule leaves it open. */
  allowUndefinedStereo: boolean;
}

/** `chem charges`: partial charges by a model, on the geometry of the line where it has one. */
export function chargesWith(
  settings: ChargesSettings,
  run: EngineRun,
): (record: InputRecord) => Promise<object> {
  const model = chargeModelNamed(settings.model)!;
  return async (record) => {
    const molecule = moleculeOf(record);
    const geometry = geometryOf(record, molecule.atoms.length);
    if (geometry !== null) assertGeometryOf(molecule, geometry);
    const reason = model.unsupported(molecule);
    if (reason !== null) throw new FieldError('mapped_smiles', reason);
    const chosen = geometry === null && settings.allowUndefinedStereo ? oneStereoisomer(molecule) : molecule;
    return {
      charges_e: await model.charges(chosen, geometry, run).catch(namingTheOption),
      model: model.name,
      mapped_smiles: record['mapped_smiles'],
      ...(geometry !== null && { geometry_angstrom: record['geometry_angstrom'] }),
    };
  };
}

/** Charges of another molecule, or in another unit, would look like any others. */
function assertGeometryOf(molecule: Molecule, geometryAngstrom: Float64Array): void {
  const faults = geometryFaults(molecule, geometryAngstrom);
  if (faults.length === 0) return;
  const named = faults.slice(0, MAX_NAMED).map((fault) => geometryFaultText(molecule, fault));
  const more = faults.length > MAX_NAMED ? ` and ${faults.length - MAX_NAMED} more` : '';
  throw new FieldError(
    'geometry_angstrom',
    `it is not one of the molecule: ${named.join(', ')}${more} (atoms count from 1, as in mapped_smiles); ` +
      'give a three-dimensional structure, atoms in the order of the map numbers of mapped_smiles, in angstrom',
  );
}

const MAX_NAMED = 4;

function namingTheOption(error: unknown): never {
  if (!(error instanceof MoleculeError && error.code === 'undefined-stereo')) throw error;
  throw new FieldError(
    'mapped_smiles',
    `${error.message} --allow-undefined-stereo takes any one stereoisomer.`,
    { cause: error },
  );
}

/** The molecule with any one configuration of what it leaves open. */
function oneStereoisomer(molecule: Molecule): Molecule {
  if (undefinedStereo(molecule).labels.length === 0) return molecule;
  const conformers = generateConformers(molecule, { maxConformers: 1, seed: 1, allowUndefinedStereo: true });
  return stereoisomerAt(molecule, conformers[0]!);
}
