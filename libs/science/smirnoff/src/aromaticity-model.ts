import type { ForceField } from './offxml';
import { unsupported } from './sections';

/**
 * Patterns mean what their author meant just under the aromaticity model that the force field names.
 *
 * @throws SmirnoffError unsupported-force-field
 */
export function requireAromaticityModel(forceField: ForceField): void {
  const model = forceField.root.attributes['aromaticity_model'];
  if (model !== 'OEAroModel_MDL') {
    throw unsupported(`its aromaticity model is ${model ?? 'not given'}; OEAroModel_MDL is computed`);
  }
}
