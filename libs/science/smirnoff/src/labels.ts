import { SmartsError, type Molecule } from '@bespoke/molecule';
import type { Parameter } from './sections';
import { SmirnoffError } from './smirnoff-error';
import { matchSmirks } from './smirks-matches';
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
export function labels<P extends Parameter>(
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
export function labelsInTagOrder<P extends Parameter>(
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
function* matches<P extends Parameter>(molecule: Molecule, parameters: readonly P[]): Generator<Label<P>> {
  for (const parameter of parameters) {
    for (const atoms of matchesOf(parameter, molecule)) {
      yield { atoms, parameter };
    }
  }
}

/** @throws SmirnoffError unreadable-smirks */
export function matchesOf({ id, smirks }: Parameter, molecule: Molecule): number[][] {
  try {
    return matchSmirks(molecule, smirks);
  } catch (cause) {
    if (!(cause instanceof SmartsError)) throw cause;
    const message = `The pattern of parameter ${id.slice(0, 100)} can't be used. ${cause.message}`;
    throw new SmirnoffError('unreadable-smirks', message, { cause });
  }
}
