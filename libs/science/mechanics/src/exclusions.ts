/**
 * For each pair of atoms whether it interacts: 1-2 and 1-3 neighbours are excluded, 1-4 neighbours that are
 * nothing closer (as they can be in small rings) are scaled.
 *
 * @returns A row-major square matrix.
 */
export function excludedAndScaledPairs(
  neighbours: readonly (readonly number[])[],
): ('excluded' | 'scaled' | 'full')[] {
  const atomCount = neighbours.length;
  const separation = new Array<'excluded' | 'scaled' | 'full'>(atomCount * atomCount).fill('full');
  for (let start = 0; start < atomCount; start++) {
    let shell = [start];
    const seen = new Set(shell);
    for (let bonds = 0; bonds <= 3; bonds++) {
      for (const atom of shell) separation[start * atomCount + atom] = bonds === 3 ? 'scaled' : 'excluded';
      shell = shell.flatMap((atom) => neighbours[atom]!).filter((atom) => !seen.has(atom));
      for (const atom of shell) seen.add(atom);
    }
  }
  return separation;
}
