import { matchSmarts, type Molecule } from '@bespoke/molecule';

/** A bond by its two atoms, the smaller index first. */
export type BondAtoms = readonly [number, number];

/** Thrown for a target SMARTS that does not tag the two atoms of a bond. */
export class TargetSmartsError extends Error {
  readonly code = 'bad-target-smarts';
  override readonly name = 'TargetSmartsError';
}

/**
 * Rotors that turn nothing but hydrogens, which patterns for bonds between heavy atoms leave out. A workflow may name
 * them among its patterns.
 */
export const HYDROGEN_ROTORS: Readonly<Record<string, string>> = {
  hydroxyl: '[!#1]~[!$(*#*)&!$([CX3]=O):1]-;!@[OX2H1:2]',
  'carboxylic-acid': '[CX3&$(*=O):1]-;!@[OX2H1:2]',
  thiol: '[!#1]~[!$(*#*):1]-;!@[SX2H1:2]',
  amine: '[!#1]~[!$(*#*):1]-;!@[NX3H2+0:2]',
};

/**
 * The bonds that the patterns select, ascending, each once.
 * @param targetTorsionSmarts patterns that tag a bond's two atoms :1 and :2, or names among `HYDROGEN_ROTORS`
 * @throws SmartsError when a pattern is unreadable, TargetSmartsError when it tags something else
 */
export function targetBonds(molecule: Molecule, targetTorsionSmarts: readonly string[]): BondAtoms[] {
  const bonds = new Map<string, BondAtoms>();
  for (const pattern of targetTorsionSmarts) {
    const smarts = Object.hasOwn(HYDROGEN_ROTORS, pattern) ? HYDROGEN_ROTORS[pattern]! : pattern;
    const matches = matchSmarts(molecule, smarts);
    const tags = [...smarts.matchAll(/:(\d+)\]/g)].map((tag) => tag[1]).sort();
    if (tags.join() !== '1,2') {
      throw new TargetSmartsError(`${smarts} must tag the two atoms of the bond, :1 and :2`);
    }
    for (const [first, second] of matches) {
      if (first === undefined || second === undefined) continue;
      if (!molecule.neighbours[first]?.includes(second)) {
        throw new TargetSmartsError(`${smarts} tags two atoms that are not bonded`);
      }
      const bond: BondAtoms = first < second ? [first, second] : [second, first];
      bonds.set(bond.join(), bond);
    }
  }
  return [...bonds.values()].sort(([a1, a2], [b1, b2]) => a1 - b1 || a2 - b2);
}
