import { addLocal, type Hessian } from './second-derivatives';
import { COLLINEAR } from './torsions';
import type { TorsionSeries } from './torsion-series';

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
 * The angle's derivatives are those of Blondel and Karplus, J. Comput. Chem. 17, 1132 (1996), which have no
 * singularity where the four atoms lie in a plane.
 */
export function addTorsionHessian(torsions: TorsionSeries, x: Float64Array, hessian: Hessian): void {
  const { atoms, order, coefficientsKcalPerMol: coefficients } = torsions;
  const stride = 2 * order + 1;
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
    if (a2 < COLLINEAR || b2 < COLLINEAR) continue;
    const g2 = gx * gx + gy * gy + gz * gz;
    const g = Math.sqrt(g2);
    const perG = 1 / g;
    const perA2 = 1 / a2;
    const perB2 = 1 / b2;
    const inverseAB = Math.sqrt(perA2 * perB2);
    const cosine = (ax * bx + ay * by + az * bz) * inverseAB;
    const sine =
      ((by * az - bz * ay) * gx + (bz * ax - bx * az) * gy + (bx * ay - by * ax) * gz) * perG * inverseAB;

    // Sums over n of dU/dφ and d²U/dφ², with cos nφ and sin nφ by recurrence.
    const start = torsion * stride;
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
      first += n * (odd * cosineN - even * sineN);
      second -= n * n * (even * cosineN + odd * sineN);
    }
    if (first === 0 && second === 0) continue;

    const fg = (fx * gx + fy * gy + fz * gz) * perG;
    const hg = (hx * gx + hy * gy + hz * gz) * perG;
    // dφ/dF = −(G/A²)A, dφ/dH = (G/B²)B, dφ/dG = (F·G/A²G)A − (H·G/B²G)B.
    const alpha = -g * perA2;
    const beta = g * perB2;
    const alphaG = fg * perA2;
    const betaG = -hg * perB2;
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
}

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
