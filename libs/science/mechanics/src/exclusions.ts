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
    const row = start * atomCount;
    separation[row + start] = 'excluded';
    for (const second of neighbours[start]!) {
      separation[row + second] = 'excluded';
      for (const third of neighbours[second]!) separation[row + third] = 'excluded';
    }
    for (const second of neighbours[start]!) {
      for (const third of neighbours[second]!) {
        for (const fourth of neighbours[third]!) {
          if (separation[row + fourth] === 'full') separation[row + fourth] = 'scaled';
        }
      }
    }
  }
  return separation;
}
