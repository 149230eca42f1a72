import { loadRDKit, moleculeFromSmiles, type Molecule } from '@bespoke/molecule';
import { assignParameters, builtInForceField, parseOffxml, type Assignment } from '@bespoke/smirnoff';
import { beforeAll, describe, expect, it } from 'vitest';
import { energy, energyTerms } from './energy';
import { GRADIENT_TOLERANCE, minimise } from './minimisation';
import { createSystem, type MechanicsSystem } from './system';

// Fluoroethanol near a minimum of GFN2-xTB, atoms F C C O and then hydrogens.
const START = [
  1.863, 0.301, 0.435, 0.745, 0.553, -0.316, -0.443, -0.222, 0.246, -1.552, 0.066, -0.571, 0.557, 1.63, -0.28,
  0.958, 0.243, -1.343, -0.621, 0.091, 1.285, -0.209, -1.295, 0.239, -2.318, -0.418, -0.244,
];
const CHARGES = [-0.25, 0.15, 0.12, -0.6, 0.05, 0.05, 0.04, 0.04, 0.4];
const DIHEDRAL = [0, 1, 2, 3];

let molecule: Molecule;
let assignment: Assignment;
let system: MechanicsSystem;
beforeAll(async () => {
  await loadRDKit();
  molecule = moleculeFromSmiles('[F:1][C:2]([H:5])([H:6])[C:3]([H:7])([H:8])[O:4][H:9]');
  assignment = assignParameters(
    parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml')),
    molecule,
  );
  system = createSystem(molecule, assignment, CHARGES);
});

describe('a minimum', () => {
  it('without restraints has no force left on any atom', () => {
    const { coordinatesAngstrom, energyKcalPerMol, gradient } = minimise(system, START);
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThanOrEqual(GRADIENT_TOLERANCE);
    expect(energyKcalPerMol).toBeCloseTo(energy(system, coordinatesAngstrom), 12);
    expect(energyKcalPerMol).toBeLessThan(energy(system, Float64Array.from(START)));
  });

  it('leaves frozen atoms where they were', () => {
    const { coordinatesAngstrom } = minimise(system, START, { frozenAtoms: DIHEDRAL });
    expect([...coordinatesAngstrom.slice(0, 12)]).toEqual(START.slice(0, 12));
    expect([...coordinatesAngstrom.slice(12)]).not.toEqual(START.slice(12));
  });

  it('balances restraints, whose energy it leaves out', () => {
    const k = 50;
    const { coordinatesAngstrom, energyKcalPerMol, gradient } = minimise(system, START, {
      restraintKcalPerMolPerAngstrom2: k,
    });
    gradient.forEach((slope, c) => {
      const restraint = k * (coordinatesAngstrom[c]! - START[c]!);
      expect(Math.abs(slope + restraint)).toBeLessThanOrEqual(GRADIENT_TOLERANCE);
    });
    expect(energyKcalPerMol).toBeCloseTo(energy(system, coordinatesAngstrom), 12);
  });

  it('is found from a badly distorted geometry', () => {
    const distorted = START.map((value, c) => value + 0.35 * Math.sin(17 * c));
    const { gradient, iterations, converged } = minimise(system, distorted);
    expect(converged).toBe(true);
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThanOrEqual(GRADIENT_TOLERANCE);
    expect(iterations).toBeGreaterThan(3);
  });

  it('is found from atoms that all but lie on top of each other', () => {
    const clashing = Float64Array.from(START);
    for (let c = 0; c < 3; c++) clashing[24 + c] = clashing[c]! + 0.05;
    expect(energy(system, clashing)).toBeGreaterThan(1e9);
    const { converged, energyKcalPerMol } = minimise(system, clashing);
    expect(converged).toBe(true);
    expect(energyKcalPerMol).toBeLessThan(100);
  });

  it('is not the saddle that a symmetric start leads to', () => {
    // Eclipsed on both bonds: no force out of the plane of F, C, C, O and H.
    const planar = [
      [0, 0, 0, 1.38, 0, 0, 1.9, 1.41, 0, 3.33, 1.41, 0],
      [1.73, -0.52, 0.89, 1.73, -0.52, -0.89, 1.55, 1.93, 0.89, 1.55, 1.93, -0.89, 3.6, 0.47, 0],
    ].flat();
    const minimum = minimise(system, planar);
    expect(minimum.converged).toBe(true);
    expect(Math.max(...minimum.gradient.map(Math.abs))).toBeLessThanOrEqual(GRADIENT_TOLERANCE);
    for (let c = 0; c < 27; c++) {
      for (const displacement of [0.01, -0.01]) {
        const moved = minimum.coordinatesAngstrom.slice();
        moved[c]! += displacement;
        expect(energy(system, moved)).toBeGreaterThan(minimum.energyKcalPerMol);
      }
    }
    expect(
      Math.max(...[0, 1, 2, 3, 8].map((atom) => Math.abs(minimum.coordinatesAngstrom[3 * atom + 2]!))),
    ).toBeGreaterThan(0.1);
  });

  it('of a molecule whose atoms are all frozen is where it started', () => {
    const { coordinatesAngstrom, converged, iterations } = minimise(system, START, {
      frozenAtoms: [0, 1, 2, 3, 4, 5, 6, 7, 8],
    });
    expect([...coordinatesAngstrom]).toEqual(START);
    expect({ converged, iterations }).toEqual({ converged: true, iterations: 0 });
  });

  it('answers to a small force as minimising under that force would', () => {
    const options = { frozenAtoms: DIHEDRAL, restraintKcalPerMolPerAngstrom2: 1 };
    const relaxed = minimise(system, START, options);
    // One more 0.001 e on the last hydrogen is a force on everything.
    const h = 1e-3;
    const shifted = (by: number): MechanicsSystem =>
      createSystem(molecule, assignment, CHARGES.with(8, CHARGES[8]! + by));
    const force = (of: MechanicsSystem): Float64Array => {
      const gradient = new Float64Array(27);
      energy(of, relaxed.coordinatesAngstrom, gradient);
      return gradient;
    };
    const behind = force(shifted(-h));
    const answer = force(shifted(h)).map((slope, c) => (behind[c]! - slope) / (2 * h));
    relaxed.respond(answer);
    const ahead = minimise(shifted(h), START, options).coordinatesAngstrom;
    const back = minimise(shifted(-h), START, options).coordinatesAngstrom;
    answer.forEach((value, c) => expect(value).toBeCloseTo((ahead[c]! - back[c]!) / (2 * h), 4));
  });
});

describe('what has no energy is refused', () => {
  it('coordinates that are no numbers', () => {
    expect(() => minimise(system, START.with(5, NaN))).toThrow(/not finite/);
  });

  it('atoms that lie on top of each other, bonded or not', () => {
    for (const atom of [1, 8]) {
      const overlapping = START.with(0, START[3 * atom]!)
        .with(1, START[3 * atom + 1]!)
        .with(2, START[3 * atom + 2]!);
      expect(() => minimise(system, overlapping)).toThrow(/on top of each other/);
    }
  });

  it('a geometry of another molecule', () => {
    expect(() => minimise(system, START.slice(3))).toThrow(/8 atoms .* molecule of 9/);
  });

  it('arrays of another molecule', () => {
    const coordinates = Float64Array.from(START);
    const [short, long] = [new Float64Array(24), new Float64Array(30)];
    expect(() => energyTerms(system, short)).toThrow(/coordinates has 24 numbers; .* wants 27/);
    expect(() => energy(system, long)).toThrow(/coordinates has 30 numbers/);
    expect(() => energy(system, coordinates, short)).toThrow(/gradient has 24 numbers/);
    expect(() => energy(system, coordinates, null, short)).toThrow(/Hessian has 24 numbers; .* wants 729/);
  });

  it('a frozen atom that there is not', () => {
    expect(() => minimise(system, START, { frozenAtoms: [3, 9] })).toThrow(/index 9 .* 9 atoms/);
  });

  it('a restraint that pushes away', () => {
    expect(() => minimise(system, START, { restraintKcalPerMolPerAngstrom2: -1 })).toThrow(/is -1/);
  });

  it('charges of another molecule', () => {
    expect(() => createSystem(molecule, assignment, [0])).toThrow(/1 charges .* 9 atoms/);
  });

  it('a molecule that the force field has gaps for, naming the atoms', () => {
    const gap: Assignment = { ...assignment, missing: [{ section: 'Angles', atoms: [0, 1, 2] }] };
    expect(() => createSystem(molecule, gap, CHARGES)).toThrow(/no Angles parameter for atoms 1-2-3/);
  });
});
