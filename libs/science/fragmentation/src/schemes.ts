import { extractFragment, type Molecule } from '@bespoke/molecule';
import { nextSubstituent, type BondOrders, type GrowthHeuristic } from './growth';
import { minimalFragments } from './minimal-fragments';
import { newStereo } from './new-stereo';
import type { BondAtoms } from './target-bonds';

/** How a molecule is cut, with the settings of the scheme. */
export type FragmentationScheme =
  /** Minimal fragments. */
  | { scheme: 'pfizer' }
  /** Minimal fragments that grow until their bond order is the parent's. */
  | {
      scheme: 'wbo';
      /** Largest difference between the target bond's Wiberg bond orders in the fragment and in the parent. */
      threshold: number;
      heuristic: GrowthHeuristic;
      /** Ring systems keep the substituents that cannot turn, such as halogens and methyl groups. */
      keepNonRotorRingSubstituents: boolean;
    }
  /** The whole molecule, once for each target bond. */
  | { scheme: 'none' };

/**
 * Gives the bond orders of a molecule. Where it has none, and would have none at another try, it throws an Error whose
 * `code` is "no-bond-orders".
 */
export type BondOrderSource = (molecule: Molecule) => Promise<BondOrders>;

/** Which atoms of a molecule stay around each of its target bonds, in their order. */
export async function atomsAroundBonds(
  molecule: Molecule,
  bonds: readonly BondAtoms[],
  settings: FragmentationScheme,
  bondOrdersOf: BondOrderSource,
): Promise<ReadonlySet<number>[]> {
  switch (settings.scheme) {
    case 'none':
      return bonds.map(() => new Set(molecule.atoms.keys()));
    case 'pfizer': {
      const fragments = minimalFragments(molecule, false);
      return bonds.map((bond) => fragments.around(bond));
    }
    case 'wbo': {
      if (bonds.length === 0) return [];
      const fragments = minimalFragments(molecule, settings.keepNonRotorRingSubstituents);
      // Those of the molecule and of all minimal fragments are made at once.
      const parentOrders = bondOrdersOf(molecule);
      const grown = bonds.map(async (bond) => {
        const atoms = fragments.around(bond);
        while (
          (await changeOfBondOrder(molecule, atoms, bond, parentOrders, bondOrdersOf)) > settings.threshold
        ) {
          const next = nextSubstituent(molecule, atoms, bond, settings.heuristic, await parentOrders);
          if (next === null) break;
          for (const atom of fragments.with(next)) atoms.add(atom);
        }
        return atoms;
      });
      const [, ...atoms] = await Promise.all([parentOrders, ...grown]);
      return atoms;
    }
    default:
      return settings satisfies never;
  }
}

/** Between parent and fragment; infinite where the fragment has no bond order, or a stereo centre that is new. */
async function changeOfBondOrder(
  parent: Molecule,
  atoms: ReadonlySet<number>,
  [i, j]: BondAtoms,
  parentOrders: Promise<BondOrders>,
  bondOrdersOf: BondOrderSource,
): Promise<number> {
  const extracted = extractFragment(parent, atoms);
  if (newStereo(parent, extracted).length > 0) return Number.POSITIVE_INFINITY;
  const [first, second] = [i, j].map((atom) => extracted.parentAtoms.indexOf(atom)) as [number, number];
  let orders: BondOrders;
  try {
    orders = await bondOrdersOf(extracted.molecule);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'no-bond-orders')
      return Number.POSITIVE_INFINITY;
    throw error;
  }
  return Math.abs(orders(first, second) - (await parentOrders)(i, j));
}
