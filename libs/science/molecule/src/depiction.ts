import { at } from './graph';
import type { Molecule } from './molecule';
import { usingMol } from './rdkit';
import { molOfGraph, structureOf } from './structure';

export interface DepictionOptions {
  /** Atoms to highlight; hydrogens are not drawn. */
  highlightAtoms?: Iterable<number>;
  /** Indices into `molecule.bonds`. */
  highlightBonds?: Iterable<number>;
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
    return drawn.get_svg_with_highlights(
      JSON.stringify({
        width: options.widthPx ?? 300,
        height: options.heightPx ?? 200,
        atoms: [...(options.highlightAtoms ?? [])].flatMap((atom) => drawnIndex.get(atom) ?? []),
        bonds: [...(options.highlightBonds ?? [])]
          .map((bond) => drawnBonds.indexOf(bond))
          .filter((bond) => bond >= 0),
      }),
    );
  });
}

function isDrawn(molecule: Molecule, index: number): boolean {
  const { element, isotope, formalCharge } = at(molecule.atoms, index);
  if (element !== 1 || isotope !== 0 || formalCharge !== 0) return true;
  return at(molecule.neighbours, index).every((neighbour) => at(molecule.atoms, neighbour).element === 1);
}
