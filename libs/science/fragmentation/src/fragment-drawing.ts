import { depictionLayout, depictSvg, type Molecule } from '@bespoke/molecule';
import type { Fragment } from './index';

/** What the drawings of a fragment show by colour, pale to strong. */
export const FRAGMENT_COLOURS = { fragment: '#C9DFF5', dihedral: '#FFD479', targetBond: '#F28C38' } as const;

export interface FragmentDrawing {
  /** Of the fragment: the one that is driven. */
  dihedral: readonly number[];
  occurrences: Fragment['occurrences'];
}

const SIZE = { widthPx: 420, heightPx: 300 };

/**
 * The molecule as SVG with a fragment over it where it is first found, and in it the driven dihedral; the target
 * bond is marked wherever the fragment stands for one. Atoms are numbered from 1.
 */
export function depictFragmentInParent(parent: Molecule, { dihedral, occurrences }: FragmentDrawing): string {
  const parentAtoms = occurrences[0]?.parentAtoms ?? [];
  const atoms = parentAtoms.filter((atom) => atom !== null);
  const inFragment = new Set(atoms);
  const driven = dihedral.flatMap((atom) => parentAtoms[atom] ?? []);
  return depictSvg(parent, {
    highlights: [
      {
        atoms,
        bonds: parent.bonds.flatMap(({ begin, end }) =>
          inFragment.has(begin) && inFragment.has(end) ? [[begin, end]] : [],
        ),
        colour: FRAGMENT_COLOURS.fragment,
      },
      ...torsionHighlights(
        driven,
        occurrences.map(({ parentBond }) => parentBond),
      ),
    ],
    atomNumbers: true,
    layout: depictionLayout(parent),
    ...SIZE,
  });
}

/**
 * The fragment by itself as SVG, its atoms numbered and lying as those of the molecule that it was cut from, where it
 * is first found.
 */
export function depictFragment(
  parent: Molecule,
  fragment: Molecule,
  { dihedral, occurrences }: FragmentDrawing,
): string {
  const parentAtoms = occurrences[0]?.parentAtoms ?? [];
  const inParent = depictionLayout(parent);
  return depictSvg(fragment, {
    highlights: torsionHighlights(dihedral, [dihedral.slice(1, 3)]),
    atomNumbers: parentAtoms.map((atom) => (atom === null ? null : atom + 1)),
    layout: parentAtoms.map((atom) => (atom === null ? null : inParent[atom]!)),
    ...SIZE,
  });
}

function torsionHighlights(dihedral: readonly number[], targetBonds: readonly (readonly number[])[]) {
  return [
    {
      atoms: dihedral,
      bonds: dihedral.slice(1).map((atom, place) => [dihedral[place]!, atom]),
      colour: FRAGMENT_COLOURS.dihedral,
    },
    { atoms: targetBonds.flat(), bonds: targetBonds, colour: FRAGMENT_COLOURS.targetBond },
  ];
}
