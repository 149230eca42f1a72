import type { Atom, Bond } from '@bespoke/molecule';

// A SMIRKS pattern as a graph of atoms and bonds, each with what can be said of it without matching: enough to see
// that most patterns of a force field have no place on a molecule, and where the simple ones have theirs. What is not
// understood here may always match.

/** What an expression says of an atom or a bond: false only where it surely does not match. */
export type Condition<T> = (candidate: T) => boolean;

/** An atom of a molecule, with what patterns ask about it. */
export interface AtomSurroundings extends Pick<Atom, 'element' | 'formalCharge' | 'aromatic' | 'inRing'> {
  neighbours: number;
  hydrogens: number;
  ringBonds: number;
  /** Size of the smallest ring that it is in, 0 for none. */
  smallestRing: number;
}

export interface SmirksGraph {
  /** The text of each atom, by which its condition is known. */
  atoms: string[];
  bonds: { begin: number; end: number; text: string }[];
  /** Places of the tagged atoms, :1 first; all atoms if none is tagged. */
  tagged: number[];
  /**
   * Is it a tree, bond n leading from an earlier atom to atom n + 1, of which the conditions say all, so that they
   * hold just where it matches?
   */
  isExactTree: boolean;
}

const RECURSION = '$';

/** The pattern with a bare $ for each of its recursive parts, $(…). */
function withoutRecursion(smirks: string): string {
  let kept = '';
  for (let at = 0; at < smirks.length; at += 1) {
    kept += smirks[at];
    if (smirks.startsWith('$(', at)) {
      let depth = 0;
      do {
        at += 1;
        depth += smirks[at] === '(' ? 1 : smirks[at] === ')' ? -1 : 0;
      } while (depth > 0 && at < smirks.length);
    }
  }
  return kept;
}

/** How many atoms of a pattern carry a tag, :1, :2, … */
export function patternTags(smirks: string): number {
  return withoutRecursion(smirks).match(/:[1-9]\d*\]/g)?.length ?? 0;
}

const ATOM = /\[([^[\]]*)\]|Cl|Br|[BCNOPSFIbcnopsaA*]/y;
const BOND = /[-=#:~@/\\!&,;]+/y;
const RING_CLOSURE = /\d|%\d\d/y;

/** Beyond it, a pattern is not looked at: matching refuses it. */
const MAX_CHARACTERS = 5_000;

/** Expressions of which the conditions leave nothing to matching. H is a count where something precedes it. */
const EXACT_ATOM = /^(?:[!&,;*aA]|#\d+|[XD]\d|(?<=\w)H\d|x\d|r[3-9]?|[+-]\d)+$/;
const EXACT_BOND = /^[-=#:~@!&,;]*$/;
/** A long chain has more places than a molecule has atoms by far; RDKit stops counting them. */
const MAX_EXACT_ATOMS = 6;

/** null for a pattern whose text is not understood. */
export function smirksGraph(smirks: string): SmirksGraph | null {
  if (smirks.length > MAX_CHARACTERS) {
    return null;
  }
  const text = withoutRecursion(smirks);
  const atoms: string[] = [];
  const bonds: SmirksGraph['bonds'] = [];
  const tags: { tag: number; place: number }[] = [];
  const branches: (number | null)[] = [];
  const openRings = new Map<string, { atom: number; bond: string }>();
  let previous: number | null = null;
  let bond = '';
  let at = 0;

  function take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = at;
    const match = expression.exec(text);
    at += match?.[0].length ?? 0;
    return match;
  }

  while (at < text.length) {
    const atom = take(ATOM);
    if (atom !== null) {
      const [expression = '', tag] = (atom[1] ?? atom[0]).split(/:(?=\d+$)/);
      const place = atoms.push(expression) - 1;
      if (Number(tag ?? 0) > 0) {
        tags.push({ tag: Number(tag), place });
      }
      if (previous !== null) {
        bonds.push({ begin: previous, end: place, text: bond });
      }
      [previous, bond] = [place, ''];
      continue;
    }
    const bondText = take(BOND);
    if (bondText !== null) {
      bond = bondText[0];
      continue;
    }
    const ring = take(RING_CLOSURE)?.[0];
    if (ring !== undefined && previous !== null) {
      const open = openRings.get(ring);
      if (open === undefined) {
        openRings.set(ring, { atom: previous, bond });
      } else {
        bonds.push({ begin: open.atom, end: previous, text: open.bond || bond });
        openRings.delete(ring);
      }
      bond = '';
      continue;
    }
    const sign = text[at];
    at += 1;
    if (sign === '(' && previous !== null) {
      branches.push(previous);
    } else if (sign === ')' && branches.length > 0) {
      previous = branches.pop() ?? null;
    } else if (sign === '.') {
      previous = null;
    } else {
      return null;
    }
  }
  if (openRings.size > 0 || branches.length > 0) {
    return null;
  }
  const tagged = tags.sort((a, b) => a.tag - b.tag).map(({ place }) => place);
  return {
    atoms,
    bonds,
    tagged: tagged.length > 0 ? tagged : [...atoms.keys()],
    isExactTree:
      atoms.length <= MAX_EXACT_ATOMS &&
      atoms.length === bonds.length + 1 &&
      atoms.every((atom) => EXACT_ATOM.test(atom)) &&
      bonds.every(({ end, text }, index) => end === index + 1 && EXACT_BOND.test(text)),
  };
}

/** What one primitive says of a candidate; null where that can't be told here. */
type Primitive<T> = Condition<T> | null;

/** The precedence of SMARTS: "!" binds most, then "&" and nothing at all, then ",", then ";". */
function conditionOf<T>(
  text: string,
  primitives: RegExp,
  primitive: (text: string, isNegated: boolean, isFirst: boolean) => Primitive<T>,
): Condition<T> {
  // Read once, asked of every atom of every molecule.
  const conjunctions = text.split(';').map((alternatives) =>
    alternatives.split(',').map((terms) =>
      (terms.match(primitives) ?? []).flatMap((term, index) => {
        const negations = /^!*/.exec(term)?.[0].length ?? 0;
        const expected = negations % 2 === 0;
        const holds = primitive(term.slice(negations), !expected, index === 0);
        return holds === null ? [] : [{ holds, expected }];
      }),
    ),
  );
  return (candidate) =>
    conjunctions.every((alternatives) =>
      alternatives.some((terms) => terms.every(({ holds, expected }) => holds(candidate) === expected)),
    );
}

const ATOM_PRIMITIVES = /!*(?:#\d+|[XDHrRxvhz^]\d*|\++\d*|-+\d*|@+|Cl|Br|[A-Za-z*$]|\d+|.)/g;

// prettier-ignore
const SYMBOLS: Readonly<Record<string, number>> = {
  B: 5, C: 6, N: 7, O: 8, F: 9, P: 15, S: 16, Cl: 17, Br: 35, I: 53,
};

export function atomCondition(text: string): Condition<AtomSurroundings> {
  return conditionOf(text, ATOM_PRIMITIVES, atomPrimitive);
}

function atomPrimitive(primitive: string, isNegated: boolean, isFirst: boolean): Primitive<AtomSurroundings> {
  const symbol = SYMBOLS[primitive] ?? SYMBOLS[primitive.toUpperCase()];
  if (symbol !== undefined) {
    const isAromatic = SYMBOLS[primitive] === undefined;
    return ({ element, aromatic }) => element === symbol && aromatic === isAromatic;
  }
  const [kind = '', figure] = [primitive[0], /\d+$/.exec(primitive)?.[0]];
  const count = figure === undefined ? 1 : Number(figure);
  switch (kind) {
    case '*':
      return primitive === '*' ? () => true : null;
    case 'a':
      return primitive === 'a' ? ({ aromatic }) => aromatic : null;
    case 'A':
      return primitive === 'A' ? ({ aromatic }) => !aromatic : null;
    case '#':
      return ({ element }) => element === count;
    case 'X':
    case 'D':
      return ({ neighbours }) => neighbours === count;
    case 'H':
      // At the beginning it may be the element.
      return isFirst ? null : ({ hydrogens }) => hydrogens === count;
    case '+':
    case '-': {
      const size = figure === undefined ? primitive.length : count;
      const charge = kind === '+' ? size : 0 - size;
      return ({ formalCharge }) => formalCharge === charge;
    }
    case 'x':
      return figure === undefined ? null : ({ ringBonds }) => ringBonds === count;
    case 'r':
    case 'R':
      if (figure === undefined || count === 0) {
        const inside = count !== 0;
        return ({ inRing }) => inRing === inside;
      }
      if (kind === 'r') {
        return ({ smallestRing }) => smallestRing === count;
      }
      // The number of rings is left to matching: an atom in no ring has none.
      return isNegated ? null : ({ inRing }) => inRing;
    case RECURSION:
    default:
      return null;
  }
}

const BOND_PRIMITIVES = /!*[-=#:~@/\\]/g;

export function bondCondition(text: string): Condition<Bond> {
  return text === ''
    ? ({ order, aromatic }) => aromatic || order === 1
    : conditionOf(text, BOND_PRIMITIVES, bondPrimitive);
}

function bondPrimitive(primitive: string): Primitive<Bond> {
  switch (primitive) {
    case '-':
      return ({ order, aromatic }) => !aromatic && order === 1;
    case '=':
      return ({ order, aromatic }) => !aromatic && order === 2;
    case '#':
      return ({ order, aromatic }) => !aromatic && order === 3;
    case ':':
      return ({ aromatic }) => aromatic;
    case '~':
      return () => true;
    case '@':
      return ({ inRing }) => inRing;
    default:
      return null;
  }
}
