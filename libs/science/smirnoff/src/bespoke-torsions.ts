import { matchSmarts, symmetryClasses, type Molecule } from '@bespoke/molecule';
import type { TorsionTerm } from './assignment';
import { fragmentPattern, type FragmentInParent } from './fragment-pattern';
import { labels } from './labels';
import type { ForceField } from './offxml';
import { forceFieldParameters, type TorsionParameter } from './parameters';
import { SmirnoffError } from './smirnoff-error';
import { expandTorsionTerms } from './torsion-expansion';
import { ascending, atomsKey, torsionsAcross } from './valence-terms';

export interface BespokeTorsionsRequest extends FragmentInParent {
  /** The bond of the fragment whose torsions are to be fitted. */
  dihedralBond: readonly [number, number];
  /** Where the starting values come from. */
  forceField: ForceField;
  /** Each parameter gets a term for each of these. */
  periodicities: readonly number[];
}

/** A torsion parameter made for the torsions across one bond of one fragment that symmetry makes equal. */
export interface BespokeTorsion {
  smirks: string;
  /** Id of the base force field's parameter whose values it starts from. */
  startingFrom: string;
  /** Energies equal to that parameter's, up to a constant. */
  terms: TorsionTerm[];
  /** What the pattern hits, in each molecule's own numbering, checked by matching. */
  fragmentTorsions: Torsion[];
  parentTorsions: Torsion[];
}

type Torsion = [number, number, number, number];

/**
 * Bespoke parameters for all torsions across a bond of a fragment: one for each group of torsions that are
 * equivalent by the fragment's symmetry, its pattern the whole fragment. Each pattern is matched on the fragment, where it
 * hits exactly its group, and on the parent, where it hits exactly the counterparts of its group and what is
 * equivalent to them by the parent's symmetry.
 *
 * Starting values are those of the base force field's parameter for these torsions of the fragment; should the
 * torsions of a group have several, the one with the most terms.
 *
 * @throws SmirnoffError bespoke-pattern-misses, unassigned-torsion; both name the bond
 */
export function bespokeTorsions(request: BespokeTorsionsRequest): { parameters: BespokeTorsion[] } {
  const { fragment, dihedralBond, forceField, periodicities } = request;
  const symmetryClass = symmetryClasses(fragment);
  const base = labels(fragment, forceFieldParameters(forceField).propers, ascending);

  const parameters = symmetryGroups(torsionsAcross(fragment.neighbours, dihedralBond), symmetryClass).map(
    (group) => {
      const smirks = fragmentPattern(request, symmetryClass, group[0]);
      const start = startingParameter(
        group.map((torsion) => base.get(atomsKey(ascending(torsion)))?.parameter),
        request,
      );
      return {
        smirks,
        startingFrom: start.id,
        terms: expandTorsionTerms(start.terms, periodicities),
        ...verifiedHits(request, group, smirks),
      };
    },
  );
  return { parameters };
}

/** Torsions by their tuple of symmetry classes, read in either direction; none of the groups is empty. */
function symmetryGroups(
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

function classTuple(torsion: Torsion, symmetryClass: readonly number[]): string {
  const classes = torsion.map((atom) => symmetryClass[atom] ?? -1);
  const [forward, backward] = [classes.join(' '), classes.toReversed().join(' ')];
  return forward < backward ? forward : backward;
}

function startingParameter(
  candidates: readonly (TorsionParameter | undefined)[],
  request: BespokeTorsionsRequest,
): TorsionParameter {
  let best: TorsionParameter | undefined;
  for (const candidate of candidates) {
    if (candidate === undefined) {
      throw new SmirnoffError(
        'unassigned-torsion',
        `The base force field has no parameter for a torsion across ${bondName(request)}.`,
      );
    }
    if (best === undefined || candidate.terms.length > best.terms.length) {
      best = candidate;
    }
  }
  return best as TorsionParameter;
}

function verifiedHits(
  request: BespokeTorsionsRequest,
  group: readonly Torsion[],
  smirks: string,
): Pick<BespokeTorsion, 'fragmentTorsions' | 'parentTorsions'> {
  const { fragment, parent, parentAtoms } = request;
  const fragmentTorsions = torsionsHit(fragment, smirks);
  if (!sameTorsions(fragmentTorsions, group)) {
    throw misses(request, smirks, 'fragment', fragmentTorsions, group);
  }
  const counterparts = group
    .map((torsion) => torsion.map((atom) => parentAtoms[atom] ?? null))
    .filter((torsion): torsion is Torsion => !torsion.includes(null));
  const parentTorsions = torsionsHit(parent, smirks);
  const parentClass = symmetryClasses(parent);
  const wanted = new Set(counterparts.map((torsion) => classTuple(torsion, parentClass)));
  if (
    !counterparts.every((torsion) => includesTorsion(parentTorsions, torsion)) ||
    !parentTorsions.every((torsion) => wanted.has(classTuple(torsion, parentClass)))
  ) {
    throw misses(request, smirks, 'parent', parentTorsions, counterparts);
  }
  return { fragmentTorsions, parentTorsions };
}

function torsionsHit(molecule: Molecule, smirks: string): Torsion[] {
  const hits = new Map<string, Torsion>();
  for (const atoms of matchSmarts(molecule, smirks)) {
    const torsion = ascending(atoms as Torsion);
    hits.set(atomsKey(torsion), torsion);
  }
  return [...hits.values()].sort((s, t) => s[0] - t[0] || s[1] - t[1] || s[2] - t[2] || s[3] - t[3]);
}

function includesTorsion(torsions: readonly Torsion[], torsion: Torsion): boolean {
  const wanted = atomsKey(ascending(torsion));
  return torsions.some((candidate) => atomsKey(ascending(candidate)) === wanted);
}

function sameTorsions(a: readonly Torsion[], b: readonly Torsion[]): boolean {
  return a.length === b.length && b.every((torsion) => includesTorsion(a, torsion));
}

function misses(
  request: BespokeTorsionsRequest,
  smirks: string,
  where: 'fragment' | 'parent',
  hit: readonly Torsion[],
  wanted: readonly Torsion[],
): SmirnoffError {
  const list = (torsions: readonly Torsion[]): string =>
    torsions.map((torsion) => torsion.join('-')).join(', ') || 'none';
  return new SmirnoffError(
    'bespoke-pattern-misses',
    `The bespoke pattern for ${bondName(request)} hits in the ${where} torsions ${list(hit)} instead of ${list(wanted)}: ${smirks}`,
  );
}

function bondName({ fragment, dihedralBond, parentAtoms }: BespokeTorsionsRequest): string {
  const [b, c] = dihedralBond;
  const inParent = [parentAtoms[b], parentAtoms[c]].map((atom) => atom ?? 'cap').join('-');
  return `bond ${b}-${c} of fragment ${fragment.mappedSmiles} (atoms ${inParent} of the molecule)`;
}
