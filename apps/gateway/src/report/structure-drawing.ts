import { depictSvg, elementSymbol, moleculeFromSmiles } from '@bespoke/molecule';
import { Markup, markup } from './markup';

/** RDKit marks in the red that also says oxygen. */
const RDKIT_MARK = /#FF7F7F/gi;
const OUR_MARK = '#A9D1F7';

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
    highlightAtoms: new Set(bonds.flat()),
    highlightBonds: molecule.bonds.flatMap(({ begin, end }, index) =>
      bonds.some((bond) => bond.includes(begin) && bond.includes(end)) ? [index] : [],
    ),
    atomNumbers: true,
    widthPx: 320,
    heightPx: 220,
  });
  // An XML declaration has no place inside HTML.
  const drawing = svg.replace(/<\?xml[^>]*\?>\s*/, '').replace(RDKIT_MARK, OUR_MARK);
  return markup`<div class="structure" role="img" aria-label="${label}">${new Markup(drawing)}</div>`;
}

/** The label of each atom of a mapped SMILES, such as C4: its element and its number from 1. */
export function atomLabels(mappedSmiles: string): (atom: number) => string {
  const labels = moleculeFromSmiles(mappedSmiles).atoms.map(
    ({ element }, atom) => `${elementSymbol(element)}${atom + 1}`,
  );
  return (atom) => labels[atom] ?? `atom ${atom + 1}`;
}
