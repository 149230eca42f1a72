import { at } from './graph';
import type { Molecule } from './molecule';
import { usingMol } from './rdkit';
import { molOfGraph, structureOf } from './structure';

/** Atoms and bonds in a colour of their own; hydrogens are not drawn. */
export interface Highlight {
  atoms?: readonly number[];
  /** Pairs of atoms. */
  bonds?: readonly (readonly number[])[];
  /** As #rrggbb. */
  colour: string;
}

export interface DepictionOptions {
  /** Where several have an atom or bond, the last one counts. */
  highlights?: readonly Highlight[];
  /** Writes beside each atom its number, from 1, or the one that stands here for it; null writes none. */
  atomNumbers?: boolean | readonly (number | null)[];
  widthPx?: number;
  heightPx?: number;
}

const MAX_BOND_PX = 32;

/** The molecule's structural formula, without explicit hydrogens, as an SVG document. */
export function depictSvg(molecule: Molecule, options: DepictionOptions = {}): string {
  const { highlights = [], atomNumbers = false } = options;
  return usingMol(molOfGraph(structureOf(molecule).graph), (drawn) => {
    drawn.remove_hs_in_place(JSON.stringify({ removeDefiningBondStereo: true }));
    const drawnAtoms = molecule.atoms.map((_, index) => index).filter((index) => isDrawn(molecule, index));
    if (drawnAtoms.length !== drawn.get_num_atoms())
      throw new Error(`RDKit draws other atoms of ${molecule.mappedSmiles} than expected.`);
    const drawnIndex = new Map(drawnAtoms.map((atom, index) => [atom, index]));
    const drawnBonds = molecule.bonds.filter(
      ({ begin, end }) => drawnIndex.has(begin) && drawnIndex.has(end),
    );
    const atomColours = new Map<number, number[]>();
    const bondColours = new Map<number, number[]>();
    for (const { atoms = [], bonds = [], colour } of highlights) {
      const channels = [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16) / 255);
      for (const atom of atoms) if (drawnIndex.has(atom)) atomColours.set(drawnIndex.get(atom)!, channels);
      drawnBonds.forEach(({ begin, end }, index) => {
        if (bonds.some((bond) => bond.includes(begin) && bond.includes(end)))
          bondColours.set(index, channels);
      });
    }
    const svgOfRDKit = drawn.get_svg_with_highlights(
      JSON.stringify({
        // Letters as text rather than as outlines, so that a number can take another one's place.
        ...(atomNumbers !== false && { addAtomIndices: true, noFreetype: true }),
        width: options.widthPx ?? 300,
        height: options.heightPx ?? 200,
        atoms: [...atomColours.keys()],
        bonds: [...bondColours.keys()],
        // Small molecules are not blown up, and letters keep the colour of their element.
        fixedBondLength: MAX_BOND_PX,
        standardColoursForHighlightedAtoms: true,
        highlightBondWidthMultiplier: 14,
        highlightRadius: 0.38,
        highlightAtomColors: Object.fromEntries(atomColours),
        highlightBondColors: Object.fromEntries(bondColours),
      }),
    );
    // Whoever writes it to a file does so in UTF-8.
    const svg = svgOfRDKit.replace("encoding='iso-8859-1'", "encoding='UTF-8'");
    if (atomNumbers === false) return svg;
    const numbers = atomNumbers === true ? molecule.atoms.map((_, atom) => atom + 1) : atomNumbers;
    return renumbered(
      svg,
      drawnAtoms.map((atom) => numbers[atom] ?? null),
    );
  });
}

/** RDKit numbers what it draws, from 0, a text for each digit; hydrogens that are not drawn have numbers too. */
function renumbered(svg: string, numbers: readonly (number | null)[]): string {
  const digits = numbers.flatMap((number, index) =>
    [...String(index)].map((_, digit) => (digit === 0 ? String(number ?? '') : '')),
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
