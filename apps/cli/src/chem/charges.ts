import { generateConformers, stereoisomerAt, undefinedStereo, type Molecule } from '@bespoke/molecule';
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
    const reason = model.unsupported(molecule);
    if (reason !== null) throw new FieldError('mapped_smiles', reason);
    const chosen = geometry === null && settings.allowUndefinedStereo ? oneStereoisomer(molecule) : molecule;
    return { charges_e: await model.charges(chosen, geometry, run), model: model.name };
  };
}

/** The molecule with any one configuration of what it leaves open. */
function oneStereoisomer(molecule: Molecule): Molecule {
  if (undefinedStereo(molecule).labels.length === 0) return molecule;
  const conformers = generateConformers(molecule, { maxConformers: 1, seed: 1, allowUndefinedStereo: true });
  return stereoisomerAt(molecule, conformers[0]!);
}
