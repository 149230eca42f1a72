// Which conformers partial charges are made on. Charges are for molecules in solution, so a compact conformer whose
// hydrogen bonds to itself polarise it is a bad choice: "electrostatically least-interacting functional groups" (ELF,
// OpenEye's term) ranks conformers by the Coulomb energy of the absolute values of cheap charges, the lowest first.
// The absolute values make attraction count like repulsion: what is low has its polar groups far apart.

import type { Molecule } from '@bespoke/molecule';

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
 * At most ten diverse conformers among the 2 % (one at least) whose polar groups interact least.
 * @param leastInteracting in the order of `leastInteractingFirst`
 */
export function elf10<Conformer extends Geometry>(leastInteracting: readonly Conformer[]): Conformer[] {
  const count = Math.max(1, Math.round((ELF10.keptPercent / 100) * leastInteracting.length));
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

/**
 * Root mean square deviation of all atoms after the best superposition (D. L. Theobald, Acta Cryst. A 2005, 61, 478):
 * from the largest root of the characteristic polynomial of the quaternions' matrix, by Newton's method.
 */
export function rmsdAngstrom(a: Geometry, b: Geometry): number {
  const [x, y] = [centred(a), centred(b)];
  const m = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  let squares = 0;
  for (let i = 0; i < x.length; i += 3) {
    for (let j = 0; j < 3; j++) {
      squares += x[i + j]! ** 2 + y[i + j]! ** 2;
      for (let k = 0; k < 3; k++) m[3 * j + k]! += x[i + j]! * y[i + k]!;
    }
  }
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = m as [
    ...[number, number, number],
    ...[number, number, number],
    ...[number, number, number],
  ];
  const quaternions = [
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, -xx + yy - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, -xx - yy + zz],
  ];
  const c2 = -2 * m.reduce((sum, value) => sum + value ** 2, 0);
  const c1 = -8 * determinant([m.slice(0, 3), m.slice(3, 6), m.slice(6, 9)]);
  const c0 = determinant(quaternions);
  let root = squares / 2;
  for (let iteration = 0; iteration < 50; iteration++) {
    const slope = 4 * root ** 3 + 2 * c2 * root + c1;
    const step = slope === 0 ? 0 : (root ** 4 + c2 * root ** 2 + c1 * root + c0) / slope;
    root -= step;
    if (Math.abs(step) < 1e-12 * squares) break;
  }
  return Math.sqrt(Math.max(0, squares - 2 * root) / (x.length / 3));
}

function centred(geometry: Geometry): number[] {
  const atoms = geometry.length / 3;
  const centre = [0, 0, 0];
  for (let i = 0; i < geometry.length; i++) centre[i % 3]! += geometry[i]! / atoms;
  return Array.from(geometry, (coordinate, i) => coordinate - centre[i % 3]!);
}

function determinant(matrix: readonly (readonly number[])[]): number {
  if (matrix.length === 1) return matrix[0]![0]!;
  return matrix[0]!.reduce((sum, value, column) => {
    const minor = matrix.slice(1).map((row) => row.filter((_, other) => other !== column));
    return sum + (column % 2 === 0 ? 1 : -1) * value * determinant(minor);
  }, 0);
}
