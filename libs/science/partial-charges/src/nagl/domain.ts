import { atomName, elementSymbol, type Molecule } from '@bespoke/molecule';
import { MAX_NEIGHBOURS, NAGL_ELEMENTS } from './graph-network';
import { smallMoleculeCharges } from './small-molecules';

/**
 * Elements that an atom may be bonded to, by its element and the bond's order: the model's own list of patterns outside
 * of its training set (its SMARTS [#15:1]-[#53:2] and [#16:1]-[#35,#53:2] follow from the halogens' lines). What is not
 * listed may be bonded to any element.
 */
const PARTNERS: Readonly<Record<string, readonly number[]>> = {
  'H 1': [6, 7, 8, 9, 15, 16, 17, 35, 53],
  'H 2': [],
  'H 3': [],
  'N 3': [6, 7],
  'O 3': [],
  'F 1': [6, 7, 8, 15, 16],
  'F 2': [],
  'F 3': [],
  'P 2': [6, 7, 8, 16],
  'P 3': [],
  'S 2': [6, 7, 8, 15],
  'S 3': [],
  'Cl 1': [6, 7, 8, 15, 16],
  'Cl 2': [],
  'Cl 3': [],
  'Br 1': [6, 7, 8, 15],
  'Br 2': [],
  'Br 3': [],
  'I 1': [6, 7, 8, 53],
  'I 2': [],
  'I 3': [],
};

const BOND_NAMES = { 1: 'single', 2: 'double', 3: 'triple' };

/**
 * Why NAGL has no charges for a molecule, or null where it has: elements, bonds and numbers of neighbours that the model
 * was not trained on, unless the molecule stands in its table of small ones. The same molecules are refused as by
 * openff-nagl.
 *
 * @param nameOf how the message names an atom; by its symbol and its place, counted from 1, as in "O3"
 */
export function naglUnsupported(
  molecule: Molecule,
  nameOf = (atom: number): string => atomName(molecule, atom),
): string | null {
  const reason = outsideOfTraining(molecule, nameOf);
  return reason === null || smallMoleculeCharges(molecule) !== null ? null : reason;
}

function outsideOfTraining(
  { atoms, bonds, neighbours }: Molecule,
  nameOf: (atom: number) => string,
): string | null {
  const known = NAGL_ELEMENTS.map(elementSymbol).join(', ');
  for (const [atom, { element }] of atoms.entries()) {
    if (!NAGL_ELEMENTS.includes(element))
      return `NAGL's model knows the elements ${known}, and not that of atom ${nameOf(atom)}.`;
    const bonded = neighbours[atom]?.length ?? 0;
    if (bonded > MAX_NEIGHBOURS)
      return `Atom ${nameOf(atom)} has ${bonded} neighbours; NAGL's model knows atoms of up to ${MAX_NEIGHBOURS}.`;
  }
  for (const { begin, end, order } of bonds) {
    const [first, second] = [atoms[begin]?.element ?? 0, atoms[end]?.element ?? 0];
    if (allows(first, order, second) && allows(second, order, first)) continue;
    return `NAGL's model was not trained on a ${BOND_NAMES[order]} bond like that between ${nameOf(begin)} and ${nameOf(end)}.`;
  }
  return null;
}

function allows(element: number, order: number, partner: number): boolean {
  return PARTNERS[`${elementSymbol(element)} ${order}`]?.includes(partner) ?? true;
}
