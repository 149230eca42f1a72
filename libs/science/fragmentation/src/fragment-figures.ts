import { markup, picture, type Markup } from '@bespoke/markup';
import { atomName, heavySmiles, type Molecule } from '@bespoke/molecule';
import { cutBonds } from './cut-bonds';
import { depictFragment, depictFragmentInParent, type FragmentDrawing } from './fragment-drawing';

/** Bonded atoms of a molecule, such as C4–C5–N6–cap: what caps a cut (null) has no number in the molecule. */
export function chainName(parent: Molecule, atoms: readonly (number | null)[]): string {
  return atoms.map((atom) => (atom === null ? 'cap' : atomName(parent, atom))).join('–');
}

/** The bonds of the molecule that a fragment stands for, such as C2–C3, C7–C8. */
export function targetBondNames(parent: Molecule, occurrences: FragmentDrawing['occurrences']): string {
  return occurrences.map(({ parentBond }) => chainName(parent, parentBond)).join(', ');
}

/**
 * For a page: a fragment by itself and in its molecule, with what is driven and where it was cut; one drawing where it
 * is the whole molecule.
 *
 * @param note sentences that go below the last drawing
 */
export function fragmentFigures(
  parent: Molecule,
  fragment: Molecule,
  drawing: FragmentDrawing,
  note = '',
): Markup {
  const { parentAtoms } = drawing.occurrences[0]!;
  const bonds = targetBondNames(parent, drawing.occurrences);
  const dihedral = drawing.dihedral.map((atom) => parentAtoms[atom] ?? null);
  const driven = `driven about ${chainName(parent, dihedral)}`;
  const cuts = cutBonds(parent, parentAtoms).map((bond) => chainName(parent, bond));
  const inMolecule = picture(
    depictFragmentInParent(parent, drawing),
    `The molecule with the fragment around ${bonds}`,
  );
  if (cuts.length === 0)
    return markup`<div class="drawings"><figure>${inMolecule}
<figcaption>The whole molecule, ${driven}. ${note}</figcaption></figure></div>`;
  return markup`<div class="drawings"><figure>${picture(depictFragment(parent, fragment, drawing), `The fragment around ${bonds}`)}
<figcaption>The fragment, ${driven}: <code>${heavySmiles(fragment)}</code></figcaption></figure>
<figure>${inMolecule}
<figcaption>In the molecule, cut at ${cuts.join(', ')}. ${note}</figcaption></figure></div>`;
}
