import type { StartConformer } from '@bespoke/workflow-schema';

/**
 * A molecule's geometry in the numbering of a fragment that is the whole molecule; null for a piece cut from it,
 * whose drive is shared by all molecules that have it, and whose geometry the input does not hold.
 */
export function fragmentConformer(
  conformer: StartConformer,
  { occurrences }: { occurrences: readonly { parentAtoms: readonly (number | null)[] }[] },
): StartConformer | null {
  const parentAtoms = occurrences[0]?.parentAtoms ?? [];
  if (3 * parentAtoms.length !== conformer.length) return null;
  const permuted = parentAtoms.flatMap((atom) =>
    atom === null ? [] : conformer.slice(3 * atom, 3 * atom + 3),
  );
  return permuted.length === conformer.length ? permuted : null;
}
