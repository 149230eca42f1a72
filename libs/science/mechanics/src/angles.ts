import { addFromDifferences, type Hessian } from './second-derivatives';
import type { HarmonicAngles } from './system';

// Atom coefficients in the differences (first − vertex) and (third − vertex).
const SIGNS = Int8Array.of(1, 0, -1, -1, 0, 1);
// Below this distance of cos θ from −1 the closed forms lose digits to 0/0 and the series is exact.
const NEARLY_LINEAR = 1e-3;

const local = new Float64Array(36);
const derivatives = new Float64Array(2);

/**
 * Energy of the angles in kcal/mol; adds first and second derivatives where arrays are given. All derivatives
 * go through cos θ, in which the energy of an angle of 180° (as in nitriles) is smooth at 180°.
 */
export function angleEnergy(
  angles: HarmonicAngles,
  x: Float64Array,
  gradient: Float64Array | null,
  hessian: Hessian | null,
): number {
  const { atoms, kKcalPerMolPerRadian2: k, angleRadians } = angles;
  let energy = 0;
  for (let angle = 0; angle < k.length; angle++) {
    const i = 3 * atoms[3 * angle]!;
    const j = 3 * atoms[3 * angle + 1]!;
    const l = 3 * atoms[3 * angle + 2]!;
    let ux = x[i]! - x[j]!;
    let uy = x[i + 1]! - x[j + 1]!;
    let uz = x[i + 2]! - x[j + 2]!;
    let vx = x[l]! - x[j]!;
    let vy = x[l + 1]! - x[j + 1]!;
    let vz = x[l + 2]! - x[j + 2]!;
    const a = 1 / Math.sqrt(ux * ux + uy * uy + uz * uz);
    const b = 1 / Math.sqrt(vx * vx + vy * vy + vz * vz);
    ux *= a;
    uy *= a;
    uz *= a;
    vx *= b;
    vy *= b;
    vz *= b;
    const cosine = Math.max(-1, Math.min(1, ux * vx + uy * vy + uz * vz));
    energy += byCosine(k[angle]!, angleRadians[angle]!, cosine);
    if (gradient === null) continue;
    const first = derivatives[0]!;
    const gux = a * (vx - cosine * ux);
    const guy = a * (vy - cosine * uy);
    const guz = a * (vz - cosine * uz);
    const gvx = b * (ux - cosine * vx);
    const gvy = b * (uy - cosine * vy);
    const gvz = b * (uz - cosine * vz);
    gradient[i]! += first * gux;
    gradient[i + 1]! += first * guy;
    gradient[i + 2]! += first * guz;
    gradient[l]! += first * gvx;
    gradient[l + 1]! += first * gvy;
    gradient[l + 2]! += first * gvz;
    gradient[j]! -= first * (gux + gvx);
    gradient[j + 1]! -= first * (guy + gvy);
    gradient[j + 2]! -= first * (guz + gvz);
    if (hessian === null) continue;
    const second = derivatives[1]!;
    const u = [ux, uy, uz];
    const v = [vx, vy, vz];
    const gu = [gux, guy, guz];
    const gv = [gvx, gvy, gvz];
    for (let p = 0; p < 3; p++) {
      for (let q = 0; q < 3; q++) {
        const unit = p === q ? 1 : 0;
        const uu = u[p]! * u[q]!;
        const vv = v[p]! * v[q]!;
        const uv = u[p]! * v[q]!;
        const vu = v[p]! * u[q]!;
        local[6 * p + q] =
          first * a * a * (3 * cosine * uu - uv - vu - cosine * unit) + second * gu[p]! * gu[q]!;
        local[6 * (p + 3) + q + 3] =
          first * b * b * (3 * cosine * vv - uv - vu - cosine * unit) + second * gv[p]! * gv[q]!;
        const mixed = first * a * b * (unit - uu - vv + cosine * uv) + second * gu[p]! * gv[q]!;
        local[6 * p + q + 3] = mixed;
        local[6 * (q + 3) + p] = mixed;
      }
    }
    addFromDifferences(hessian, x.length, atoms, 3 * angle, 3, 2, SIGNS, local);
  }
  return energy;
}

/** U of cos θ; leaves dU/dcos θ and d²U/dcos² θ in `derivatives`. */
function byCosine(k: number, angleRadians: number, cosine: number): number {
  const fromLinear = 1 + cosine;
  if (fromLinear < NEARLY_LINEAR && Math.abs(angleRadians - Math.PI) < 1e-9) {
    // (π − θ)² = 2u + u²/3 + 4u³/45 + u⁴/35 + … with u = 1 + cos θ.
    const u = fromLinear;
    derivatives[0] = k * (1 + u * (1 / 3 + u * (2 / 15 + u * (2 / 35))));
    derivatives[1] = k * (1 / 3 + u * (4 / 15 + u * (6 / 35)));
    return k * u * (1 + u * (1 / 6 + u * (2 / 45 + u / 70)));
  }
  const theta = Math.acos(cosine);
  const bend = theta - angleRadians;
  // An angle bent to exactly 0 or 180° against its parameter has no direction to go: the bound keeps it finite.
  const sine = Math.max(Math.sqrt((1 - cosine) * fromLinear), 1e-7);
  derivatives[0] = (-k * bend) / sine;
  derivatives[1] = (k * (1 - (bend * cosine) / sine)) / (sine * sine);
  return 0.5 * k * bend * bend;
}
