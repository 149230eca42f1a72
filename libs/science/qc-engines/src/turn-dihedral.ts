import { dihedralDegrees } from '@bespoke/molecule';
import { DEGREES_PER_RADIAN, wrapDegrees } from '@bespoke/units';
import type { Dihedral } from './engine';

/**
 * The geometry with the dihedral turned to an angle, the smaller side of its middle bond moving as a rigid body;
 * null when the middle atoms are not bonded or their bond is in a ring.
 */
export function turnDihedral(
  bonds: readonly (readonly [number, number])[],
  geometryAngstrom: ArrayLike<number>,
  dihedral: Dihedral,
  targetDegrees: number,
): Float64Array | null {
  const [, b, c] = dihedral;
  const atomCount = geometryAngstrom.length / 3;
  const neighbours = Array.from({ length: atomCount }, (): number[] => []);
  for (const [i, j] of bonds) {
    neighbours[i]!.push(j);
    neighbours[j]!.push(i);
  }
  if (!neighbours[b]!.includes(c)) return null;
  const sideOfB = sideOf(neighbours, b, c);
  if (sideOfB.has(c)) return null;
  const sideOfC = sideOf(neighbours, c, b);

  // Seen from b to c, turning the side of c forward or the side of b backward raises the angle.
  const turn =
    wrapDegrees(targetDegrees - dihedralDegrees(geometryAngstrom, [...dihedral])) / DEGREES_PER_RADIAN;
  const [moving, pivot, angle] = sideOfC.size <= sideOfB.size ? [sideOfC, c, turn] : [sideOfB, b, -turn];
  const turned = Float64Array.from(geometryAngstrom);
  const at = (atom: number, axis: number) => geometryAngstrom[3 * atom + axis]!;
  const length = Math.hypot(at(c, 0) - at(b, 0), at(c, 1) - at(b, 1), at(c, 2) - at(b, 2));
  const [ux, uy, uz] = [0, 1, 2].map((axis) => (at(c, axis) - at(b, axis)) / length) as [
    number,
    number,
    number,
  ];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (const atom of moving) {
    // Rodrigues' rotation about the bond.
    const [x, y, z] = [0, 1, 2].map((axis) => at(atom, axis) - at(pivot, axis)) as [number, number, number];
    const along = (ux * x + uy * y + uz * z) * (1 - cos);
    turned[3 * atom] = at(pivot, 0) + x * cos + (uy * z - uz * y) * sin + ux * along;
    turned[3 * atom + 1] = at(pivot, 1) + y * cos + (uz * x - ux * z) * sin + uy * along;
    turned[3 * atom + 2] = at(pivot, 2) + z * cos + (ux * y - uy * x) * sin + uz * along;
  }
  return turned;
}

/** The atoms that hang on `atom` when its bond to `cut` is cut; holds `cut` too when the bond is in a ring. */
function sideOf(neighbours: readonly (readonly number[])[], atom: number, cut: number): Set<number> {
  const side = new Set([atom]);
  for (const each of side) {
    for (const next of neighbours[each]!) {
      if (!(each === atom && next === cut)) side.add(next);
    }
  }
  return side;
}
