import { matchSmarts, type Molecule } from '@bespoke/molecule';

/**
 * Groups that a fragmentation never cuts, as SMARTS of their atoms: the table that openff-fragmenter 0.2
 * (MIT) ships with its schemes.
 */
export const FUNCTIONAL_GROUPS: Readonly<Record<string, string>> = {
  hydrazine: '[NX3:1][NX3:2]',
  hydrazone: '[NX3:1][NX2:2]',
  nitric_oxide: '[N:1]-[O:2]',
  amide: '[#7:1][#6:2](=[#8:3])',
  amide_n: '[#7:1][#6:2](-[O-:3])',
  amide_2: '[NX3:1][CX3:2](=[OX1:3])[NX3:4]',
  aldehyde: '[CX3H1:1](=[O:2])[#6:3]',
  sulfoxide_1: '[#16X3:1]=[OX1:2]',
  sulfoxide_2: '[#16X3+:1][OX1-:2]',
  sulfonyl: '[#16X4:1](=[OX1:2])=[OX1:3]',
  sulfinic_acid: '[#16X3:1](=[OX1:2])[OX2H,OX1H0-:3]',
  sulfinamide: '[#16X4:1](=[OX1:2])(=[OX1:3])([NX3R0:4])',
  sulfonic_acid: '[#16X4:1](=[OX1:2])(=[OX1:3])[OX2H,OX1H0-:4]',
  phosphine_oxide: '[PX4:1](=[OX1:2])([#6:3])([#6:4])([#6:5])',
  phosphonate: '[P:1](=[OX1:2])([OX2H,OX1-:3])([OX2H,OX1-:4])',
  phosphate: '[PX4:1](=[OX1:2])([#8:3])([#8:4])([#8:5])',
  carboxylic_acid: '[CX3:1](=[O:2])[OX1H0-,OX2H1:3]',
  nitro_1: '[NX3+:1](=[O:2])[O-:3]',
  nitro_2: '[NX3:1](=[O:2])=[O:3]',
  ester: '[CX3:1](=[O:2])[OX2H0:3]',
  tri_halide: '[#6:1]([F,Cl,I,Br:2])([F,Cl,I,Br:3])([F,Cl,I,Br:4])',
};

/** The atoms of every functional group in the molecule, one set for each place that a pattern matches. */
export function functionalGroups(molecule: Molecule): ReadonlySet<number>[] {
  const groups = new Map<string, Set<number>>();
  for (const smarts of Object.values(FUNCTIONAL_GROUPS)) {
    for (const match of matchSmarts(molecule, smarts)) {
      const atoms = [...match].sort((a, b) => a - b);
      groups.set(atoms.join(), new Set(atoms));
    }
  }
  return [...groups.values()];
}
