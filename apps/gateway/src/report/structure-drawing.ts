import { depictFragment, depictFragmentInParent, type FragmentDrawing } from '@bespoke/fragmentation';
import { depictSvg, elementSymbol, moleculeFromSmiles } from '@bespoke/molecule';
import { Markup, markup } from '@bespoke/markup';

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

function picture(svg: string, label: string): Markup {
  // An XML declaration has no place inside HTML.
  const drawing = svg.replace(/<\?xml[^>]*\?>\s*/, '');
  return markup`<div class="structure" role="img" aria-label="${label}">${new Markup(drawing)}</div>`;
}

/** The label of each atom of a mapped SMILES, such as C4: its element and its number from 1. */
export function atomLabels(mappedSmiles: string): (atom: number) => string {
  const labels = moleculeFromSmiles(mappedSmiles).atoms.map(
    ({ element }, atom) => `${elementSymbol(element)}${atom + 1}`,
  );
  return (atom) => labels[atom] ?? `atom ${atom + 1}`;
}
