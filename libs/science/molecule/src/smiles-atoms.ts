/** An atom as it is written in a SMILES or SMARTS string. */
export interface WrittenAtom {
  text: string;
  /** Atom map number, 0 if none. */
  mapNumber: number;
}

const BARE_ATOM = /Cl|Br|[BCNOPSFIAabcnops*]/y;

/**
 * The atoms of a SMILES or SMARTS string in the order of the text, which is also RDKit's order of atoms.
 * `rewrite` gives another text for each of them; everything between the atoms stays as it is.
 */
export function rewriteAtoms(line: string, rewrite: (atom: WrittenAtom, index: number) => string): string {
  let result = '';
  let count = 0;
  for (let at = 0; at < line.length;) {
    const text = atomAt(line, at);
    if (text === null) {
      result += line[at];
      at += 1;
      continue;
    }
    result += rewrite({ text, mapNumber: Number(/:(\d+)\]$/.exec(text)?.[1] ?? 0) }, count);
    count += 1;
    at += text.length;
  }
  return result;
}

export function writtenAtoms(line: string): WrittenAtom[] {
  const atoms: WrittenAtom[] = [];
  rewriteAtoms(line, (atom) => {
    atoms.push(atom);
    return '';
  });
  return atoms;
}

/** How deep brackets stand in each other. */
export function nestingDepth(line: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of line) {
    if (character === '(' || character === '[') deepest = Math.max(deepest, ++depth);
    if (character === ')' || character === ']') depth -= 1;
  }
  return deepest;
}

function atomAt(line: string, at: number): string | null {
  if (line[at] !== '[') {
    BARE_ATOM.lastIndex = at;
    return BARE_ATOM.exec(line)?.[0] ?? null;
  }
  // Recursive SMARTS nests brackets.
  let depth = 0;
  for (let end = at; end < line.length; end++) {
    if (line[end] === '[') depth += 1;
    if (line[end] === ']') depth -= 1;
    if (depth === 0) return line.slice(at, end + 1);
  }
  return line.slice(at);
}
