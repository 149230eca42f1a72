// Which conformers partial charges are made on. Charges are for molecules in solution, so a compact conformer whose
// hydrogen bonds to itself polarise it is a bad choice: "electrostatically least-interacting functional groups" (ELF,
// OpenEye's term) ranks conformers by the Coulomb energy of the absolute values of cheap charges, the lowest first.
// The absolute values make attraction count like repulsion: what is low has its polar groups far apart.

import { rmsdAngstrom, type Molecule } from '@bespoke/molecule';

/** Flat coordinates in angstrom. */
type Geometry = ArrayLike<number>;

/** The conformers in the order of their polar groups' distance from each other, the furthest first. */
export function leastInteractingFirst<Conformer extends Geometry>(
  molecule: Molecule,
  conformers: readonly Conformer[],
  cheapChargesE: readonly number[],
): Conformer[] {
  const pairs = separatedPairs(molecule).map(
    ([i, j]) => [i, j, Math.abs(cheapChargesE[i]! * cheapChargesE[j]!)] as const,
  );
  return conformers
    .map((conformer) => ({
      conformer,
      interaction: pairs.reduce((sum, [i, j, product]) => sum + product / distance(conformer, i, j), 0),
    }))
    .sort((a, b) => a.interaction - b.interaction)
    .map(({ conformer }) => conformer);
}

/** OpenEye's figures. */
export const ELF10 = { keptPercent: 2, maxConformers: 10, distinctRmsdAngstrom: 0.05 };

/**
 * At most ten diverse conformers among the 2 % (`atLeast` so many) whose polar groups interact least.
 * @param leastInteracting in the order of `leastInteractingFirst`
 */
export function elf10<Conformer extends Geometry>(
  leastInteracting: readonly Conformer[],
  atLeast = 1,
): Conformer[] {
  const count = Math.max(atLeast, Math.round((ELF10.keptPercent / 100) * leastInteracting.length));
  return mostDiverse(leastInteracting.slice(0, count), ELF10.maxConformers, ELF10.distinctRmsdAngstrom);
}

/** The first one, and then always the one furthest in RMSD from all before it, as long as that differs. */
export function mostDiverse<Conformer extends Geometry>(
  conformers: readonly Conformer[],
  count: number,
  leastRmsdAngstrom: number,
): Conformer[] {
  const chosen: Conformer[] = [];
  const nearest = conformers.map(() => Number.POSITIVE_INFINITY);
  while (chosen.length < Math.min(count, conformers.length)) {
    const next = nearest.reduce((best, value, i) => (value > nearest[best]! ? i : best), 0);
    if (nearest[next]! < leastRmsdAngstrom) break;
    chosen.push(conformers[next]!);
    for (const [i, conformer] of conformers.entries())
      nearest[i] = i === next ? 0 : Math.min(nearest[i]!, rmsdAngstrom(conformer, conformers[next]!));
  }
  return chosen;
}

/** Pairs of atoms that neither a bond nor an angle joins. */
function separatedPairs({ atoms, neighbours }: Molecule): [number, number][] {
  return atoms.flatMap((_, i) => {
    const near = new Set([i, ...neighbours[i]!, ...neighbours[i]!.flatMap((j) => neighbours[j]!)]);
    return atoms.flatMap((__, j): [number, number][] => (j > i && !near.has(j) ? [[i, j]] : []));
  });
}

function distance(geometry: Geometry, i: number, j: number): number {
  return Math.hypot(
    geometry[3 * i]! - geometry[3 * j]!,
    geometry[3 * i + 1]! - geometry[3 * j + 1]!,
    geometry[3 * i + 2]! - geometry[3 * j + 2]!,
  );
}
