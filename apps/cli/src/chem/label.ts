import type { Molecule } from '@bespoke/molecule';
import { labelMolecule, unknownSections } from '@bespoke/smirnoff';
import { readForceFields } from './force-field';
import { moleculeOf } from './mapped-molecule';
import type { InputRecord } from './record';

export interface LabelSettings {
  /** OFFXML of each. */
  forceFields: readonly string[];
}

/** `chem label`: which atoms and bonds are aromatic, and the id of the parameter that each term gets. */
export function labelWith({ forceFields }: LabelSettings): (record: InputRecord) => object {
  const forceField = readForceFields(forceFields);
  const unknown = unknownSections(forceField);
  return (record) => {
    const molecule = moleculeOf(record);
    return {
      ...aromaticity(molecule),
      ...labelMolecule(forceField, molecule),
      ...(unknown.length > 0 && { unknown_sections: unknown }),
    };
  };
}

function aromaticity({ atoms, bonds }: Molecule): { aromatic_atoms: number[]; aromatic_bonds: number[][] } {
  return {
    aromatic_atoms: atoms.flatMap(({ aromatic }, index) => (aromatic ? [index] : [])),
    aromatic_bonds: bonds
      .flatMap(({ aromatic, begin, end }): [number, number][] =>
        aromatic ? [[Math.min(begin, end), Math.max(begin, end)]] : [],
      )
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]),
  };
}
