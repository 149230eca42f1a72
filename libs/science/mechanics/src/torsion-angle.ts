import { COLLINEAR } from './torsions';
import type { TorsionSeries } from './torsion-series';

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
