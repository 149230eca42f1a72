import type { Molecule } from '@bespoke/molecule';

/**
 * Classes of atoms that the molecule's graph cannot tell apart, whatever the bond orders and formal charges: the
 * oxygens of a carboxylate are equivalent though a Lewis structure draws them differently.
 */
export function resonanceClasses({ atoms, neighbours }: Molecule): number[] {
  let classes = ranks(atoms.map(({ element }, i) => `${element},${neighbours[i]!.length}`));
  for (;;) {
    const refined = ranks(
      classes.map(
        (own, i) =>
          `${own};${neighbours[i]!.map((j) => classes[j]!)
            .sort((a, b) => a - b)
            .join()}`,
      ),
    );
    if (new Set(refined).size === new Set(classes).size) return refined;
    classes = refined;
  }
}

function ranks(labels: readonly string[]): number[] {
  const order = new Map<string, number>();
  return labels.map((label) => {
    const rank = order.get(label) ?? order.size;
    order.set(label, rank);
    return rank;
  });
}
