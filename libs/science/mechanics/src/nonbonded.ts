import { addRadial, type Hessian } from './second-derivatives';
import type { NonbondedPairs } from './system';

/** Van der Waals and Coulomb energy of all pairs in kcal/mol; adds derivatives where arrays are given. */
export function nonbondedEnergy(
  pairs: NonbondedPairs,
  x: Float64Array,
  gradient: Float64Array | null,
  hessian: Hessian | null,
): number {
  const { rows, partners, repulsionKcalAngstrom12, dispersionKcalAngstrom6, coulombKcalAngstrom } = pairs;
  let energy = 0;
  let pair = 0;
  for (let atom = 0; atom + 1 < rows.length; atom++) {
    const i = 3 * atom;
    const end = rows[atom + 1]!;
    const xi = x[i]!;
    const yi = x[i + 1]!;
    const zi = x[i + 2]!;
    let gx = 0;
    let gy = 0;
    let gz = 0;
    for (; pair < end; pair++) {
      const j = partners[pair]!;
      const dx = xi - x[j]!;
      const dy = yi - x[j + 1]!;
      const dz = zi - x[j + 2]!;
      const inverse2 = 1 / (dx * dx + dy * dy + dz * dz);
      const inverse6 = inverse2 * inverse2 * inverse2;
      const repulsion = repulsionKcalAngstrom12[pair]! * inverse6 * inverse6;
      const dispersion = dispersionKcalAngstrom6[pair]! * inverse6;
      const coulomb = coulombKcalAngstrom[pair]! * Math.sqrt(inverse2);
      energy += repulsion - dispersion + coulomb;
      if (gradient === null) continue;
      const slope = (6 * dispersion - 12 * repulsion - coulomb) * inverse2;
      const sx = slope * dx;
      const sy = slope * dy;
      const sz = slope * dz;
      gx += sx;
      gy += sy;
      gz += sz;
      gradient[j]! -= sx;
      gradient[j + 1]! -= sy;
      gradient[j + 2]! -= sz;
      if (hessian === null) continue;
      const curvature = (168 * repulsion - 48 * dispersion + 3 * coulomb) * inverse2 * inverse2;
      addRadial(hessian, x.length, i, j, dx, dy, dz, slope, curvature);
    }
    if (gradient === null) continue;
    gradient[i]! += gx;
    gradient[i + 1]! += gy;
    gradient[i + 2]! += gz;
  }
  return energy;
}

/** The two parts of the nonbonded energy apart, kcal/mol. */
export function nonbondedParts(
  pairs: NonbondedPairs,
  x: Float64Array,
): { vdw: number; electrostatics: number } {
  const { rows, partners, repulsionKcalAngstrom12, dispersionKcalAngstrom6, coulombKcalAngstrom } = pairs;
  let vdw = 0;
  let electrostatics = 0;
  for (let atom = 0; atom + 1 < rows.length; atom++) {
    const i = 3 * atom;
    for (let pair = rows[atom]!; pair < rows[atom + 1]!; pair++) {
      const j = partners[pair]!;
      const dx = x[i]! - x[j]!;
      const dy = x[i + 1]! - x[j + 1]!;
      const dz = x[i + 2]! - x[j + 2]!;
      const inverse2 = 1 / (dx * dx + dy * dy + dz * dz);
      const inverse6 = inverse2 * inverse2 * inverse2;
      vdw += (repulsionKcalAngstrom12[pair]! * inverse6 - dispersionKcalAngstrom6[pair]!) * inverse6;
      electrostatics += coulombKcalAngstrom[pair]! * Math.sqrt(inverse2);
    }
  }
  return { vdw, electrostatics };
}
