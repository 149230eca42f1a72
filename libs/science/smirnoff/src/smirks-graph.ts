import type { Atom, Bond } from '@bespoke/molecule';

// A SMIRKS pattern as a graph of atoms and bonds, each with what can be said of it without matching: enough to see
// that most patterns of a force field have no place on a molecule. What is not understood here may always match.

/** What an expression says of an atom or a bond: false only where it surely does not match. */
export type Condition<T> = (candidate: T) => boolean;

/** An atom of a molecule, with what patterns ask about it. */
export interface AtomSurroundings extends Pick<Atom, 'element' | 'formalCharge' | 'aromatic' | 'inRing'> {
  neighbours: number;
  hydrogens: number;
}

export interface SmirksGraph {
  /** The text of each atom, by which its condition is known. */
  atoms: string[];
  bonds: { begin: number; end: number; text: string }[];
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

/** null for a pattern whose text is not understood. */
export function smirksGraph(smirks: string): SmirksGraph | null {
  if (smirks.length > MAX_CHARACTERS) {
    return null;
  }
  const text = withoutRecursion(smirks);
  const graph: SmirksGraph = { atoms: [], bonds: [] };
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
      const place = graph.atoms.push((atom[1] ?? atom[0]).replace(/:\d+$/, '')) - 1;
      if (previous !== null) {
        graph.bonds.push({ begin: previous, end: place, text: bond });
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
        graph.bonds.push({ begin: open.atom, end: previous, text: open.bond || bond });
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
  return openRings.size === 0 && branches.length === 0 ? graph : null;
}

/** Yes, no, or what can't be told here. */
type Verdict = boolean | null;

/** The precedence of SMARTS: "!" binds most, then "&" and nothing at all, then ",", then ";". */
function conditionOf<T>(
  text: string,
  primitives: RegExp,
  verdict: (primitive: string, candidate: T, isFirst: boolean) => Verdict,
): Condition<T> {
  const conjunctions = text
    .split(';')
    .map((alternatives) => alternatives.split(',').map((terms) => terms.match(primitives) ?? []));
  return (candidate) =>
    conjunctions.every((alternatives) =>
      alternatives.some((terms) =>
        terms.every((term, index) => {
          const negations = /^!*/.exec(term)?.[0].length ?? 0;
          const said = verdict(term.slice(negations), candidate, index === 0);
          return said === null || said === (negations % 2 === 0);
        }),
      ),
    );
}

const ATOM_PRIMITIVES = /!*(?:#\d+|[XDHrRxvhz^]\d*|\++\d*|-+\d*|@+|Cl|Br|[A-Za-z*$]|\d+|.)/g;

// prettier-ignore
const SYMBOLS: Readonly<Record<string, number>> = {
  B: 5, C: 6, N: 7, O: 8, F: 9, P: 15, S: 16, Cl: 17, Br: 35, I: 53,
};

export function atomCondition(text: string): Condition<AtomSurroundings> {
  return conditionOf(text, ATOM_PRIMITIVES, atomVerdict);
}

function atomVerdict(primitive: string, atom: AtomSurroundings, isFirst: boolean): Verdict {
  const symbol = SYMBOLS[primitive] ?? SYMBOLS[primitive.toUpperCase()];
  if (symbol !== undefined) {
    const isAromatic = SYMBOLS[primitive] === undefined;
    return atom.element === symbol && atom.aromatic === isAromatic;
  }
  const [kind = '', figure] = [primitive[0], /\d+$/.exec(primitive)?.[0]];
  const count = figure === undefined ? 1 : Number(figure);
  switch (kind) {
    case '*':
      return primitive === '*' ? true : null;
    case 'a':
      return primitive === 'a' ? atom.aromatic : null;
    case 'A':
      return primitive === 'A' ? !atom.aromatic : null;
    case '#':
      return atom.element === count;
    case 'X':
    case 'D':
      return atom.neighbours === count;
    case 'H':
      // At the beginning it may be the element.
      return isFirst ? null : atom.hydrogens === count;
    case '+':
    case '-': {
      const size = figure === undefined ? primitive.length : count;
      return atom.formalCharge === (kind === '+' ? size : 0 - size);
    }
    case 'r':
    case 'R':
      if (figure === undefined || count === 0) {
        return atom.inRing === (count !== 0);
      }
      return atom.inRing ? null : false;
    case RECURSION:
    default:
      return null;
  }
}

const BOND_PRIMITIVES = /!*[-=#:~@/\\]/g;

export function bondCondition(text: string): Condition<Bond> {
  return text === ''
    ? ({ order, aromatic }) => aromatic || order === 1
    : conditionOf(text, BOND_PRIMITIVES, bondVerdict);
}

function bondVerdict(primitive: string, { order, aromatic, inRing }: Bond): Verdict {
  switch (primitive) {
    case '-':
      return !aromatic && order === 1;
    case '=':
      return !aromatic && order === 2;
    case '#':
      return !aromatic && order === 3;
    case ':':
      return aromatic;
    case '~':
      return true;
    case '@':
      return inRing;
    default:
      return null;
  }
}
