import { resonanceClasses, symmetryClasses, type Molecule } from '@bespoke/molecule';
import { assignParameters, termsIn } from './assignment';
import { classTuple } from './bespoke-torsions';
import type { FigureSection } from './figures';
import { environmentPattern, type FragmentInParent } from './fragment-pattern';
import type { ForceField } from './offxml';
import { matchSmirks } from './smirks-matches';
import { ascending, atomsKey, outerAscending } from './valence-terms';

/** Sections whose general parameters are copied for a molecule; of torsions there are `bespokeTorsions`. */
export type CopiedSection = Exclude<FigureSection, 'ProperTorsions'>;

export interface BespokeCopiesRequest {
  parent: Molecule;
  /** What is driven of the parent, be it all of it. */
  fragments: readonly Omit<FragmentInParent, 'parent'>[];
  forceField: ForceField;
  sections: readonly CopiedSection[];
}

/** A parameter for the terms of a molecule that symmetry makes equal, with the figures of the general one. */
export interface BespokeCopy {
  section: CopiedSection;
  smirks: string;
  /** Pattern of the general parameter. */
  copyOf: string;
  /** The fragments that it hits, by their index. */
  fragments: number[];
}

/**
 * Parameters of a molecule's own for its bonds, angles, impropers or atoms: one for each group of terms that symmetry
 * makes equal. Its pattern reaches as few bonds away, one at least, as it takes to hit in the molecule the group and
 * nothing else, and in each fragment nothing but what stands for the group. As for torsions, resonance makes terms
 * equal unless the force field goes by the Lewis structure.
 *
 * @returns also, for each section, a warning that names the terms whose fragments no such pattern hits, since they are
 *   cut too near
 * @throws as `assignParameters`
 */
export function bespokeCopies({ parent, fragments, forceField, sections }: BespokeCopiesRequest): {
  copies: BespokeCopy[];
  warnings: string[];
} {
  const assignment = assignParameters(forceField, parent);
  const copies: BespokeCopy[] = [];
  const warnings: string[] = [];
  for (const section of sections) {
    const terms = termsIn(assignment, section);
    const classes = equivalentAtoms(parent, section, terms);
    const missed: string[] = [];
    for (const group of groupsOf(section, terms, classes)) {
      const [{ atoms, smirks: copyOf }] = group;
      const found = exactPattern(parent, fragments, section, classes, group);
      if (found !== null) copies.push({ section, copyOf, ...found });
      const isMissed =
        found === null || (found.fragments.length === 0 && fragments.some((place) => holds(place, group)));
      if (isMissed) missed.push(atoms.map((atom) => atom + 1).join('-'));
    }
    if (missed.length > 0) {
      warnings.push(
        `${section} ${missed.join(', ')} of the molecule keep their general parameters where fragments of it are driven: ` +
          'no pattern hits them there, and in the molecule just them and what symmetry makes equal to them.',
      );
    }
  }
  return { copies, warnings };
}

/** Whether a fragment stands for a term of the group. */
function holds({ occurrences }: BespokeCopiesRequest['fragments'][number], group: Group): boolean {
  return occurrences.some(({ parentAtoms }) =>
    group.some(({ atoms }) => atoms.every((atom) => parentAtoms.includes(atom))),
  );
}

interface Term {
  atoms: readonly number[];
  smirks: string;
}

type Group = [Term, ...Term[]];

function groupsOf(section: CopiedSection, terms: readonly Term[], classes: readonly number[]): Group[] {
  const groups = new Map<string, Group>();
  for (const term of terms) {
    const name = groupName(section, term.atoms, classes);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [term]);
    else group.push(term);
  }
  return [...groups.values()];
}

function groupName(section: CopiedSection, atoms: readonly number[], classes: readonly number[]): string {
  if (section !== 'ImproperTorsions') return classTuple(atoms, classes);
  return outerAscending(atoms.map((atom) => classes[atom]!)).join(' ');
}

/** The same for terms that symmetry or resonance makes equal; by symmetry alone where the force field tells them apart. */
function equivalentAtoms(parent: Molecule, section: CopiedSection, terms: readonly Term[]): number[] {
  const classes = resonanceClasses(parent);
  const isDrawn = groupsOf(section, terms, classes).some(([{ smirks }, ...others]) =>
    others.some((term) => term.smirks !== smirks),
  );
  return isDrawn ? symmetryClasses(parent) : classes;
}

/** The pattern of a group and the fragments that it hits; null where none hits just what it should. */
function exactPattern(
  parent: Molecule,
  fragments: BespokeCopiesRequest['fragments'],
  section: CopiedSection,
  classes: readonly number[],
  group: Group,
): Pick<BespokeCopy, 'smirks' | 'fragments'> | null {
  const [{ atoms }] = group;
  const name = groupName(section, atoms, classes);
  const wanted = keysOf(group.map((term) => term.atoms));
  const standsForGroup = (hit: readonly number[], { occurrences }: (typeof fragments)[number]): boolean =>
    occurrences.some(({ parentAtoms }) => {
      const counterpart = hit.flatMap((atom) => parentAtoms[atom] ?? []);
      return counterpart.length === hit.length && groupName(section, counterpart, classes) === name;
    });
  for (let bondsAway = 1; ; bondsAway += 1) {
    const { smirks, isWhole } = environmentPattern({ molecule: parent, classes }, section, atoms, bondsAway);
    const hits = fragments.map(({ fragment }) => hitsOf(fragment, section, smirks));
    const isExact =
      keysOf(hitsOf(parent, section, smirks)) === wanted &&
      fragments.every((place, index) => hits[index]!.every((hit) => standsForGroup(hit, place)));
    if (isExact) {
      return { smirks, fragments: [...fragments.keys()].filter((index) => hits[index]!.length > 0) };
    }
    if (isWhole) return null;
  }
}

/** The terms that a pattern of a section matches, each once. */
function hitsOf(molecule: Molecule, section: CopiedSection, smirks: string): (readonly number[])[] {
  const named = matchSmirks(molecule, smirks).map(
    section === 'ImproperTorsions' ? outerAscending : ascending,
  );
  return [...new Map(named.map((atoms) => [atomsKey(atoms), atoms])).values()];
}

function keysOf(terms: readonly (readonly number[])[]): string {
  return terms.map(atomsKey).sort().join();
}
