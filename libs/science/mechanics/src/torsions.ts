import { ARM_STRIDE, type TorsionSeries } from './torsion-series';

/** |F × G|² in Å⁴ below which three atoms lie in a line and the angle, undefined, counts by its mean energy. */
export const COLLINEAR = 1e-12;

/**
 * Of each arm of the torsions at hand: the cosine and sine of its angle; 1/distance from the axis, 0 for an arm
 * in its line; where it stands along the axis, 0 at the axis's first atom and 1 at the second; dU/d(its angle).
 */
let state = new Float64Array(0);

/**
 * Energy of the torsions in kcal/mol; adds first derivatives where arrays are given.
 *
 * All torsions about one bond are taken together: each atom at either end, an arm, has an angle around the axis,
 * known by its cosine and sine in one frame perpendicular to the axis. A torsion is the difference of two such
 * angles, clockwise positive as IUPAC has it; the force on an arm is across it, and its lever divides what the
 * two atoms of the axis bear.
 */
export function torsionEnergy(
  torsions: TorsionSeries,
  x: Float64Array,
  gradient: Float64Array | null,
): number {
  const { order, coefficientsKcalPerMol: coefficients, axes } = torsions;
  const { atoms, rows, arms, turns } = axes;
  if (ARM_STRIDE * arms.length > state.length) state = new Float64Array(ARM_STRIDE * arms.length);
  const of = state;
  let energy = 0;
  for (let axis = 0; 2 * axis < atoms.length; axis++) {
    const j = atoms[2 * axis]!;
    const k = atoms[2 * axis + 1]!;
    const firstArm = rows[2 * axis]!;
    const endArm = rows[2 * axis + 2]!;
    const endTurn = rows[2 * axis + 3]!;
    let nx = x[k]! - x[j]!;
    let ny = x[k + 1]! - x[j + 1]!;
    let nz = x[k + 2]! - x[j + 2]!;
    const g2 = nx * nx + ny * ny + nz * nz;
    const perLength = 1 / Math.sqrt(g2);
    nx *= perLength;
    ny *= perLength;
    nz *= perLength;
    // Two unit vectors perpendicular to n: Duff et al., Journal of Computer Graphics Techniques 6(1), 1 (2017).
    const sign = nz < 0 ? -1 : 1;
    const a = -1 / (sign + nz);
    const b = nx * ny * a;
    const px = 1 + sign * nx * nx * a;
    const py = sign * b;
    const pz = -sign * nx;
    const qx = b;
    const qy = sign + ny * ny * a;
    const qz = -ny;
    for (let arm = firstArm; arm < endArm; arm++) {
      const l = arms[arm]!;
      const dx = x[l]! - x[j]!;
      const dy = x[l + 1]! - x[j + 1]!;
      const dz = x[l + 2]! - x[j + 2]!;
      const p = dx * px + dy * py + dz * pz;
      const q = dx * qx + dy * qy + dz * qz;
      const distance2 = p * p + q * q;
      const inverse = distance2 * g2 < COLLINEAR ? 0 : 1 / Math.sqrt(distance2);
      const at = ARM_STRIDE * arm;
      of[at] = p * inverse;
      of[at + 1] = q * inverse;
      of[at + 2] = inverse;
      of[at + 3] = (dx * nx + dy * ny + dz * nz) * perLength;
      of[at + 4] = 0;
    }
    for (let turn = rows[2 * axis + 1]!; turn < endTurn; turn += 3) {
      const i = turns[turn]!;
      const l = turns[turn + 1]!;
      const start = turns[turn + 2]!;
      if (of[i + 2]! * of[l + 2]! === 0) {
        energy += coefficients[start]!;
        continue;
      }
      const cosine = of[i]! * of[l]! + of[i + 1]! * of[l + 1]!;
      const sine = of[i]! * of[l + 1]! - of[i + 1]! * of[l]!;
      // cos nφ and sin nφ by Chebyshev's recurrence.
      const twice = 2 * cosine;
      let cosineN = cosine;
      let sineN = sine;
      let cosineBefore = 1;
      let sineBefore = 0;
      let u = coefficients[start]!;
      let slope = 0;
      for (let n = 1; n <= order; n++) {
        const even = coefficients[start + n]!;
        const odd = coefficients[start + order + n]!;
        u += even * cosineN + odd * sineN;
        slope += n * (odd * cosineN - even * sineN);
        const nextCosine = twice * cosineN - cosineBefore;
        const nextSine = twice * sineN - sineBefore;
        cosineBefore = cosineN;
        sineBefore = sineN;
        cosineN = nextCosine;
        sineN = nextSine;
      }
      energy += u;
      of[i + 4]! -= slope;
      of[l + 4]! += slope;
    }
    if (gradient === null) continue;

    let sumP = 0;
    let sumQ = 0;
    let leverP = 0;
    let leverQ = 0;
    for (let arm = firstArm; arm < endArm; arm++) {
      const l = arms[arm]!;
      const at = ARM_STRIDE * arm;
      const across = of[at + 4]! * of[at + 2]!;
      const p = -across * of[at + 1]!;
      const q = across * of[at]!;
      const height = of[at + 3]!;
      sumP += p;
      sumQ += q;
      leverP += height * p;
      leverQ += height * q;
      gradient[l]! += p * px + q * qx;
      gradient[l + 1]! += p * py + q * qy;
      gradient[l + 2]! += p * pz + q * qz;
    }
    gradient[k]! -= leverP * px + leverQ * qx;
    gradient[k + 1]! -= leverP * py + leverQ * qy;
    gradient[k + 2]! -= leverP * pz + leverQ * qz;
    sumP -= leverP;
    sumQ -= leverQ;
    gradient[j]! -= sumP * px + sumQ * qx;
    gradient[j + 1]! -= sumP * py + sumQ * qy;
    gradient[j + 2]! -= sumP * pz + sumQ * qz;
  }
  return energy;
}
