import { describe, expect, it } from 'vitest';
import { angleEnergy } from './angles';
import { bondEnergy } from './bonds';
import { nonbondedEnergy } from './nonbonded';
import { torsionSeries } from './torsion-series';
import { torsionEnergy } from './torsions';

type Term = (x: Float64Array, gradient: Float64Array | null, hessian: Float64Array | null) => number;

// A bent, twisted chain of five atoms, far from any symmetry.
const CHAIN = Float64Array.of(0.1, 0.2, -0.1, 1.5, 0.1, 0.3, 2.1, 1.4, 0.2, 3.4, 1.7, 0.9, 4.1, 0.8, 1.9);

/** Largest deviation of first and second derivatives from central differences, relative to their size. */
function deviations(term: Term, x: Float64Array): { gradient: number; hessian: number } {
  const size = x.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  term(x, gradient, hessian);
  const worst = { gradient: 0, hessian: 0 };
  const h = 1e-5;
  for (let c = 0; c < size; c++) {
    const ahead = x.slice();
    const behind = x.slice();
    ahead[c]! += h;
    behind[c]! -= h;
    const gradientAhead = new Float64Array(size);
    const gradientBehind = new Float64Array(size);
    const slope = (term(ahead, gradientAhead, null) - term(behind, gradientBehind, null)) / (2 * h);
    worst.gradient = Math.max(worst.gradient, Math.abs(slope - gradient[c]!) / (1 + Math.abs(slope)));
    for (let row = c; row < size; row++) {
      const curvature = (gradientAhead[row]! - gradientBehind[row]!) / (2 * h);
      const deviation = Math.abs(curvature - hessian[row * size + c]!) / (1 + Math.abs(curvature));
      worst.hessian = Math.max(worst.hessian, deviation);
    }
  }
  return worst;
}

const bonds = {
  atoms: Int32Array.of(0, 1, 2, 1, 2, 3, 4, 3),
  kKcalPerMolPerAngstrom2: Float64Array.of(500, 600, 700, 650),
  lengthAngstrom: Float64Array.of(1.5, 1.4, 1.3, 1.45),
};
const angles = {
  atoms: Int32Array.of(0, 1, 2, 3, 2, 1, 2, 3, 4),
  kKcalPerMolPerRadian2: Float64Array.of(100, 120, 140),
  angleRadians: Float64Array.of(1.9, 2.1, 1.8),
};
const linear = {
  atoms: Int32Array.of(0, 1, 2),
  kKcalPerMolPerRadian2: Float64Array.of(80),
  angleRadians: Float64Array.of(Math.PI),
};
const torsions = torsionSeries([
  {
    atoms: [0, 1, 2, 3],
    terms: [
      { periodicity: 1, phaseDegrees: 0, kKcalPerMol: 1.3, idivf: 1 },
      { periodicity: 2, phaseDegrees: 180, kKcalPerMol: -0.7, idivf: 2 },
      { periodicity: 6, phaseDegrees: 320, kKcalPerMol: 0.4, idivf: 1 },
    ],
  },
  { atoms: [4, 3, 2, 1], terms: [{ periodicity: 3, phaseDegrees: 90, kKcalPerMol: 2, idivf: 1 }] },
  { atoms: [3, 1, 0, 4], terms: [{ periodicity: 2, phaseDegrees: 180, kKcalPerMol: 1.1, idivf: 3 }] },
]);
const pairs = {
  rows: Int32Array.of(0, 2, 3, 3, 3, 3),
  partners: Int32Array.of(9, 12, 12),
  repulsionKcalAngstrom12: Float64Array.of(2e5, 1e5, 3e5),
  dispersionKcalAngstrom6: Float64Array.of(300, 200, 400),
  coulombKcalAngstrom: Float64Array.of(-20, 15, 30),
};

describe('first and second derivatives agree with finite differences', () => {
  const terms: [string, Term, Float64Array][] = [
    ['bonds', (x, g, h) => bondEnergy(bonds, x, g, h), CHAIN],
    ['angles', (x, g, h) => angleEnergy(angles, x, g, h), CHAIN],
    [
      'an angle just off its 180°',
      (x, g, h) => angleEnergy(linear, x, g, h),
      Float64Array.of(-1.1, 1e-3, 2e-3, 0, 0, 0, 1.2, 1e-3, 0),
    ],
    [
      'an angle of 180° well bent',
      (x, g, h) => angleEnergy(linear, x, g, h),
      Float64Array.of(-1.1, 0.1, 0.2, 0, 0, 0, 1.2, 0.1, 0),
    ],
    ['torsions', (x, g, h) => torsionEnergy(torsions, x, g, h), CHAIN],
    [
      'torsions in a plane',
      (x, g, h) => torsionEnergy(torsions, x, g, h),
      Float64Array.of(0, 1, 0, 0, 0, 0, 1.5, 0, 0, 2, 1.2, 0, 3.5, 1.1, 0),
    ],
    ['nonbonded pairs', (x, g, h) => nonbondedEnergy(pairs, x, g, h), CHAIN],
  ];
  it.each(terms)('for %s', (_name, term, x) => {
    const { gradient, hessian } = deviations(term, x);
    expect(gradient).toBeLessThan(2e-8);
    expect(hessian).toBeLessThan(2e-8);
  });
});

describe('an angle', () => {
  it.each([
    ['straight', 1.2],
    ['folded up', -1.2],
  ])('that is %s against its parameter has an energy and pulls at nothing', (_name, x) => {
    const gradient = new Float64Array(9);
    const hessian = new Float64Array(81);
    const bent = { ...linear, angleRadians: Float64Array.of(1.9) };
    const theta = x > 0 ? Math.PI : 0;
    const line = Float64Array.of(-1.1, 0, 0, 0, 0, 0, x, 0, 0);
    expect(angleEnergy(bent, line, gradient, hessian)).toBeCloseTo(40 * (theta - 1.9) ** 2, 12);
    expect([...gradient].every((g) => g === 0)).toBe(true);
    expect([...hessian].every(Number.isFinite)).toBe(true);
  });
});

describe('a torsion', () => {
  it('has the sign of IUPAC: looking along the middle bond, clockwise is positive', () => {
    const clockwise90 = Float64Array.of(0, 1, 0, 0, 0, 0, 0, 0, -1, 1, 0, -1);
    const odd = torsionSeries([
      { atoms: [0, 1, 2, 3], terms: [{ periodicity: 1, phaseDegrees: 90, kKcalPerMol: 1, idivf: 1 }] },
    ]);
    expect(torsionEnergy(odd, clockwise90, null, null)).toBeCloseTo(2, 12);
  });

  it('through three atoms in a line counts by its mean energy and pulls at nothing', () => {
    const gradient = new Float64Array(12);
    const term = { periodicity: 2, phaseDegrees: 0, kKcalPerMol: 3, idivf: 1 };
    const straight = torsionSeries([{ atoms: [0, 1, 2, 3], terms: [term] }]);
    const x = Float64Array.of(0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 1, 0);
    expect(torsionEnergy(straight, x, gradient, null)).toBe(3);
    expect([...gradient].every((g) => g === 0)).toBe(true);
  });
});
