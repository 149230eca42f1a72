import { matchSmarts, type Molecule } from '@bespoke/molecule';
import { sectionsNamed, type ForceField } from './offxml';
import { forceFieldParameters } from './parameters';

/** How a force field wants the charges of molecules that its library charges do not cover. */
export type ChargeMethod = 'am1bcc' | 'nagl' | 'charge-increments' | 'none';

/** The charge method that ranks first among those that the force field names. */
export function chargeMethod(forceField: ForceField): ChargeMethod {
  const has = (section: string): boolean => sectionsNamed(forceField, section).length > 0;
  if (has('NAGLCharges')) {
    return 'nagl';
  }
  if (has('ChargeIncrementModel')) {
    return 'charge-increments';
  }
  return has('ToolkitAM1BCC') ? 'am1bcc' : 'none';
}

/**
 * The library charges of a molecule, e, or null: SMIRNOFF uses them, before any other method, for a molecule of which
 * they cover every atom.
 *
 * @throws SmirnoffError unsupported-force-field, unreadable-quantity
 */
export function libraryCharges(forceField: ForceField, molecule: Molecule): number[] | null {
  const charges = molecule.atoms.map((): number | null => null);
  for (const { smirks, chargesE } of forceFieldParameters(forceField).libraryCharges) {
    for (const atoms of matchSmarts(molecule, smirks)) {
      atoms.forEach((atom, tag) => (charges[atom] = chargesE[tag] ?? null));
    }
  }
  const known = charges.filter((charge) => charge !== null);
  return known.length === charges.length ? known : null;
}
