import { canonicalAroundBond, extractFragment, type Molecule } from '@bespoke/molecule';
import { pfizerScheme } from './pfizer';
import { type BondAtoms, targetBonds } from './target-bonds';

export { FUNCTIONAL_GROUPS, functionalGroups } from './functional-groups';
export { drivenDihedral } from './driven-dihedral';
export { pfizerScheme } from './pfizer';
export { type BondAtoms, targetBonds, TargetSmartsError } from './target-bonds';

/** Which atoms of a molecule stay around a bond. Prepared once for a molecule, then asked for each bond. */
export type FragmentationScheme = (molecule: Molecule) => (bond: BondAtoms) => ReadonlySet<number>;

/** Scheme by name; a new one is one file and one line here. */
export const fragmentationSchemes: Readonly<Record<string, FragmentationScheme>> = {
  pfizer: pfizerScheme,
  none: (molecule) => () => new Set(molecule.atoms.keys()),
};

/** A piece of a molecule around one target bond, in a numbering of its own that depends on nothing else. */
export interface Fragment {
  molecule: Molecule;
  /** The target bond in the fragment. */
  bond: BondAtoms;
  /** Everywhere in the parent that it stands for; atoms of the fragment that are caps have no parent atom. */
  occurrences: { parentBond: BondAtoms; parentAtoms: (number | null)[] }[];
}

/**
 * Cuts a molecule into one fragment for each target bond. Bonds whose fragments are the same (as
 * molecules with a marked bond) share one.
 * @throws TargetSmartsError for a pattern that does not tag a bond
 * @throws RangeError for a scheme that does not exist
 */
export function fragmentMolecule(
  molecule: Molecule,
  settings: { scheme: string; targetTorsionSmarts: readonly string[] },
): Fragment[] {
  const scheme = fragmentationSchemes[settings.scheme];
  if (!scheme) throw new RangeError(`there is no fragmentation scheme ${settings.scheme}`);
  const atomsAround = scheme(molecule);

  const fragments = new Map<string, Fragment>();
  for (const parentBond of targetBonds(molecule, settings.targetTorsionSmarts)) {
    const { fragment, parentAtoms } = cut(molecule, atomsAround(parentBond), parentBond);
    const key = `${fragment.molecule.mappedSmiles} ${fragment.bond.join('-')}`;
    const known = fragments.get(key) ?? { ...fragment, occurrences: [] };
    known.occurrences.push({ parentBond, parentAtoms });
    fragments.set(key, known);
  }
  return [...fragments.values()];
}

function cut(molecule: Molecule, atoms: ReadonlySet<number>, parentBond: BondAtoms) {
  const extracted = extractFragment(molecule, atoms);
  const inFragment = parentBond.map((atom) => extracted.parentAtoms.indexOf(atom)) as [number, number];
  const canonical = canonicalAroundBond(extracted.molecule, inFragment);
  return {
    fragment: { molecule: canonical.molecule, bond: canonical.bond },
    parentAtoms: canonical.order.map((atom) => extracted.parentAtoms[atom] ?? null),
  };
}
