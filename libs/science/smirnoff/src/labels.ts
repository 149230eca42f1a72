import { matchSmarts, type Molecule } from '@bespoke/molecule';
import { withoutRecursion } from './smirks-atoms';
import { atomsKey } from './valence-terms';

/** A parameter and the atoms, in canonical order, that it was given to. */
export interface Label<P> {
  atoms: readonly number[];
  parameter: P;
}

/**
 * Matches the patterns of a section on a molecule; of those that match the same atoms the last one wins.
 *
 * @param canonical names a match once, whichever way round the pattern found it
 * @returns the winners by `atomsKey` of their atoms
 */
export function labels<P extends { smirks: string }>(
  molecule: Molecule,
  parameters: readonly P[],
  canonical: (atoms: readonly number[]) => readonly number[],
): Map<string, Label<P>> {
  const winners = new Map<string, Label<P>>();
  for (const { atoms, parameter } of matches(molecule, parameters)) {
    const named = canonical(atoms);
    winners.set(atomsKey(named), { atoms: named, parameter });
  }
  return winners;
}

/**
 * The winners where it matters which atom carries which tag: of the matches of the same atoms, in whatever order, the
 * last one stays, as it stands.
 */
export function labelsInTagOrder<P extends { smirks: string }>(
  molecule: Molecule,
  parameters: readonly P[],
): Map<string, Label<P>> {
  const winners = new Map<string, Label<P>>();
  for (const match of matches(molecule, parameters)) {
    winners.set(atomsKey([...match.atoms].sort((a, b) => a - b)), match);
  }
  return winners;
}

/** Every match of every pattern, in the order of the parameters. */
function* matches<P extends { smirks: string }>(
  molecule: Molecule,
  parameters: readonly P[],
): Generator<Label<P>> {
  const elements = new Set(molecule.atoms.map(({ element }) => element));
  for (const parameter of parameters) {
    if (mayMatch(parameter.smirks, elements)) {
      for (const atoms of matchSmarts(molecule, parameter.smirks)) {
        yield { atoms, parameter };
      }
    }
  }
}

/** Whether the molecule has the elements that a pattern can't do without: most patterns of a force field fail here. */
function mayMatch(smirks: string, elements: ReadonlySet<number>): boolean {
  return requiredElements(smirks).every((alternatives) =>
    alternatives.some((element) => elements.has(element)),
  );
}

const requirements = new Map<string, number[][]>();

/** For each atom of a pattern that names its element, the elements that it may be. */
function requiredElements(smirks: string): number[][] {
  let required = requirements.get(smirks);
  if (required === undefined) {
    required = (withoutRecursion(smirks).match(/\[[^\]]*\]/g) ?? []).flatMap((atom) => {
      const alternatives = atom.slice(1, -1).split(';')[0]?.split(',') ?? [];
      const elements = alternatives.map((alternative) => /^#(\d+)/.exec(alternative)?.[1]);
      return elements.every((element) => element !== undefined) ? [elements.map(Number)] : [];
    });
    requirements.set(smirks, required);
  }
  return required;
}
