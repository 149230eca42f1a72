import { addRadial, type Hessian } from './second-derivatives';
import type { NonbondedPairs } from './system';

/** Van der Waals and Coulomb energy of all pairs in kcal/mol; adds derivatives where arrays are given. */
export function nonbondedEnergy(
  pairs: NonbondedPairs,
  x: Float64Array,
  gradient: Float64Array | null,
  hessian: Hessian | null,
): number {
  const { atoms, repulsionKcalAngstrom12, dispersionKcalAngstrom6, coulombKcalAngstrom } = pairs;
  let energy = 0;
  for (let pair = 0; pair < coulombKcalAngstrom.length; pair++) {
    const i = atoms[2 * pair]!;
    const j = atoms[2 * pair + 1]!;
    const dx = x[3 * i]! - x[3 * j]!;
    const dy = x[3 * i + 1]! - x[3 * j + 1]!;
    const dz = x[3 * i + 2]! - x[3 * j + 2]!;
    const inverse2 = 1 / (dx * dx + dy * dy + dz * dz);
    const inverse6 = inverse2 * inverse2 * inverse2;
    const repulsion = repulsionKcalAngstrom12[pair]! * inverse6 * inverse6;
    const dispersion = dispersionKcalAngstrom6[pair]! * inverse6;
    const coulomb = coulombKcalAngstrom[pair]! * Math.sqrt(inverse2);
    energy += repulsion - dispersion + coulomb;
    if (gradient === null) continue;
    const slope = (6 * dispersion - 12 * repulsion - coulomb) * inverse2;
    gradient[3 * i]! += slope * dx;
    gradient[3 * i + 1]! += slope * dy;
    gradient[3 * i + 2]! += slope * dz;
    gradient[3 * j]! -= slope * dx;
    gradient[3 * j + 1]! -= slope * dy;
    gradient[3 * j + 2]! -= slope * dz;
    if (hessian === null) continue;
    const curvature = (168 * repulsion - 48 * dispersion + 3 * coulomb) * inverse2 * inverse2;
    addRadial(hessian, x.length, i, j, dx, dy, dz, slope, curvature);
  }
  return energy;
}

/** The two parts of the nonbonded energy apart, kcal/mol. */
export function nonbondedParts(
  pairs: NonbondedPairs,
  x: Float64Array,
): { vdw: number; electrostatics: number } {
  let vdw = 0;
  let electrostatics = 0;
  for (let pair = 0; pair < pairs.coulombKcalAngstrom.length; pair++) {
    const i = 3 * pairs.atoms[2 * pair]!;
    const j = 3 * pairs.atoms[2 * pair + 1]!;
    const r = Math.hypot(x[i]! - x[j]!, x[i + 1]! - x[j + 1]!, x[i + 2]! - x[j + 2]!);
    vdw += pairs.repulsionKcalAngstrom12[pair]! / r ** 12 - pairs.dispersionKcalAngstrom6[pair]! / r ** 6;
    electrostatics += pairs.coulombKcalAngstrom[pair]! / r;
  }
  return { vdw, electrostatics };
}
