import { assignParameters, parseOffxml } from '@bespoke/smirnoff';
import { moleculeOf } from './mapped-molecule';
import type { InputRecord } from './record';

export interface LabelSettings {
  /** OFFXML. */
  forceFields: readonly string[];
}

/** `chem label`: which atoms and bonds are aromatic, and the id of the parameter that each term gets. */
export function labelWith({ forceFields }: LabelSettings): (record: InputRecord) => object {
  const parsed = parseOffxml(forceFields[0]!);
  return (record) => {
    const molecule = moleculeOf(record);
    const assignment = assignParameters(parsed, molecule);
    return {
      aromatic_atoms: molecule.atoms.flatMap(({ aromatic }, index) => (aromatic ? [index] : [])),
      aromatic_bonds: molecule.bonds
        .flatMap(({ aromatic, begin, end }) =>
          aromatic ? [[Math.min(begin, end), Math.max(begin, end)] as const] : [],
        )
        .sort((a, b) => a[0] - b[0] || a[1] - b[1]),
      Bonds: assignment.bonds.map(({ atoms, id }) => [...atoms, id]),
    };
  };
}
