import { matchSmarts, resonanceClasses, symmetryClasses, type Molecule } from '@bespoke/molecule';
import type { TorsionTerm } from './assignment';
import { figureForBond, type WibergBondOrders } from './bond-orders';
import {
  anchoredFragmentPattern,
  fragmentPattern,
  type AtomClasses,
  type FragmentInParent,
  type Torsion,
} from './fragment-pattern';
import { labels, type Label } from './labels';
import type { ForceField } from './offxml';
import { forceFieldParameters, type ProperParameter } from './parameters';
import { SmirnoffError } from './smirnoff-error';
import { expandTorsionTerms } from './torsion-expansion';
import { ascending, atomsKey, torsionsAcross } from './valence-terms';

export interface BespokeTorsionsRequest extends FragmentInParent {
  /** The bond of the fragment whose torsions are to be fitted. */
  bond: readonly [number, number];
  /** Where the starting values come from. */
  forceField: ForceField;
  /** Each parameter gets a term for each of these. */
  periodicities: readonly number[];
  /** Of the fragment; needed where `forceField` interpolates over them. */
  wibergBondOrders?: WibergBondOrders;
}

/** A parameter made for the torsions across one bond of one fragment that symmetry or resonance makes equal. */
export interface BespokeTorsion {
  smirks: string;
  /** Id of the base force field's parameter whose values it starts from. */
  startingFrom: string;
  /** Energies equal to that parameter's, up to a constant. */
  terms: TorsionTerm[];
}

/**
 * Bespoke parameters for all torsions across a bond of a fragment: one for each group of torsions that are
 * equivalent by the fragment's symmetry, its pattern the whole fragment. Atoms that only the choice of a Lewis
 * structure tells apart, such as the oxygens of a nitro group, are equivalent. Every pattern is tried on both
 * molecules. On the fragment it hits its group and what is equivalent to it across an equivalent bond, on the parent
 * the counterparts of the group in each occurrence and what the parent's symmetry makes equal to them: nothing else.
 *
 * Starting values are those of the base force field's parameter for these torsions of the fragment; should a group
 * have several, of the one with the most terms.
 *
 * @throws SmirnoffError bespoke-pattern-misses, unassigned-torsion, missing-bond-orders; all name the bond
 */
export function bespokeTorsions(request: BespokeTorsionsRequest): BespokeTorsion[] {
  const { fragment, bond, forceField, periodicities } = request;
  const base = labels(fragment, forceFieldParameters(forceField).propers, ascending);
  const torsions = torsionsAcross(fragment.neighbours, bond);
  const classes = equivalentAtoms(request, torsions, base);
  return symmetryGroups(torsions, classes.fragment).map((group) => {
    const start = mostTerms(
      group.map((torsion) => base.get(atomsKey(ascending(torsion)))?.parameter),
      request,
    );
    return {
      smirks: verifiedPattern(request, classes, group),
      startingFrom: start.id,
      terms: expandTorsionTerms(
        start.terms.map((term) => ({
          ...term,
          kKcalPerMol: figureForBond(term.kKcalPerMol, bond, request.wibergBondOrders, start),
        })),
        periodicities,
      ),
    };
  });
}

/**
 * Resonance makes atoms equal unless the fragment and the parent differ in what it makes equal (a cut may go through
 * a delocalised system), or the base force field goes by the Lewis structure: then atoms are what they are drawn as,
 * so that energies before the fit are those of the base force field.
 */
function equivalentAtoms(
  request: BespokeTorsionsRequest,
  torsions: readonly Torsion[],
  base: ReadonlyMap<string, Label<ProperParameter>>,
): AtomClasses {
  const { fragment, parent } = request;
  const classes = { fragment: resonanceClasses(fragment), parent: resonanceClasses(parent) };
  const groups = symmetryGroups(torsions, classes.fragment);
  const inParent = groups.flatMap((group) => [
    ...new Set(counterpartsOf(request, group).map((torsion) => classTuple(torsion, classes.parent))),
  ]);
  const isCut = new Set(inParent).size < inParent.length;
  // Across this bond, and across those that resonance makes equal to it.
  const parameterOf = new Map<string, ProperParameter>();
  const isDrawn = [...base.values()].some(({ atoms, parameter }) => {
    const tuple = classTuple(atoms, classes.fragment);
    const known = parameterOf.get(tuple) ?? parameter;
    parameterOf.set(tuple, known);
    return known !== parameter && groups.some(([first]) => classTuple(first, classes.fragment) === tuple);
  });
  return isCut || isDrawn
    ? { fragment: symmetryClasses(fragment), parent: symmetryClasses(parent) }
    : classes;
}

/** The proper torsions that a SMIRKS matches, each once, read from the end with the lower index. */
export function torsionsHit(molecule: Molecule, smirks: string): Torsion[] {
  const torsions = (matchSmarts(molecule, smirks) as Torsion[]).map(ascending);
  return [...new Map(torsions.map((torsion) => [atomsKey(torsion), torsion])).values()].sort(
    (first, second) => first.map((atom, place) => atom - second[place]!).find((step) => step !== 0) ?? 0,
  );
}

/** The torsions across a bond, hydrogens included, in groups of those that symmetry or resonance makes equal. */
export function symmetricTorsions(molecule: Molecule, bond: readonly [number, number]): Torsion[][] {
  return symmetryGroups(torsionsAcross(molecule.neighbours, bond), resonanceClasses(molecule));
}

/** Torsions by their tuple of symmetry classes, read in either direction; none of the groups is empty. */
export function symmetryGroups(
  torsions: readonly Torsion[],
  symmetryClass: readonly number[],
): [Torsion, ...Torsion[]][] {
  const groups = new Map<string, [Torsion, ...Torsion[]]>();
  for (const torsion of torsions) {
    const name = classTuple(torsion, symmetryClass);
    const group = groups.get(name);
    if (group === undefined) {
      groups.set(name, [torsion]);
    } else {
      group.push(torsion);
    }
  }
  return [...groups.values()];
}

/** Names what symmetry makes of a chain of atoms, read in either direction. */
export function classTuple(torsion: readonly number[], symmetryClass: readonly number[]): string {
  const classes = torsion.map((atom) => symmetryClass[atom] ?? -1);
  const [forward, backward] = [classes.join(' '), classes.toReversed().join(' ')];
  return forward < backward ? forward : backward;
}

function mostTerms(
  candidates: readonly (ProperParameter | undefined)[],
  request: BespokeTorsionsRequest,
): ProperParameter {
  const [best] = candidates.toSorted((a, b) => (b?.terms.length ?? 0) - (a?.terms.length ?? 0));
  if (best === undefined || candidates.includes(undefined)) {
    throw new SmirnoffError(
      'unassigned-torsion',
      `The base force field has no parameter for a torsion across ${bondName(request)}.`,
    );
  }
  return best;
}

function verifiedPattern(
  request: BespokeTorsionsRequest,
  classes: AtomClasses,
  group: readonly [Torsion, ...Torsion[]],
): string {
  const { fragment, parent } = request;
  const counterparts = counterpartsOf(request, group);
  const isRight = (smirks: string): boolean =>
    hitsJust(fragment, smirks, group, classes.fragment) &&
    hitsJust(parent, smirks, counterparts, classes.parent);

  const pattern = fragmentPattern(request, classes, group);
  if (isRight(pattern)) {
    return pattern;
  }
  const distinct = symmetryGroups(counterparts, classes.parent).map(([torsion]) => torsion);
  const anchored = anchoredFragmentPattern(request, classes, group, distinct);
  if (isRight(anchored)) {
    return anchored;
  }
  const list = (torsions: readonly Torsion[]): string =>
    torsions.map((torsion) => torsion.join('-')).join(', ');
  throw new SmirnoffError(
    'bespoke-pattern-misses',
    `No pattern was found for ${bondName(request)} that hits just the torsions ${list(group)} of the fragment and ` +
      `${list(counterparts)} of the molecule; ${pattern} does not, and no more with its ends anchored.`,
  );
}

/** The torsions of a group in each occurrence; one with a cap in it has no counterpart. */
function counterpartsOf(request: BespokeTorsionsRequest, group: readonly Torsion[]): Torsion[] {
  const { parent, occurrences } = request;
  const counterparts = occurrences.flatMap(({ parentAtoms }) =>
    group
      .map((torsion) => torsion.map((atom) => parentAtoms[atom] ?? null))
      .filter((torsion): torsion is Torsion => !torsion.includes(null)),
  );
  for (const [a, b, c, d] of counterparts) {
    if (
      !parent.neighbours[b]?.includes(a) ||
      !parent.neighbours[b].includes(c) ||
      !parent.neighbours[c]?.includes(d)
    ) {
      throw new SmirnoffError(
        'bespoke-pattern-misses',
        `The fragment of ${bondName(request)} is not where it is said to be in ${parent.mappedSmiles}.`,
      );
    }
  }
  return counterparts;
}

/** Whether a pattern hits all of these torsions, and beside them only what symmetry makes equal to one of them. */
function hitsJust(
  molecule: Molecule,
  smirks: string,
  wanted: readonly Torsion[],
  symmetryClass: readonly number[],
): boolean {
  const hits = torsionsHit(molecule, smirks);
  const hitKeys = new Set(hits.map(atomsKey));
  const allowed = new Set(wanted.map((torsion) => classTuple(torsion, symmetryClass)));
  return (
    wanted.every((torsion) => hitKeys.has(atomsKey(ascending(torsion)))) &&
    hits.every((torsion) => allowed.has(classTuple(torsion, symmetryClass)))
  );
}

function bondName({ fragment, bond, occurrences }: BespokeTorsionsRequest): string {
  const inParent = occurrences.map(({ parentAtoms }) =>
    bond.map((atom) => parentAtoms[atom] ?? 'cap').join('-'),
  );
  return `the bond ${inParent.join(', ')} (counted from 0; ${bond.join('-')} of its fragment ${fragment.mappedSmiles})`;
}
