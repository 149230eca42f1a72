// SMIRKS patterns as text: what can be said of one before it is matched.

/** The pattern without its recursive parts, $(…), which may be negated. */
export function withoutRecursion(smirks: string): string {
  let kept = '';
  for (let at = 0; at < smirks.length; at += 1) {
    if (!smirks.startsWith('$(', at)) {
      kept += smirks[at];
      continue;
    }
    let depth = 0;
    do {
      at += 1;
      depth += smirks[at] === '(' ? 1 : smirks[at] === ')' ? -1 : 0;
    } while (depth > 0 && at < smirks.length);
  }
  return kept;
}

/** How many atoms of a pattern carry a tag, :1, :2, … */
export function patternTags(smirks: string): number {
  return withoutRecursion(smirks).match(/:[1-9]\d*\]/g)?.length ?? 0;
}
