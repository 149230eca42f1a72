import { addLocal, type Hessian } from './second-derivatives';
import type { TorsionSeries } from './torsion-series';

/** |A|² in Å⁴ below which three atoms lie in a line and the angle, undefined, counts by its mean energy. */
const COLLINEAR = 1e-12;

// Second derivatives over the differences F = r1 − r2, G = r2 − r3, H = r4 − r3, then rows and then columns
// over the atoms.
const overDifferences = new Float64Array(81);
const halfway = new Float64Array(108);
const local = new Float64Array(144);
const slopes = new Float64Array(9);
const a = new Float64Array(3);
const gxa = new Float64Array(3);
const fxa = new Float64Array(3);

/**
 * Energy of the torsions in kcal/mol; adds first and second derivatives where arrays are given. The angle's
 * derivatives are those of Blondel and Karplus, J. Comput. Chem. 17, 1132 (1996), which have no singularity
 * where the four atoms lie in a plane; its sign is IUPAC's.
 */
export function torsionEnergy(
  torsions: TorsionSeries,
  x: Float64Array,
  gradient: Float64Array | null,
  hessian: Hessian | null,
): number {
  const { atoms, order, coefficientsKcalPerMol: coefficients } = torsions;
  const stride = 2 * order + 1;
  let energy = 0;
  for (let torsion = 0; 4 * torsion < atoms.length; torsion++) {
    const i = 3 * atoms[4 * torsion]!;
    const j = 3 * atoms[4 * torsion + 1]!;
    const k = 3 * atoms[4 * torsion + 2]!;
    const l = 3 * atoms[4 * torsion + 3]!;
    const fx = x[i]! - x[j]!;
    const fy = x[i + 1]! - x[j + 1]!;
    const fz = x[i + 2]! - x[j + 2]!;
    const gx = x[j]! - x[k]!;
    const gy = x[j + 1]! - x[k + 1]!;
    const gz = x[j + 2]! - x[k + 2]!;
    const hx = x[l]! - x[k]!;
    const hy = x[l + 1]! - x[k + 1]!;
    const hz = x[l + 2]! - x[k + 2]!;
    const ax = fy * gz - fz * gy;
    const ay = fz * gx - fx * gz;
    const az = fx * gy - fy * gx;
    const bx = hy * gz - hz * gy;
    const by = hz * gx - hx * gz;
    const bz = hx * gy - hy * gx;
    const a2 = ax * ax + ay * ay + az * az;
    const b2 = bx * bx + by * by + bz * bz;
    if (a2 < COLLINEAR || b2 < COLLINEAR) {
      energy += coefficients[torsion * stride]!;
      continue;
    }
    const g2 = gx * gx + gy * gy + gz * gz;
    const g = Math.sqrt(g2);
    const perG = 1 / g;
    const perA2 = 1 / a2;
    const perB2 = 1 / b2;
    const inverseAB = Math.sqrt(perA2 * perB2);
    const cosine = (ax * bx + ay * by + az * bz) * inverseAB;
    const sine =
      ((by * az - bz * ay) * gx + (bz * ax - bx * az) * gy + (bx * ay - by * ax) * gz) * perG * inverseAB;

    // Sums over n of U, dU/dφ and d²U/dφ², with cos nφ and sin nφ by recurrence.
    const start = torsion * stride;
    let u = coefficients[start]!;
    let first = 0;
    let second = 0;
    let cosineN = 1;
    let sineN = 0;
    for (let n = 1; n <= order; n++) {
      const next = cosineN * cosine - sineN * sine;
      sineN = sineN * cosine + cosineN * sine;
      cosineN = next;
      const even = coefficients[start + n]!;
      const odd = coefficients[start + order + n]!;
      const value = even * cosineN + odd * sineN;
      u += value;
      first += n * (odd * cosineN - even * sineN);
      second -= n * n * value;
    }
    energy += u;
    if (gradient === null || (first === 0 && second === 0)) continue;

    const fg = (fx * gx + fy * gy + fz * gz) * perG;
    const hg = (hx * gx + hy * gy + hz * gz) * perG;
    // dφ/dF = −(G/A²)A, dφ/dH = (G/B²)B, dφ/dG = (F·G/A²G)A − (H·G/B²G)B.
    const alpha = -g * perA2;
    const beta = g * perB2;
    const alphaG = fg * perA2;
    const betaG = -hg * perB2;
    const dfx = first * alpha * ax;
    const dfy = first * alpha * ay;
    const dfz = first * alpha * az;
    const dgx = first * (alphaG * ax + betaG * bx);
    const dgy = first * (alphaG * ay + betaG * by);
    const dgz = first * (alphaG * az + betaG * bz);
    const dhx = first * beta * bx;
    const dhy = first * beta * by;
    const dhz = first * beta * bz;
    gradient[i]! += dfx;
    gradient[i + 1]! += dfy;
    gradient[i + 2]! += dfz;
    gradient[j]! += dgx - dfx;
    gradient[j + 1]! += dgy - dfy;
    gradient[j + 2]! += dgz - dfz;
    gradient[k]! -= dgx + dhx;
    gradient[k + 1]! -= dgy + dhy;
    gradient[k + 2]! -= dgz + dhz;
    gradient[l]! += dhx;
    gradient[l + 1]! += dhy;
    gradient[l + 2]! += dhz;
    if (hessian === null) continue;

    slopes[0] = alpha * ax;
    slopes[1] = alpha * ay;
    slopes[2] = alpha * az;
    slopes[3] = alphaG * ax + betaG * bx;
    slopes[4] = alphaG * ay + betaG * by;
    slopes[5] = alphaG * az + betaG * bz;
    slopes[6] = beta * bx;
    slopes[7] = beta * by;
    slopes[8] = beta * bz;
    for (let p = 0; p < 9; p++) {
      const secondSlope = second * slopes[p]!;
      for (let q = 0; q < 9; q++) overDifferences[9 * p + q] = secondSlope * slopes[q]!;
    }
    const a4 = a2 * a2;
    const b4 = b2 * b2;
    addAngleCurvature(first, fx, fy, fz, gx, gy, gz, ax, ay, az, 0, 1, g / a4, g2, fg / a4, a2);
    addAngleCurvature(first, hx, hy, hz, gx, gy, gz, bx, by, bz, 6, -1, g / b4, g2, hg / b4, b2);
    differencesToAtoms();
    addLocal(hessian, x.length, atoms, 4 * torsion, 4, local);
  }
  return energy;
}

/** A torsion's angle and how it turns. */
export interface TorsionAngle {
  /** Radians in (−π, π]. */
  radians: number;
  /** dφ over the positions of the torsion's four atoms, 1/Å. */
  slope: Float64Array;
}

/** @returns Null where three of the atoms lie in a line. */
export function torsionAngle(torsions: TorsionSeries, torsion: number, x: Float64Array): TorsionAngle | null {
  const [i, j, k, l] = torsions.atoms.subarray(4 * torsion, 4 * torsion + 4);
  const f = difference(x, i!, j!);
  const g = difference(x, j!, k!);
  const h = difference(x, l!, k!);
  const a = cross(f, g);
  const b = cross(h, g);
  const a2 = dot(a, a);
  const b2 = dot(b, b);
  if (a2 < COLLINEAR || b2 < COLLINEAR) return null;
  const length = Math.hypot(...g);
  const fg = dot(f, g) / length;
  const hg = dot(h, g) / length;
  const slope = new Float64Array(12);
  for (let c = 0; c < 3; c++) {
    const df = (-length / a2) * a[c]!;
    const dg = (fg / a2) * a[c]! - (hg / b2) * b[c]!;
    const dh = (length / b2) * b[c]!;
    slope[c] = df;
    slope[3 + c] = dg - df;
    slope[6 + c] = -dg - dh;
    slope[9 + c] = dh;
  }
  return { radians: Math.atan2(dot(cross(b, a), g) / length, dot(a, b)), slope };
}

type Vector = [number, number, number];

const difference = (x: Float64Array, p: number, q: number): Vector => [
  x[3 * p]! - x[3 * q]!,
  x[3 * p + 1]! - x[3 * q + 1]!,
  x[3 * p + 2]! - x[3 * q + 2]!,
];
const cross = (p: Vector, q: Vector): Vector => [
  p[1] * q[2] - p[2] * q[1],
  p[2] * q[0] - p[0] * q[2],
  p[0] * q[1] - p[1] * q[0],
];
const dot = (p: Vector, q: Vector): number => p[0] * q[0] + p[1] * q[1] + p[2] * q[2];

/** From `overDifferences` to `local`: dF/dr1 = −dF/dr2 = 1, dG/dr2 = −dG/dr3 = 1, dH/dr4 = −dH/dr3 = 1. */
function differencesToAtoms(): void {
  for (let c = 0; c < 27; c++) {
    const f = overDifferences[c]!;
    const g = overDifferences[27 + c]!;
    const h = overDifferences[54 + c]!;
    halfway[c] = f;
    halfway[27 + c] = g - f;
    halfway[54 + c] = -g - h;
    halfway[81 + c] = h;
  }
  for (let row = 0; row < 12; row++) {
    for (let c = 0; c < 3; c++) {
      const f = halfway[9 * row + c]!;
      const g = halfway[9 * row + 3 + c]!;
      const h = halfway[9 * row + 6 + c]!;
      local[12 * row + c] = f;
      local[12 * row + 3 + c] = g - f;
      local[12 * row + 6 + c] = -g - h;
      local[12 * row + 9 + c] = h;
    }
  }
}

/**
 * Adds U′ times one half of φ's second derivatives: those through A = F × G, or with F → H and the opposite
 * sign through B = H × G.
 */
function addAngleCurvature(
  first: number,
  fx: number,
  fy: number,
  fz: number,
  gx: number,
  gy: number,
  gz: number,
  ax: number,
  ay: number,
  az: number,
  outer: number,
  sign: number,
  gOverA4: number,
  g2: number,
  fgOverA4: number,
  a2: number,
): void {
  const scale = sign * first;
  a[0] = ax;
  a[1] = ay;
  a[2] = az;
  gxa[0] = gy * az - gz * ay;
  gxa[1] = gz * ax - gx * az;
  gxa[2] = gx * ay - gy * ax;
  fxa[0] = fy * az - fz * ay;
  fxa[1] = fz * ax - fx * az;
  fxa[2] = fx * ay - fy * ax;
  const g = Math.sqrt(g2);
  const diagonal = 1 / (2 * g2 * g * a2);
  for (let p = 0; p < 3; p++) {
    for (let q = 0; q < 3; q++) {
      const symmetricG = a[p]! * gxa[q]! + gxa[p]! * a[q]!;
      const symmetricF = a[p]! * fxa[q]! + fxa[p]! * a[q]!;
      overDifferences[9 * (outer + p) + outer + q]! += scale * gOverA4 * symmetricG;
      overDifferences[9 * (3 + p) + 3 + q]! += scale * (diagonal * symmetricG + fgOverA4 * symmetricF);
      const mixed = -scale * (gOverA4 * fxa[p]! * a[q]! + fgOverA4 * a[p]! * gxa[q]!);
      overDifferences[9 * (outer + p) + 3 + q]! += mixed;
      overDifferences[9 * (3 + q) + outer + p]! += mixed;
    }
  }
}
