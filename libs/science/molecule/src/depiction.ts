import { at, type FlatLayout } from './graph';
import type { Molecule } from './molecule';
import { usingMol, type Mol } from './rdkit';
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
  /** Where the atoms go, as `depictionLayout` has them; an atom that is drawn and has no place here has all go anew. */
  layout?: DepictionLayout;
  widthPx?: number;
  heightPx?: number;
}

/** By atom: where it is drawn, or null for a hydrogen that is not. */
export type DepictionLayout = readonly (readonly [number, number] | null)[];

const MAX_BOND_PX = 32;

/** Where to draw each atom, so that it and molecules like it, such as its fragments, are drawn alike. */
export function depictionLayout(molecule: Molecule): DepictionLayout {
  return usingMol(molOfGraph(structureOf(molecule).graph), (drawn) => {
    const drawnAtoms = withoutHydrogens(molecule, drawn);
    drawn.set_new_coords();
    // Along the width of the picture.
    drawn.normalize_depiction(1, 1);
    const { molecules } = JSON.parse(drawn.get_json()) as {
      molecules: { conformers: { coords: [number, number][] }[] }[];
    };
    const { coords } = molecules[0]!.conformers[0]!;
    const layout: ([number, number] | null)[] = molecule.atoms.map(() => null);
    drawnAtoms.forEach((atom, index) => (layout[atom] = at(coords, index)));
    return layout;
  });
}

/** The molecule's structural formula, without explicit hydrogens, as an SVG document. */
export function depictSvg(molecule: Molecule, options: DepictionOptions = {}): string {
  const { highlights = [], atomNumbers = false } = options;
  const layout = options.layout && wholeLayout(molecule, options.layout);
  return usingMol(molOfGraph(structureOf(molecule).graph, layout), (drawn) => {
    const drawnAtoms = withoutHydrogens(molecule, drawn);
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
        ...(atomNumbers !== false && {
          addAtomIndices: true,
          noFreetype: true,
          annotationFontScale: 0.75,
          minFontSize: 13,
        }),
        width: options.widthPx ?? 300,
        height: options.heightPx ?? 200,
        atoms: [...atomColours.keys()],
        bonds: [...bondColours.keys()],
        // Small molecules are not blown up, and highlighted letters are black: a yellow sulphur is not seen on a colour.
        fixedBondLength: MAX_BOND_PX,
        standardColoursForHighlightedAtoms: false,
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

/** Takes the hydrogens that are not drawn from RDKit's molecule, and says which atoms are left. */
function withoutHydrogens(molecule: Molecule, drawn: Mol): number[] {
  drawn.remove_hs_in_place(JSON.stringify({ removeDefiningBondStereo: true }));
  const drawnAtoms = molecule.atoms.map((_, index) => index).filter((index) => isDrawn(molecule, index));
  if (drawnAtoms.length !== drawn.get_num_atoms())
    throw new Error(`RDKit draws other atoms of ${molecule.mappedSmiles} than expected.`);
  return drawnAtoms;
}

/** Hydrogens that are not drawn lie on their neighbour. */
function wholeLayout(molecule: Molecule, layout: DepictionLayout): FlatLayout | undefined {
  const places = molecule.atoms.map((_, atom) =>
    isDrawn(molecule, atom) ? layout[atom] : layout[at(at(molecule.neighbours, atom), 0)],
  );
  return places.every((place) => place !== null && place !== undefined) ? places : undefined;
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
