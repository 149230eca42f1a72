import { depictFragment, depictFragmentInParent, type FragmentDrawing } from '@bespoke/fragmentation';
import { atomName, depictSvg, moleculeFromSmiles } from '@bespoke/molecule';
import { picture, type Markup } from '@bespoke/markup';

/** Not RDKit's red, which also says oxygen. */
const MARK = '#A9D1F7';

/**
 * A molecule without its hydrogens, its atoms numbered from 1, the given bonds (pairs of atoms) marked. `loadRDKit` must have been awaited.
 */
export function structureDrawing(
  mappedSmiles: string,
  bonds: readonly (readonly number[])[],
  label: string,
): Markup {
  const molecule = moleculeFromSmiles(mappedSmiles);
  const svg = depictSvg(molecule, {
    highlights: [{ atoms: bonds.flat(), bonds, colour: MARK }],
    atomNumbers: true,
    widthPx: 320,
    heightPx: 220,
  });
  return picture(svg, label);
}

/** A molecule with one of its fragments over it. `loadRDKit` must have been awaited. */
export function fragmentInMoleculeDrawing(
  mappedSmiles: string,
  fragment: FragmentDrawing,
  label: string,
): Markup {
  return picture(depictFragmentInParent(moleculeFromSmiles(mappedSmiles), fragment), label);
}

/** A fragment by itself, its atoms numbered and lying as in the molecule. `loadRDKit` must have been awaited. */
export function fragmentDrawing(
  parentMappedSmiles: string,
  { mappedSmiles, ...fragment }: FragmentDrawing & { mappedSmiles: string },
  label: string,
): Markup {
  const [parent, molecule] = [parentMappedSmiles, mappedSmiles].map((smiles) => moleculeFromSmiles(smiles));
  return picture(depictFragment(parent!, molecule!, fragment), label);
}

/** The label of each atom of a mapped SMILES, such as C4: its element and its number from 1. */
export function atomLabels(mappedSmiles: string): (atom: number) => string {
  const molecule = moleculeFromSmiles(mappedSmiles);
  return (atom) => atomName(molecule, atom);
}
