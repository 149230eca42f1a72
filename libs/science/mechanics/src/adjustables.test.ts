import { describe, expect, it } from 'vitest';
import { adjustableCopy, type Adjustable } from './adjustable';
import { adjustableAngle, adjustableAngleForceConstant } from './adjustable-angles';
import { adjustableBondForceConstant, adjustableBondLength } from './adjustable-bonds';
import { adjustableTorsionForceConstant } from './adjustable-torsions';
import { adjustableEpsilon, adjustableVdwRadius } from './adjustable-vdw';
import { energy } from './energy';
import { harmonicAngles, vdwCoefficients, type MechanicsSystem } from './system';
import { torsionSeries } from './torsion-series';

// A bent, twisted chain of five atoms, far from any symmetry.
const CHAIN = Float64Array.of(0.1, 0.2, -0.1, 1.5, 0.1, 0.3, 2.1, 1.4, 0.2, 3.4, 1.7, 0.9, 4.1, 0.8, 1.9);
const TORSION = { periodicity: 2, phaseDegrees: 180, kKcalPerMol: 1.1, idivf: 3 };
const vdw = {
  epsilonKcalPerMol: Float64Array.of(0.1, 0.2, 0.1, 0.1, 0.3),
  rminHalfAngstrom: Float64Array.of(1.9, 1.5, 1.9, 1.9, 1.2),
  scales: Float64Array.of(0.5, 1, 1),
};
/** 0-3, 0-4 and 1-4. */
const PAIRS = [
  [0, 3],
  [0, 4],
  [1, 4],
] as const;
const SYSTEM: MechanicsSystem = {
  atomCount: 5,
  bonds: {
    atoms: Int32Array.of(0, 1, 1, 2, 3, 2, 3, 4),
    kKcalPerMolPerAngstrom2: Float64Array.of(500, 600, 500, 650),
    lengthAngstrom: Float64Array.of(1.5, 1.4, 1.5, 1.45),
  },
  angles: harmonicAngles([
    { atoms: [0, 1, 2], kKcalPerMolPerRadian2: 100, angleDegrees: 109 },
    { atoms: [3, 2, 1], kKcalPerMolPerRadian2: 100, angleDegrees: 109 },
    { atoms: [2, 3, 4], kKcalPerMolPerRadian2: 140, angleDegrees: 60 },
  ]),
  propers: torsionSeries([
    { atoms: [0, 1, 2, 3], terms: [TORSION, { ...TORSION, periodicity: 3 }] },
    { atoms: [4, 3, 2, 1], terms: [TORSION] },
  ]),
  impropers: torsionSeries([{ atoms: [3, 1, 0, 4], terms: [TORSION] }]),
  vdw,
  pairs: {
    rows: Int32Array.of(0, 2, 3, 3, 3, 3),
    partners: Int32Array.from(PAIRS, ([, j]) => 3 * j),
    coefficients: Float64Array.from(
      PAIRS.flatMap(([i, j], pair) => [...vdwCoefficients(vdw, pair, i, j), 7]),
    ),
  },
};

const { bonds, angles, propers, impropers, pairs } = SYSTEM;
const ADJUSTABLES: [string, Adjustable, number][] = [
  ["bonds' force constant", adjustableBondForceConstant(bonds, [0, 2]), 1],
  ["bonds' length", adjustableBondLength(bonds, [0, 2]), 1e-4],
  ["angles' force constant", adjustableAngleForceConstant(angles, [0, 1]), 1],
  ["angles' angle", adjustableAngle(angles, [0, 1]), 1e-2],
  ["propers' k", adjustableTorsionForceConstant('propers', propers, [0, 1], TORSION), 0.1],
  ["impropers' k", adjustableTorsionForceConstant('impropers', impropers, [0], TORSION), 0.1],
  ['ε of both atoms of a pair and of one', adjustableEpsilon(pairs, [0, 2, 3]), 1e-5],
  ['Rmin/2', adjustableVdwRadius(pairs, [0, 2, 3], 1), 1e-5],
  ['σ', adjustableVdwRadius(pairs, [4], 2 ** (-5 / 6)), 1e-5],
];

describe('the slope of the energy and its gradient agree with central differences', () => {
  it.each(ADJUSTABLES)('over %s', (_name, adjustable, h) => {
    const at = (by: number): { energy: number; gradient: Float64Array } => {
      const shifted = adjustableCopy(SYSTEM);
      adjustable.shift(shifted, by);
      const gradient = new Float64Array(CHAIN.length);
      return { energy: energy(shifted, CHAIN, gradient), gradient };
    };
    const [ahead, behind] = [at(h), at(-h)];
    const gradient = new Float64Array(CHAIN.length);
    const slope = adjustable.slope(SYSTEM, CHAIN, gradient);
    const expected = (ahead.energy - behind.energy) / (2 * h);
    expect(slope).not.toBe(0);
    expect(Math.abs(slope - expected) / (1 + Math.abs(expected))).toBeLessThan(1e-7);
    const largest = Math.max(...gradient.map(Math.abs));
    gradient.forEach((value, c) => {
      const difference = (ahead.gradient[c]! - behind.gradient[c]!) / (2 * h);
      expect(Math.abs(value - difference) / (1 + largest)).toBeLessThan(1e-6);
    });
  });

  it('and shifting a copy leaves the system as it was', () => {
    const before = energy(SYSTEM, CHAIN);
    const copy = adjustableCopy(SYSTEM);
    for (const [, adjustable] of ADJUSTABLES) adjustable.shift(copy, 0.05);
    expect(energy(copy, CHAIN)).not.toBe(before);
    expect(energy(SYSTEM, CHAIN)).toBe(before);
  });
});
