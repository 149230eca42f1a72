import type { Molecule } from '@bespoke/molecule';
import type { BondAtoms } from './target-bonds';

/**
 * The bonds of the parent at which a fragment was cut from it, each from the atom that the fragment has to the one in
 * whose place it has a hydrogen.
 *
 * @param parentAtoms of the atoms of the fragment, as a {@link Fragment}'s occurrence has them
 */
export function cutBonds(parent: Molecule, parentAtoms: readonly (number | null)[]): BondAtoms[] {
  const kept = new Set(parentAtoms);
  return parent.bonds.flatMap(({ begin, end }): BondAtoms[] => {
    if (kept.has(begin) === kept.has(end)) return [];
    return kept.has(begin) ? [[begin, end]] : [[end, begin]];
  });
}
