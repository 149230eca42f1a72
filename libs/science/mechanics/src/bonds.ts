import { addRadial, type Hessian } from './second-derivatives';
import type { HarmonicBonds } from './system';

/** Energy of the bonds in kcal/mol; adds first derivatives where arrays are given. */
export function bondEnergy(bonds: HarmonicBonds, x: Float64Array, gradient: Float64Array | null): number {
  const { atoms, kKcalPerMolPerAngstrom2: k, lengthAngstrom } = bonds;
  let energy = 0;
  for (let bond = 0; bond < k.length; bond++) {
    const i = 3 * atoms[2 * bond]!;
    const j = 3 * atoms[2 * bond + 1]!;
    const dx = x[i]! - x[j]!;
    const dy = x[i + 1]! - x[j + 1]!;
    const dz = x[i + 2]! - x[j + 2]!;
    const r = Math.sqrt(dx * dx + dy * dy + dz * dz);
    const stretch = r - lengthAngstrom[bond]!;
    const force = k[bond]! * stretch;
    energy += 0.5 * force * stretch;
    if (gradient === null) continue;
    const slope = force / r;
    gradient[i]! += slope * dx;
    gradient[i + 1]! += slope * dy;
    gradient[i + 2]! += slope * dz;
    gradient[j]! -= slope * dx;
    gradient[j + 1]! -= slope * dy;
    gradient[j + 2]! -= slope * dz;
  }
  return energy;
}

export function addBondHessian(bonds: HarmonicBonds, x: Float64Array, hessian: Hessian): void {
  const { atoms, kKcalPerMolPerAngstrom2: k, lengthAngstrom } = bonds;
  for (let bond = 0; bond < k.length; bond++) {
    const i = 3 * atoms[2 * bond]!;
    const j = 3 * atoms[2 * bond + 1]!;
    const dx = x[i]! - x[j]!;
    const dy = x[i + 1]! - x[j + 1]!;
    const dz = x[i + 2]! - x[j + 2]!;
    const r2 = dx * dx + dy * dy + dz * dz;
    const slope = k[bond]! * (1 - lengthAngstrom[bond]! / Math.sqrt(r2));
    addRadial(hessian, x.length, i, j, dx, dy, dz, slope, (k[bond]! - slope) / r2);
  }
}
