import { atomName, type Molecule } from './molecule';
import { ringsSettle } from './ring-stereo';

/** Stereo that a molecule leaves open. */
export interface UndefinedStereo {
  /** Centres. */
  atoms: number[];
  /** Double bonds. */
  bonds: [number, number][];
  /** All of them as messages name them, atoms counted from 1: C4, C7=C8. */
  labels: string[];
}

/**
 * The stereo centres and double bonds whose configuration the molecule does not tell; none where small rings settle it
 * all, as in cubane and camphor.
 */
export function undefinedStereo(molecule: Molecule): UndefinedStereo {
  const untold = molecule.atoms.flatMap(({ stereo }, atom) => (stereo === 'undefined' ? [atom] : []));
  const bonds = molecule.bonds.flatMap(({ stereo, begin, end }): [number, number][] =>
    stereo === 'undefined' ? [[begin, end]] : [],
  );
  const isSettled = untold.length > 0 && bonds.length === 0 && ringsSettle(molecule, untold);
  const atoms = isSettled ? [] : untold;
  const name = (atom: number): string => atomName(molecule, atom);
  return {
    atoms,
    bonds,
    labels: [...atoms.map(name), ...bonds.map(([begin, end]) => `${name(begin)}=${name(end)}`)],
  };
}
