import type { Molecule } from './molecule';
import { SmartsError } from './molecule-error';
import { guarded, perModule, readWithReason, type Mol } from './rdkit';
import { nestingDepth, writtenAtoms } from './smiles-atoms';
import { matchableMol } from './structure';

const MAX_SMARTS_CHARACTERS = 5_000;
const MAX_SMARTS_DEPTH = 50;
/** Far more patterns than a force field and its bespoke parameters have; the oldest are freed beyond it. */
const MAX_COMPILED_PATTERNS = 4_096;
const ALL_MATCHES = JSON.stringify({ uniquify: false, maxMatches: 100_000, useChirality: true });

interface Pattern {
  query: Mol;
  /** Places of the tagged atoms in the query, :1 first; all atoms if none is tagged. */
  places: readonly number[];
  /** Are all atoms of the query tagged, so that no two matches are the same? */
  allTagged: boolean;
}

const compiledPatterns = perModule(() => new Map<string, Pattern>());

/**
 * All places where a SMARTS pattern fits, symmetric ones included (not uniquified): a pattern of two tagged carbons
 * fits ethane twice. Each match lists the tagged atoms in the order :1, :2...; all atoms of the pattern if none is tagged.
 * Aromaticity is the molecule's own (MDL). What a pattern says of chirality counts, as it does in the OpenFF toolkit.
 *
 * @throws SmartsError if the pattern cannot be read
 */
export function matchSmarts(molecule: Molecule, smarts: string): number[][] {
  return matchesIn(matchableMol(molecule), smarts);
}

/** @throws SmartsError if the pattern cannot be read */
export function requireReadableSmarts(smarts: string): void {
  patternOf(smarts);
}

/** As {@link matchSmarts}, in RDKit's molecule. */
export function matchesIn(mol: Mol, smarts: string): number[][] {
  const pattern = patternOf(smarts);
  const found = JSON.parse(guarded(() => mol.get_substruct_matches(pattern.query, ALL_MATCHES))) as
    { atoms: number[] }[] | Record<string, never>;
  if (!Array.isArray(found)) return [];
  if (pattern.allTagged) return found.map(({ atoms }) => pattern.places.map((place) => atoms[place] ?? -1));
  const seen = new Set<string>();
  const matches: number[][] = [];
  for (const { atoms } of found) {
    const match = pattern.places.map((place) => atoms[place] ?? -1);
    const key = match.join();
    if (seen.has(key)) continue;
    seen.add(key);
    matches.push(match);
  }
  return matches;
}

function patternOf(smarts: string): Pattern {
  const compiled = compiledPatterns();
  const known = compiled.get(smarts);
  if (known !== undefined) return known;
  const pattern = compile(smarts);
  compiled.set(smarts, pattern);
  if (compiled.size > MAX_COMPILED_PATTERNS)
    for (const [oldest, { query }] of compiled) {
      compiled.delete(oldest);
      query.delete();
      break;
    }
  return pattern;
}

function compile(smarts: string): Pattern {
  const shown = smarts.length > 100 ? `${smarts.slice(0, 97)}...` : smarts;
  const fail = (reason: string): never => {
    throw new SmartsError(`The SMARTS pattern "${shown}" is unreadable: ${reason}.`);
  };
  if (smarts.trim() === '') return fail('it is empty');
  if (smarts.length > MAX_SMARTS_CHARACTERS)
    return fail(`it has more than ${MAX_SMARTS_CHARACTERS} characters`);
  if (/[^!-~]/.test(smarts)) return fail('it holds a blank or a character that is no part of SMARTS');
  if (nestingDepth(smarts) > MAX_SMARTS_DEPTH) return fail(`it is nested more than ${MAX_SMARTS_DEPTH} deep`);
  const atoms = writtenAtoms(smarts);
  const tagged = atoms.flatMap(({ mapNumber }, place) => (mapNumber > 0 ? [{ mapNumber, place }] : []));
  if (new Set(tagged.map((atom) => atom.mapNumber)).size < tagged.length)
    return fail('two atoms carry the same tag');
  const read = readWithReason((module) => module.get_qmol(smarts));
  if ('reason' in read) return fail(read.reason);
  if (read.mol.get_num_atoms() !== atoms.length) {
    read.mol.delete();
    return fail('its atoms cannot be told apart');
  }
  const places = tagged.sort((a, b) => a.mapNumber - b.mapNumber).map((atom) => atom.place);
  const all = atoms.map((_, place) => place);
  return {
    query: read.mol,
    places: places.length > 0 ? places : all,
    allTagged: places.length === 0 || places.length === all.length,
  };
}
