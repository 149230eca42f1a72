import { symmetryClasses, type Molecule } from '@bespoke/molecule';
import { symmetryGroups, torsionsHit } from './bespoke-torsions';
import { wholeMoleculePattern, type Torsion } from './fragment-pattern';
import { atomsKey } from './valence-terms';

/** A fragment and the patterns of its bespoke parameters, made for one parent. */
interface PatternedFragment {
  molecule: Molecule;
  patterns: readonly string[];
}

/** Fragments whose parameters have to be fitted together. */
export interface FitGroup {
  /** By their index. */
  fragments: number[];
  /** For each of them the pattern of each of its parameters in the fit. */
  smirks: string[][];
}

/**
 * Which fragments of a molecule have to be fitted together: those where a parameter of one hits a torsion of the
 * other, directly or through others. The fit of a group needs to know nothing else.
 *
 * A parameter's pattern allows for what its parent changes about the fragment, so the same fragment has another one
 * in another parent. For the fit each parameter gets a pattern that says which torsions of the group's fragments it
 * hits, and no more, and the fragments come in an order of their own: the same for all parents that have them.
 * Should such patterns hit anything else, or one torsion twice, a group keeps what its parent gave it.
 */
export function fitGroups(fragments: readonly PatternedFragment[]): FitGroup[] {
  const hits = fragments.map(({ molecule }) => {
    const known = new Map<string, Torsion[]>();
    return (smirks: string): Torsion[] => {
      const torsions = known.get(smirks) ?? torsionsHit(molecule, smirks);
      known.set(smirks, torsions);
      return torsions;
    };
  });
  const isHitBy = (fragment: number, other: number): boolean =>
    fragments[other]!.patterns.some((smirks) => hits[fragment]!(smirks).length > 0);

  // Says which bond of which molecule it is.
  const nameOf = (index: number): string => fragments[index]!.molecule.mappedSmiles;

  return connected(fragments.length, (i, j) => isHitBy(i, j) || isHitBy(j, i)).map((group) => {
    const inOrder = group.toSorted((i, j) => (nameOf(i) < nameOf(j) ? -1 : 1));
    const own = inOrder.map((index) =>
      fragments[index]!.patterns.map((smirks) =>
        wholeMoleculePattern(
          inOrder.flatMap((member) => {
            const { molecule } = fragments[member]!;
            return symmetryGroups(hits[member]!(smirks), symmetryClasses(molecule)).map(([torsion]) => ({
              molecule,
              torsion,
            }));
          }),
        ),
      ),
    );
    const given = inOrder.map((index) => [...fragments[index]!.patterns]);
    return group.every((member) => hitTheSame(hits[member]!, own.flat(), given.flat()))
      ? { fragments: inOrder, smirks: own }
      : { fragments: group, smirks: group.map((index) => [...fragments[index]!.patterns]) };
  });
}

/** Whether each pattern hits the torsions that its counterpart does, and none that another pattern hits. */
function hitTheSame(
  hits: (smirks: string) => Torsion[],
  patterns: readonly string[],
  counterparts: readonly string[],
): boolean {
  const namesOf = (smirks: string): string[] => hits(smirks).map(atomsKey);
  const names = patterns.flatMap(namesOf);
  return (
    new Set(names).size === names.length &&
    patterns.every((smirks, n) => namesOf(smirks).join() === namesOf(counterparts[n]!).join())
  );
}

/** The connected parts of a graph on 0, …, size − 1, each ascending, in the order of their first members. */
function connected(size: number, areLinked: (i: number, j: number) => boolean): number[][] {
  let parts: number[][] = [];
  for (let i = 0; i < size; i++) {
    const linked = parts.filter((part) => part.some((j) => areLinked(i, j)));
    const joined = [...linked.flat(), i].sort((a, b) => a - b);
    parts = [...parts.filter((part) => !linked.includes(part)), joined];
  }
  return parts.sort(([a], [b]) => a! - b!);
}
