import { at } from './graph';
import type { Molecule } from './molecule';
import { usingMol } from './rdkit';
import { molOfGraph, structureOf } from './structure';

export interface DepictionOptions {
  /** Atoms to highlight; hydrogens are not drawn. */
  highlightAtoms?: Iterable<number>;
  /** Indices into `molecule.bonds`. */
  highlightBonds?: Iterable<number>;
  /** Writes beside each atom its number, from 1. */
  atomNumbers?: boolean;
  widthPx?: number;
  heightPx?: number;
}

/** The molecule's structural formula, without explicit hydrogens, as an SVG document. */
export function depictSvg(molecule: Molecule, options: DepictionOptions = {}): string {
  return usingMol(molOfGraph(structureOf(molecule).graph), (drawn) => {
    drawn.remove_hs_in_place(JSON.stringify({ removeDefiningBondStereo: true }));
    const drawnAtoms = molecule.atoms.map((_, index) => index).filter((index) => isDrawn(molecule, index));
    if (drawnAtoms.length !== drawn.get_num_atoms())
      throw new Error(`RDKit draws other atoms of ${molecule.mappedSmiles} than expected.`);
    const drawnIndex = new Map(drawnAtoms.map((atom, index) => [atom, index]));
    const drawnBonds = molecule.bonds.flatMap(({ begin, end }, index) =>
      drawnIndex.has(begin) && drawnIndex.has(end) ? [index] : [],
    );
    const svg = drawn.get_svg_with_highlights(
      JSON.stringify({
        // Letters as text rather than as outlines, so that a number can take another one's place.
        ...(options.atomNumbers && { addAtomIndices: true, noFreetype: true }),
        width: options.widthPx ?? 300,
        height: options.heightPx ?? 200,
        atoms: [...(options.highlightAtoms ?? [])].flatMap((atom) => drawnIndex.get(atom) ?? []),
        bonds: [...(options.highlightBonds ?? [])]
          .map((bond) => drawnBonds.indexOf(bond))
          .filter((bond) => bond >= 0),
      }),
    );
    return options.atomNumbers ? numberedFromOne(svg, drawnAtoms) : svg;
  });
}

/** RDKit numbers what it draws, from 0, a text for each digit; hydrogens that are not drawn have numbers too. */
function numberedFromOne(svg: string, drawnAtoms: readonly number[]): string {
  const digits = drawnAtoms.flatMap((atom, index) =>
    [...String(index)].map((_, digit) => (digit === 0 ? String(atom + 1) : '')),
  );
  let next = 0;
  return svg.replace(/(<text [^>]*class='note'[^>]*>)\d(<\/text>)\n?/g, (_, open: string, close: string) => {
    const number = digits[next++] ?? '';
    return number === '' ? '' : `${open}${number}${close}\n`;
  });
}

function isDrawn(molecule: Molecule, index: number): boolean {
  const { element, isotope, formalCharge } = at(molecule.atoms, index);
  if (element !== 1 || isotope !== 0 || formalCharge !== 0) return true;
  return at(molecule.neighbours, index).every((neighbour) => at(molecule.atoms, neighbour).element === 1);
}
