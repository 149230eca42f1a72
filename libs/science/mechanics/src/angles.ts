import { addLocal, type Hessian } from './second-derivatives';
import type { HarmonicAngles } from './system';

// Below this distance of cos θ from −1 the closed forms lose digits to 0/0 and the series is exact.
const NEARLY_LINEAR = 1e-3;

const local = new Float64Array(81);
const u = new Float64Array(3);
const v = new Float64Array(3);
const gu = new Float64Array(3);
const gv = new Float64Array(3);
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
    set(u, ux, uy, uz);
    set(v, vx, vy, vz);
    set(gu, gux, guy, guz);
    set(gv, gvx, gvy, gvz);
    for (let p = 0; p < 3; p++) {
      for (let q = 0; q < 3; q++) {
        const unit = p === q ? 1 : 0;
        const uu = u[p]! * u[q]!;
        const vv = v[p]! * v[q]!;
        const uv = u[p]! * v[q]!;
        const vu = v[p]! * u[q]!;
        const ii = first * a * a * (3 * cosine * uu - uv - vu - cosine * unit) + second * gu[p]! * gu[q]!;
        const ll = first * b * b * (3 * cosine * vv - uv - vu - cosine * unit) + second * gv[p]! * gv[q]!;
        const il = first * a * b * (unit - uu - vv + cosine * uv) + second * gu[p]! * gv[q]!;
        const li = first * a * b * (unit - uu - vv + cosine * vu) + second * gv[p]! * gu[q]!;
        // Moving all three atoms together changes nothing: rows and columns add up to 0.
        const at = 9 * p + q;
        local[at] = ii;
        local[at + 6] = il;
        local[at + 3] = -ii - il;
        local[at + 54] = li;
        local[at + 60] = ll;
        local[at + 57] = -li - ll;
        local[at + 27] = -ii - li;
        local[at + 33] = -il - ll;
        local[at + 30] = ii + il + li + ll;
      }
    }
    addLocal(hessian, x.length, atoms, 3 * angle, 3, local);
  }
  return energy;
}

function set(vector: Float64Array, x: number, y: number, z: number): void {
  vector[0] = x;
  vector[1] = y;
  vector[2] = z;
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
