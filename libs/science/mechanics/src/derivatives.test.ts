import { describe, expect, it } from 'vitest';
import { addAngleHessian, angleEnergy } from './angles';
import { addBondHessian, bondEnergy } from './bonds';
import { addNonbondedHessian, nonbondedEnergy, nonbondedGradient } from './nonbonded';
import { harmonicAngles } from './system';
import { addTorsionHessian } from './torsion-hessian';
import { torsionSeries, type TorsionSeries } from './torsion-series';
import { torsionEnergy } from './torsions';

interface Term {
  energy(x: Float64Array, gradient: Float64Array | null): number;
  addHessian(x: Float64Array, hessian: Float64Array): void;
}

// A bent, twisted chain of five atoms, far from any symmetry.
const CHAIN = Float64Array.of(0.1, 0.2, -0.1, 1.5, 0.1, 0.3, 2.1, 1.4, 0.2, 3.4, 1.7, 0.9, 4.1, 0.8, 1.9);

/** Largest deviation of first and second derivatives from central differences, relative to their size. */
function deviations(term: Term, x: Float64Array): { gradient: number; hessian: number } {
  const size = x.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  term.energy(x, gradient);
  term.addHessian(x, hessian);
  const worst = { gradient: 0, hessian: 0 };
  const h = 1e-5;
  for (let c = 0; c < size; c++) {
    const ahead = x.slice();
    const behind = x.slice();
    ahead[c]! += h;
    behind[c]! -= h;
    const gradientAhead = new Float64Array(size);
    const gradientBehind = new Float64Array(size);
    const slope = (term.energy(ahead, gradientAhead) - term.energy(behind, gradientBehind)) / (2 * h);
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
const angle = (atoms: [number, number, number], kKcalPerMolPerRadian2: number, angleDegrees: number) => ({
  atoms,
  kKcalPerMolPerRadian2,
  angleDegrees,
});
const angles = harmonicAngles([
  angle([0, 1, 2], 100, 109),
  angle([3, 2, 1], 120, 120),
  angle([2, 3, 4], 140, 60),
]);
const linear = harmonicAngles([angle([0, 1, 2], 80, 180)]);
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
  coefficients: Float64Array.of(2e5, 300, -20, 1e5, 200, 15, 3e5, 400, 30),
};

const bondTerm: Term = {
  energy: (x, gradient) => bondEnergy(bonds, x, gradient),
  addHessian: (x, hessian) => addBondHessian(bonds, x, hessian),
};
const angleTerm = (of: typeof angles): Term => ({
  energy: (x, gradient) => angleEnergy(of, x, gradient),
  addHessian: (x, hessian) => addAngleHessian(of, x, hessian),
});
const torsionTerm = (of: TorsionSeries): Term => ({
  energy: (x, gradient) => torsionEnergy(of, x, gradient),
  addHessian: (x, hessian) => addTorsionHessian(of, x, hessian),
});
const pairTerm: Term = {
  energy: (x, gradient) => nonbondedGradient(pairs, x, gradient!),
  addHessian: (x, hessian) => addNonbondedHessian(pairs, x, hessian),
};

describe('first and second derivatives agree with finite differences', () => {
  const terms: [string, Term, Float64Array][] = [
    ['bonds', bondTerm, CHAIN],
    ['angles', angleTerm(angles), CHAIN],
    [
      'an angle just off its 180°',
      angleTerm(linear),
      Float64Array.of(-1.1, 1e-3, 2e-3, 0, 0, 0, 1.2, 1e-3, 0),
    ],
    ['an angle of 180° well bent', angleTerm(linear), Float64Array.of(-1.1, 0.1, 0.2, 0, 0, 0, 1.2, 0.1, 0)],
    ['torsions', torsionTerm(torsions), CHAIN],
    [
      'torsions in a plane',
      torsionTerm(torsions),
      Float64Array.of(0, 1, 0, 0, 0, 0, 1.5, 0, 0, 2, 1.2, 0, 3.5, 1.1, 0),
    ],
    ['nonbonded pairs', pairTerm, CHAIN],
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
    const bent = harmonicAngles([angle([0, 1, 2], 80, 109)]);
    const rest = (109 * Math.PI) / 180;
    const theta = x > 0 ? Math.PI : 0;
    const line = Float64Array.of(-1.1, 0, 0, 0, 0, 0, x, 0, 0);
    addAngleHessian(bent, line, hessian);
    expect(angleEnergy(bent, line, gradient)).toBeCloseTo(40 * (theta - rest) ** 2, 12);
    expect([...gradient].every((g) => g === 0)).toBe(true);
    expect([...hessian].every(Number.isFinite)).toBe(true);
  });
});

describe('an angle near its rest', () => {
  it.each([-0.25, -0.19, -1e-3, 0, 1e-9, 0.05, 0.1999, 0.21])('has its energy at %s rad from it', (bend) => {
    const theta = (109 * Math.PI) / 180 + bend;
    const x = Float64Array.of(1.3, 0, 0, 0, 0, 0, 1.1 * Math.cos(theta), 1.1 * Math.sin(theta), 0);
    const term = harmonicAngles([angle([0, 1, 2], 80, 109)]);
    expect(Math.abs(angleEnergy(term, x, null) - 40 * bend * bend)).toBeLessThan(
      2e-14 * (1 + Math.abs(bend)),
    );
  });
});

describe('pairs', () => {
  it('have the same energy with and without a gradient', () => {
    const { vdw, electrostatics } = nonbondedEnergy(pairs, CHAIN);
    expect(vdw + electrostatics).toBeCloseTo(nonbondedGradient(pairs, CHAIN, new Float64Array(15)), 12);
  });
});

describe('a torsion', () => {
  it('has the sign of IUPAC: looking along the middle bond, clockwise is positive', () => {
    const clockwise90 = Float64Array.of(0, 1, 0, 0, 0, 0, 0, 0, -1, 1, 0, -1);
    const odd = torsionSeries([
      { atoms: [0, 1, 2, 3], terms: [{ periodicity: 1, phaseDegrees: 90, kKcalPerMol: 1, idivf: 1 }] },
    ]);
    expect(torsionEnergy(odd, clockwise90, null)).toBeCloseTo(2, 12);
  });

  it('through three atoms in a line counts by its mean energy and pulls at nothing', () => {
    const gradient = new Float64Array(12);
    const term = { periodicity: 2, phaseDegrees: 0, kKcalPerMol: 3, idivf: 1 };
    const straight = torsionSeries([{ atoms: [0, 1, 2, 3], terms: [term] }]);
    const x = Float64Array.of(0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 1, 0);
    expect(torsionEnergy(straight, x, gradient)).toBe(3);
    expect([...gradient].every((g) => g === 0)).toBe(true);
  });
});
