import type { Molecule } from '@bespoke/molecule';
import { labels, labelsInTagOrder } from './labels';
import { sectionsNamed, type ForceField } from './offxml';
import { forceFieldParameters } from './parameters';
import { unsupported } from './sections';
import { atomsKey, unchanged } from './valence-terms';

/** How a force field wants the charges of molecules that its library charges do not cover. */
export type WantedChargeModel =
  | {
      model: 'nagl';
      /** As in "openff-gnn-am1bcc-1.0.0.pt". */
      file: string;
      sha256: string | null;
      digitalObjectIdentifier: string | null;
    }
  | {
      /** Charges of another method, to which `chargeIncrements` are added. */
      model: 'charge-increments';
      /** As in "AM1-Mulliken". */
      baseMethod: string;
      numberOfConformers: number;
    }
  | { model: 'am1bcc' }
  /** The force field names no model: it can charge just what its library charges cover. */
  | { model: 'none' };

/**
 * The charge model that ranks first among those that the force field names: NAGL, then charge increments, then AM1-BCC.
 *
 * @throws SmirnoffError unsupported-force-field for a NAGLCharges without model_file, or no number of conformers
 */
export function wantedChargeModel(forceField: ForceField): WantedChargeModel {
  const nagl = sectionsNamed(forceField, 'NAGLCharges')[0]?.attributes;
  if (nagl !== undefined) {
    if (nagl['model_file'] === undefined) {
      throw unsupported('its NAGLCharges has no model_file');
    }
    return {
      model: 'nagl',
      file: nagl['model_file'],
      sha256: nagl['model_file_hash'] ?? null,
      digitalObjectIdentifier: nagl['digital_object_identifier'] ?? null,
    };
  }
  const increments = sectionsNamed(forceField, 'ChargeIncrementModel')[0]?.attributes;
  if (increments !== undefined) {
    const numberOfConformers = Number(increments['number_of_conformers'] ?? 1);
    if (!Number.isInteger(numberOfConformers) || numberOfConformers < 1) {
      throw unsupported('number_of_conformers of its ChargeIncrementModel is not a positive integer');
    }
    return {
      model: 'charge-increments',
      baseMethod: increments['partial_charge_method'] ?? 'AM1-Mulliken',
      numberOfConformers,
    };
  }
  return { model: sectionsNamed(forceField, 'ToolkitAM1BCC').length > 0 ? 'am1bcc' : 'none' };
}

/**
 * The library charges of a molecule, e, or null: SMIRNOFF uses them, before any other method, for a molecule of which
 * they cover every atom. They need not add up to its formal charge.
 *
 * @throws SmirnoffError unsupported-force-field, unreadable-quantity
 */
export function libraryCharges(forceField: ForceField, molecule: Molecule): number[] | null {
  const charges = molecule.atoms.map((): number | null => null);
  const winners = labels(molecule, forceFieldParameters(forceField).libraryCharges, unchanged);
  // Matches of the same atoms in another order replace each other, and keep the place of the first; where matches
  // overlap, it is that place which decides, as in OpenFF Interchange.
  const distinct = new Map([...winners.values()].map((label) => [sortedKey(label.atoms), label]));
  for (const { atoms, parameter } of distinct.values()) {
    atoms.forEach((atom, tag) => (charges[atom] = parameter.chargesE[tag] ?? null));
  }
  const known = charges.filter((charge) => charge !== null);
  return known.length === charges.length ? known : null;
}

/**
 * What a ChargeIncrementModel adds to the charges of its base method, by atom, e. Of the parameters that match the
 * same atoms the last one counts; increments of different matches add up.
 *
 * @throws SmirnoffError unsupported-force-field, unreadable-quantity
 */
export function chargeIncrements(forceField: ForceField, molecule: Molecule): number[] {
  const sums = molecule.atoms.map(() => 0);
  const winners = labelsInTagOrder(molecule, forceFieldParameters(forceField).chargeIncrements);
  for (const { atoms, parameter } of winners.values()) {
    atoms.forEach((atom, tag) => (sums[atom] = (sums[atom] ?? 0) + (parameter.incrementsE[tag] ?? 0)));
  }
  return sums;
}

function sortedKey(atoms: readonly number[]): string {
  return atomsKey([...atoms].sort((a, b) => a - b));
}
