import { dihedralDegrees } from '@bespoke/molecule';
import { DEGREES_PER_RADIAN } from '@bespoke/units';
import { describe, expect, it } from 'vitest';
import { differences, evaluate, ROW_LENGTH, type InternalCoordinate } from './internal-coordinates';

// Five atoms without symmetry, bohr.
const X = Float64Array.from([0.1, -0.2, 0.3, 2.5, 0.4, -0.1, 3.4, 2.6, 0.7, 5.9, 2.2, 1.9, 1.1, 3.9, -2.2]);
// Atoms 0, 1, 2 nearly in line, bohr.
const NEARLY_LINEAR = Float64Array.from([0, 0, 0, 2.2, 0.02, -0.01, 4.5, 0, 0, 5.9, 2.2, 1.9]);

function derivativeError(coordinate: InternalCoordinate, x: Float64Array): number {
  const { rows } = evaluate([coordinate], x);
  const h = 1e-5;
  let worst = 0;
  for (let c = 0; c < x.length; c++) {
    const at = (shift: number) =>
      evaluate(
        [coordinate],
        x.map((value, i) => (i === c ? value + shift : value)),
      ).values;
    const numeric = differences([coordinate], at(h), at(-h))[0]! / (2 * h);
    const place = coordinate.atoms.indexOf(Math.floor(c / 3) as never);
    const analytic = place === -1 ? 0 : rows[3 * place + (c % 3)]!;
    worst = Math.max(worst, Math.abs(numeric - analytic));
  }
  return worst;
}

describe('the derivatives of', () => {
  it.each<InternalCoordinate>([
    { kind: 'stretch', atoms: [0, 1] },
    { kind: 'bend', atoms: [0, 1, 2] },
    { kind: 'torsion', atoms: [0, 1, 2, 3] },
    { kind: 'improper', atoms: [0, 1, 2, 4] },
  ])('a $kind are those of its values', (coordinate) => {
    expect(derivativeError(coordinate, X)).toBeLessThan(1e-9);
  });

  it('a bend are right where it is nearly straight', () => {
    expect(derivativeError({ kind: 'bend', atoms: [0, 1, 2] }, NEARLY_LINEAR)).toBeLessThan(1e-5);
  });

  it.each([0, 1] as const)(
    'a linear bend are those of its values, but for the turning of its directions (%i)',
    (component) => {
      const coordinate: InternalCoordinate = {
        kind: 'linear-bend',
        atoms: [0, 1, 2],
        reference: 3,
        component,
      };
      // The angle is off 180 degrees by 0.02 rad, and what is left out is of that size.
      expect(derivativeError(coordinate, NEARLY_LINEAR)).toBeLessThan(0.02);
      const straight = NEARLY_LINEAR.map((value, c) => (c === 4 || c === 5 ? 0 : value));
      expect(derivativeError(coordinate, straight)).toBeLessThan(1e-9);
    },
  );
});

it("a torsion has the molecule library's value and sign", () => {
  const { values } = evaluate([{ kind: 'torsion', atoms: [0, 1, 2, 3] }], X);
  expect(values[0]! * DEGREES_PER_RADIAN).toBeCloseTo(dihedralDegrees(X, [0, 1, 2, 3]), 10);
});

it('coordinates do not change when the molecule moves as a whole', () => {
  const [cos, sin] = [Math.cos(1), Math.sin(1)];
  const moved = Float64Array.from(NEARLY_LINEAR);
  for (let c = 0; c < moved.length; c += 3) {
    const [x, y, z] = NEARLY_LINEAR.subarray(c, c + 3) as unknown as [number, number, number];
    moved.set([cos * x - sin * z + 5, y - 3, sin * x + cos * z], c);
  }
  const coordinates: InternalCoordinate[] = [
    { kind: 'stretch', atoms: [2, 3] },
    { kind: 'linear-bend', atoms: [0, 1, 2], reference: 3, component: 0 },
    { kind: 'linear-bend', atoms: [0, 1, 2], reference: 3, component: 1 },
    { kind: 'bend', atoms: [1, 2, 3] },
  ];
  const before = evaluate(coordinates, NEARLY_LINEAR);
  const after = evaluate(coordinates, moved);
  expect(after.rows.length).toBe(ROW_LENGTH * coordinates.length);
  after.values.forEach((value, c) => expect(value).toBeCloseTo(before.values[c]!, 12));
});
