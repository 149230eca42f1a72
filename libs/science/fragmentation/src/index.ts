import { canonicalAroundBond, extractFragment, type Molecule } from '@bespoke/molecule';
import { newStereo } from './new-stereo';
import { atomsAroundBonds, type BondOrderSource, type FragmentationScheme } from './schemes';
import { type BondAtoms, targetBonds } from './target-bonds';

export { FUNCTIONAL_GROUPS, functionalGroups } from './functional-groups';
export { drivenDihedral } from './driven-dihedral';
export { chainName, fragmentFigures, targetBondNames } from './fragment-figures';
export { depictFragmentInParent, FRAGMENT_COLOURS, type FragmentDrawing } from './fragment-drawing';
export { type BondOrders, GROWTH_HEURISTICS, type GrowthHeuristic } from './growth';
export type { BondOrderSource, FragmentationScheme } from './schemes';
export { type BondAtoms, HYDROGEN_ROTORS, targetBonds, TargetSmartsError } from './target-bonds';

/** A piece of a molecule around one target bond, in a numbering of its own that depends on nothing else. */
export interface Fragment {
  molecule: Molecule;
  /** The target bond in the fragment. */
  bond: BondAtoms;
  /** Everywhere in the parent that it stands for; atoms of the fragment that are caps have no parent atom. */
  occurrences: { parentBond: BondAtoms; parentAtoms: (number | null)[] }[];
  /** What is stereogenic in the fragment and not in the parent, by the parent's atoms, counted from 1, as in C4. */
  newStereo: string[];
}

/**
 * Cuts a molecule into one fragment for each target bond. Bonds whose fragments are the same (as
 * molecules with a marked bond) share one.
 * @param bondOrders is asked by the scheme `wbo` alone, for several molecules at a time, some of them twice
 * @throws TargetSmartsError for a pattern that does not tag a bond, what `bondOrders` throws for the molecule
 */
export async function fragmentMolecule(
  molecule: Molecule,
  settings: FragmentationScheme & { targetTorsionSmarts: readonly string[] },
  { bondOrders = noBondOrders }: { bondOrders?: BondOrderSource } = {},
): Promise<Fragment[]> {
  const bonds = targetBonds(molecule, settings.targetTorsionSmarts);
  const atoms = await atomsAroundBonds(molecule, bonds, settings, bondOrders);

  const fragments = new Map<string, Fragment>();
  for (const [index, parentBond] of bonds.entries()) {
    const { fragment, parentAtoms } = cut(molecule, atoms[index]!, parentBond);
    const key = `${fragment.molecule.mappedSmiles} ${fragment.bond.join('-')}`;
    const known = fragments.get(key) ?? { ...fragment, occurrences: [] };
    known.occurrences.push({ parentBond, parentAtoms });
    fragments.set(key, known);
  }
  return [...fragments.values()];
}

const noBondOrders: BondOrderSource = () => {
  throw new RangeError('fragments by bond orders need a source of bond orders');
};

function cut(molecule: Molecule, atoms: ReadonlySet<number>, parentBond: BondAtoms) {
  const extracted = extractFragment(molecule, atoms);
  const inFragment = parentBond.map((atom) => extracted.parentAtoms.indexOf(atom)) as [number, number];
  const canonical = canonicalAroundBond(extracted.molecule, inFragment);
  return {
    fragment: {
      molecule: canonical.molecule,
      bond: canonical.bond,
      newStereo: newStereo(molecule, extracted),
    },
    parentAtoms: canonical.order.map((atom) => extracted.parentAtoms[atom] ?? null),
  };
}
