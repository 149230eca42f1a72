import { addLocal, type Hessian } from './second-derivatives';
import type { HarmonicAngles } from './system';

// Below this distance of cos θ from −1 the closed forms lose digits to 0/0 and the series is exact.
const NEARLY_LINEAR = 1e-3;
/** Of sin(θ − θ₀), up to which ten terms of the arcsine are all that a double holds. */
const SMALL_BEND = 0.2;

const local = new Float64Array(81);
const u = new Float64Array(3);
const v = new Float64Array(3);
const gu = new Float64Array(3);
const gv = new Float64Array(3);
const derivatives = new Float64Array(2);

/**
 * Energy of the angles in kcal/mol; adds first derivatives where arrays are given. All derivatives go through
 * cos θ, in which the energy of an angle of 180° (as in nitriles) is smooth at 180°.
 */
export function angleEnergy(angles: HarmonicAngles, x: Float64Array, gradient: Float64Array | null): number {
  const { atoms, kKcalPerMolPerRadian2: k, angleRadians, cosines, sines } = angles;
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
    energy += byCosine(k[angle]!, angleRadians[angle]!, cosines[angle]!, sines[angle]!, cosine);
    if (gradient === null) continue;
    const first = derivatives[0]!;
    const fa = first * a;
    const fb = first * b;
    const gux = fa * (vx - cosine * ux);
    const guy = fa * (vy - cosine * uy);
    const guz = fa * (vz - cosine * uz);
    const gvx = fb * (ux - cosine * vx);
    const gvy = fb * (uy - cosine * vy);
    const gvz = fb * (uz - cosine * vz);
    gradient[i]! += gux;
    gradient[i + 1]! += guy;
    gradient[i + 2]! += guz;
    gradient[l]! += gvx;
    gradient[l + 1]! += gvy;
    gradient[l + 2]! += gvz;
    gradient[j]! -= gux + gvx;
    gradient[j + 1]! -= guy + gvy;
    gradient[j + 2]! -= guz + gvz;
  }
  return energy;
}

export function addAngleHessian(angles: HarmonicAngles, x: Float64Array, hessian: Hessian): void {
  const { atoms, kKcalPerMolPerRadian2: k, angleRadians, cosines, sines } = angles;
  for (let angle = 0; angle < k.length; angle++) {
    const i = 3 * atoms[3 * angle]!;
    const j = 3 * atoms[3 * angle + 1]!;
    const l = 3 * atoms[3 * angle + 2]!;
    for (let c = 0; c < 3; c++) {
      u[c] = x[i + c]! - x[j + c]!;
      v[c] = x[l + c]! - x[j + c]!;
    }
    const a = 1 / Math.sqrt(u[0]! * u[0]! + u[1]! * u[1]! + u[2]! * u[2]!);
    const b = 1 / Math.sqrt(v[0]! * v[0]! + v[1]! * v[1]! + v[2]! * v[2]!);
    for (let c = 0; c < 3; c++) {
      u[c]! *= a;
      v[c]! *= b;
    }
    const cosine = Math.max(-1, Math.min(1, u[0]! * v[0]! + u[1]! * v[1]! + u[2]! * v[2]!));
    byCosine(k[angle]!, angleRadians[angle]!, cosines[angle]!, sines[angle]!, cosine);
    const first = derivatives[0]!;
    const second = derivatives[1]!;
    for (let c = 0; c < 3; c++) {
      gu[c] = a * (v[c]! - cosine * u[c]!);
      gv[c] = b * (u[c]! - cosine * v[c]!);
    }
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
}

/** U of cos θ; leaves dU/dcos θ and d²U/dcos² θ in `derivatives`. */
function byCosine(
  k: number,
  angleRadians: number,
  angleCosine: number,
  angleSine: number,
  cosine: number,
): number {
  const fromLinear = 1 + cosine;
  if (fromLinear < NEARLY_LINEAR && Math.abs(angleRadians - Math.PI) < 1e-9) {
    // (π − θ)² = 2u + u²/3 + 4u³/45 + u⁴/35 + … with u = 1 + cos θ.
    const u = fromLinear;
    derivatives[0] = k * (1 + u * (1 / 3 + u * (2 / 15 + u * (2 / 35))));
    derivatives[1] = k * (1 / 3 + u * (4 / 15 + u * (6 / 35)));
    return k * u * (1 + u * (1 / 6 + u * (2 / 45 + u / 70)));
  }
  // An angle bent to exactly 0 or 180° against its parameter has no direction to go: the bound keeps it finite.
  const sine = Math.max(Math.sqrt((1 - cosine) * fromLinear), 1e-7);
  const sineOfBend = sine * angleCosine - cosine * angleSine;
  const isSmall = Math.abs(sineOfBend) < SMALL_BEND && cosine * angleCosine + sine * angleSine > 0;
  const bend = isSmall ? arcsine(sineOfBend) : Math.acos(cosine) - angleRadians;
  derivatives[0] = (-k * bend) / sine;
  derivatives[1] = (k * (1 - (bend * cosine) / sine)) / (sine * sine);
  return 0.5 * k * bend * bend;
}

/** Up to 0.2, in few steps that wait for each other: Estrin's scheme. */
function arcsine(s: number): number {
  const q = s * s;
  const q2 = q * q;
  const low = 1 / 6 + q * (3 / 40) + q2 * (5 / 112 + q * (35 / 1152));
  const high =
    63 / 2816 + q * (231 / 13312) + q2 * (143 / 10240 + q * (6435 / 557056) + q2 * (12155 / 1245184));
  return s + s * q * (low + q2 * q2 * high);
}
