import { addRadial, type Hessian } from './second-derivatives';
import type { NonbondedPairs } from './system';

/** Van der Waals and Coulomb energy of all pairs in kcal/mol. */
export function nonbondedEnergy(
  pairs: NonbondedPairs,
  x: Float64Array,
): { vdw: number; electrostatics: number } {
  const { rows, partners, coefficients } = pairs;
  let vdw = 0;
  let electrostatics = 0;
  let pair = 0;
  for (let atom = 0; atom + 1 < rows.length; atom++) {
    const i = 3 * atom;
    const end = rows[atom + 1]!;
    const xi = x[i]!;
    const yi = x[i + 1]!;
    const zi = x[i + 2]!;
    for (; pair < end; pair++) {
      const j = partners[pair]!;
      const dx = xi - x[j]!;
      const dy = yi - x[j + 1]!;
      const dz = zi - x[j + 2]!;
      const inverse2 = 1 / (dx * dx + dy * dy + dz * dz);
      const inverse6 = inverse2 * inverse2 * inverse2;
      vdw += (coefficients[3 * pair]! * inverse6 - coefficients[3 * pair + 1]!) * inverse6;
      electrostatics += coefficients[3 * pair + 2]! * Math.sqrt(inverse2);
    }
  }
  return { vdw, electrostatics };
}

/** The same in one sum, with first derivatives added: a loop that does either as needed takes twice as long. */
export function nonbondedGradient(pairs: NonbondedPairs, x: Float64Array, gradient: Float64Array): number {
  const { rows, partners, coefficients } = pairs;
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
      const repulsion = coefficients[3 * pair]! * inverse6 * inverse6;
      const dispersion = coefficients[3 * pair + 1]! * inverse6;
      const coulomb = coefficients[3 * pair + 2]! * Math.sqrt(inverse2);
      energy += repulsion - dispersion + coulomb;
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
    }
    gradient[i]! += gx;
    gradient[i + 1]! += gy;
    gradient[i + 2]! += gz;
  }
  return energy;
}

export function addNonbondedHessian(pairs: NonbondedPairs, x: Float64Array, hessian: Hessian): void {
  const { rows, partners, coefficients } = pairs;
  for (let atom = 0; atom + 1 < rows.length; atom++) {
    const i = 3 * atom;
    for (let pair = rows[atom]!; pair < rows[atom + 1]!; pair++) {
      const j = partners[pair]!;
      const dx = x[i]! - x[j]!;
      const dy = x[i + 1]! - x[j + 1]!;
      const dz = x[i + 2]! - x[j + 2]!;
      const inverse2 = 1 / (dx * dx + dy * dy + dz * dz);
      const inverse6 = inverse2 * inverse2 * inverse2;
      const repulsion = coefficients[3 * pair]! * inverse6 * inverse6;
      const dispersion = coefficients[3 * pair + 1]! * inverse6;
      const coulomb = coefficients[3 * pair + 2]! * Math.sqrt(inverse2);
      const slope = (6 * dispersion - 12 * repulsion - coulomb) * inverse2;
      const curvature = (168 * repulsion - 48 * dispersion + 3 * coulomb) * inverse2 * inverse2;
      addRadial(hessian, x.length, i, j, dx, dy, dz, slope, curvature);
    }
  }
}
