import { matchSmarts, ringSystems, type Molecule } from '@bespoke/molecule';
import { functionalGroups } from './functional-groups';
import { nonRotorSubstituents } from './ring-substituents';
import type { BondAtoms } from './target-bonds';

const NITROGEN = 7;
const CARBON = 6;
const HYDROGEN = 1;
const NEVER_LEFT_OPEN = new Set([NITROGEN, 8, 16]);

/** Two substituents on neighbouring ring atoms. */
const ORTHO_SUBSTITUENTS = '[!#1:1]~&!@[*:2]@[*:3]~&!@[!#1*:4]';

/** What is looked up once in a molecule and serves all its bonds. */
export interface MinimalFragments {
  /** The atoms that stay around a target bond. */
  around(bond: BondAtoms): Set<number>;
  /** The atoms that come with an atom: the functional groups and ring systems that it is in. */
  with(atom: number): Set<number>;
}

/**
 * The scheme of Rai et al., J. Chem. Inf. Model. 2019, 59, 4195 (doi 10.1021/acs.jcim.9b00373), with the
 * choices that openff-fragmenter made. Other schemes start from its fragments.
 * @param keepNonRotorRingSubstituents ring systems keep the substituents that cannot turn
 */
export function minimalFragments(
  molecule: Molecule,
  keepNonRotorRingSubstituents: boolean,
): MinimalFragments {
  const groups = functionalGroups(molecule);
  const inGroup = new Set(groups.flatMap((group) => [...group]));
  const systems = ringSystems(molecule).map((ring) => {
    const system = unionWithTouching(new Set(ring), groups);
    return keepNonRotorRingSubstituents
      ? new Set([...system, ...nonRotorSubstituents(molecule, system)])
      : system;
  });
  const ortho = matchSmarts(molecule, ORTHO_SUBSTITUENTS);

  return {
    around(bond) {
      const quartet = withinTwoBonds(molecule, bond);
      const substituted = withOrthoSubstituents(quartet, ortho);
      const whole = unionWithTouching(substituted, [...groups, ...systems]);
      return withCarbonCaps(molecule, whole, inGroup);
    },
    with: (atom) => unionWithTouching(new Set([atom]), [...groups, ...systems]),
  };
}

/** The bond's atoms, their neighbours, and the neighbours of those. */
function withinTwoBonds(molecule: Molecule, bond: BondAtoms): Set<number> {
  const atoms = new Set<number>(bond);
  for (let reach = 0; reach < 2; reach++) {
    for (const atom of [...atoms])
      for (const neighbour of molecule.neighbours[atom] ?? []) atoms.add(neighbour);
  }
  return atoms;
}

/** Where a ring's substituent is in, so is the one beside it: it decides how the first may turn. */
function withOrthoSubstituents(
  atoms: ReadonlySet<number>,
  ortho: readonly (readonly number[])[],
): Set<number> {
  const grown = new Set(atoms);
  for (const [substituent, ringAtom, , neighbour] of ortho) {
    if (substituent === undefined || ringAtom === undefined || neighbour === undefined) continue;
    if (atoms.has(substituent) && atoms.has(ringAtom)) grown.add(neighbour);
  }
  return grown;
}

/** The atoms and every one of the sets that shares an atom with them: one pass, so nothing spreads. */
export function unionWithTouching(
  atoms: ReadonlySet<number>,
  sets: readonly ReadonlySet<number>[],
): Set<number> {
  const union = new Set(atoms);
  for (const set of sets) {
    if ([...set].some((atom) => atoms.has(atom))) for (const atom of set) union.add(atom);
  }
  return union;
}

/** A heteroatom or functional group that would lose a heavy neighbour keeps its carbons, not bare hydrogens. */
export function withCarbonCaps(
  molecule: Molecule,
  atoms: ReadonlySet<number>,
  inGroup: ReadonlySet<number>,
): Set<number> {
  const elementOf = (atom: number) => molecule.atoms[atom]?.element;
  const capped = new Set(atoms);
  for (const atom of atoms) {
    if (!NEVER_LEFT_OPEN.has(elementOf(atom) ?? 0) && !inGroup.has(atom)) continue;
    const neighbours = molecule.neighbours[atom] ?? [];
    const isCut = neighbours.some((neighbour) => !atoms.has(neighbour) && elementOf(neighbour) !== HYDROGEN);
    if (!isCut) continue;
    for (const neighbour of neighbours) if (elementOf(neighbour) === CARBON) capped.add(neighbour);
  }
  return capped;
}
