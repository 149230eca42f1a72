import type { Molecule } from '@bespoke/molecule';
import type { Assignment } from '@bespoke/smirnoff';
import { COULOMB_KCAL_ANGSTROM, DEGREES_PER_RADIAN } from '@bespoke/units';
import { excludedAndScaledPairs } from './exclusions';
import { torsionSeries, type TorsionSeries } from './torsion-series';

/** Harmonic bonds, U = k/2·(r − length)². */
export interface HarmonicBonds {
  /** Two atoms each. */
  atoms: Int32Array;
  kKcalPerMolPerAngstrom2: Float64Array;
  lengthAngstrom: Float64Array;
}

/** Harmonic angles, U = k/2·(θ − angle)². */
export interface HarmonicAngles {
  /** Three atoms each, the vertex second. */
  atoms: Int32Array;
  kKcalPerMolPerRadian2: Float64Array;
  angleRadians: Float64Array;
  /** Of angleRadians. */
  cosines: Float64Array;
  sines: Float64Array;
}

/**
 * Pairs of atoms that are not bonded: U = A/r¹² − B/r⁶ + C/r, each with the 1-4 scale already in it. The pairs
 * of one atom with later ones stand together, so that its position is read once.
 */
export interface NonbondedPairs {
  /** Where the pairs of each atom start, and at the end their number. */
  rows: Int32Array;
  /** Where the coordinates of each pair's second atom start: 3·atom. */
  partners: Int32Array;
  /** A, B and C of each pair in kcal/mol·Å¹², Å⁶ and Å. */
  coefficients: Float64Array;
}

/** Van der Waals figures, from which the A and B of pairs come. */
export interface VdwFigures {
  /** By atom. */
  epsilonKcalPerMol: Float64Array;
  rminHalfAngstrom: Float64Array;
  /** By pair: 1, or the 1-4 scale. */
  scales: Float64Array;
}

/**
 * One molecule in vacuum under a SMIRNOFF force field, without cutoffs and constraints, laid out for fast
 * evaluation. Coordinates are flat [x0, y0, z0, x1, …] in angstrom; energies are kcal/mol.
 */
export interface MechanicsSystem {
  atomCount: number;
  bonds: HarmonicBonds;
  angles: HarmonicAngles;
  /** In the order of the assignment's propers, so that a fit can find its torsions. */
  propers: TorsionSeries;
  /** Three dihedrals for each improper. */
  impropers: TorsionSeries;
  vdw: VdwFigures;
  pairs: NonbondedPairs;
}

export class MechanicsError extends Error {
  constructor(
    readonly code: 'wrong-atom-count' | 'unknown-atom' | 'missing-parameters' | 'not-finite' | 'no-minimum',
    message: string,
  ) {
    super(message);
    this.name = 'MechanicsError';
  }
}

/**
 * The system of a molecule whose parameters were assigned by smirnoff's `assignParameters`.
 *
 * @param chargesE Partial charges in the order of the atoms, in elementary charges.
 * @throws MechanicsError `missing-parameters` when a bond, angle or atom has none, `wrong-atom-count` when
 *   charges and molecule differ in length, `not-finite` for a charge that is no number.
 */
export function createSystem(
  molecule: Molecule,
  assignment: Assignment,
  chargesE: ArrayLike<number>,
): MechanicsSystem {
  const atomCount = molecule.atoms.length;
  if (chargesE.length !== atomCount) {
    throw new MechanicsError(
      'wrong-atom-count',
      `${chargesE.length} charges were given for ${atomCount} atoms of ${molecule.mappedSmiles}`,
    );
  }
  for (let i = 0; i < atomCount; i++) {
    if (!Number.isFinite(chargesE[i])) {
      throw new MechanicsError('not-finite', `the charge of atom ${i + 1} is ${chargesE[i]}, not a number`);
    }
  }
  const gap = assignment.missing[0];
  if (gap) {
    throw new MechanicsError(
      'missing-parameters',
      `the force field has no ${gap.section} parameter for atoms ${gap.atoms.map((a) => a + 1).join('-')} of ${molecule.mappedSmiles}`,
    );
  }
  return {
    atomCount,
    bonds: {
      atoms: Int32Array.from(assignment.bonds.flatMap((bond) => bond.atoms)),
      kKcalPerMolPerAngstrom2: Float64Array.from(assignment.bonds, (bond) => bond.kKcalPerMolPerAngstrom2),
      lengthAngstrom: Float64Array.from(assignment.bonds, (bond) => bond.lengthAngstrom),
    },
    angles: harmonicAngles(assignment.angles),
    propers: torsionSeries(assignment.propers),
    impropers: torsionSeries(
      assignment.impropers.flatMap(({ dihedrals, terms }) => dihedrals.map((atoms) => ({ atoms, terms }))),
    ),
    ...nonbonded(molecule, assignment, chargesE),
  };
}

export function harmonicAngles(
  angles: readonly {
    atoms: readonly [number, number, number];
    kKcalPerMolPerRadian2: number;
    angleDegrees: number;
  }[],
): HarmonicAngles {
  const angleRadians = Float64Array.from(angles, ({ angleDegrees }) => angleDegrees / DEGREES_PER_RADIAN);
  return {
    atoms: Int32Array.from(angles.flatMap(({ atoms }) => atoms)),
    kKcalPerMolPerRadian2: Float64Array.from(angles, (angle) => angle.kKcalPerMolPerRadian2),
    angleRadians,
    cosines: angleRadians.map(Math.cos),
    sines: angleRadians.map(Math.sin),
  };
}

function nonbonded(
  molecule: Molecule,
  { vdw: assigned, scale14 }: Assignment,
  chargesE: ArrayLike<number>,
): Pick<MechanicsSystem, 'vdw' | 'pairs'> {
  const separation = excludedAndScaledPairs(molecule.neighbours);
  const atomCount = molecule.atoms.length;
  const rows = new Int32Array(atomCount + 1);
  const pairs: { i: number; j: number; isScaled: boolean }[] = [];
  for (let i = 0; i < atomCount; i++) {
    for (let j = i + 1; j < atomCount; j++) {
      const kind = separation[i * atomCount + j];
      if (kind !== 'excluded') pairs.push({ i, j, isScaled: kind === 'scaled' });
    }
    rows[i + 1] = pairs.length;
  }
  const vdw = {
    epsilonKcalPerMol: Float64Array.from(assigned, (atom) => atom!.epsilonKcalPerMol),
    rminHalfAngstrom: Float64Array.from(assigned, (atom) => atom!.rminHalfAngstrom),
    scales: Float64Array.from(pairs, ({ isScaled }) => (isScaled ? scale14.vdw : 1)),
  };
  const coefficients = pairs.flatMap(({ i, j, isScaled }, pair) => [
    ...vdwCoefficients(vdw, pair, i, j),
    (isScaled ? scale14.electrostatics : 1) * COULOMB_KCAL_ANGSTROM * chargesE[i]! * chargesE[j]!,
  ]);
  return {
    vdw,
    pairs: {
      rows,
      partners: Int32Array.from(pairs, ({ j }) => 3 * j),
      coefficients: Float64Array.from(coefficients),
    },
  };
}

/**
 * A and B of a pair of atoms by Lorentz and Berthelot: with Rmin = (Rmin_i + Rmin_j)/2, 4ε((σ/r)¹² − (σ/r)⁶) is
 * ε((Rmin/r)¹² − 2(Rmin/r)⁶).
 */
export function vdwCoefficients(
  { epsilonKcalPerMol, rminHalfAngstrom, scales }: VdwFigures,
  pair: number,
  i: number,
  j: number,
): [number, number] {
  const epsilon = scales[pair]! * Math.sqrt(epsilonKcalPerMol[i]! * epsilonKcalPerMol[j]!);
  const rmin = rminHalfAngstrom[i]! + rminHalfAngstrom[j]!;
  const rmin3 = rmin * rmin * rmin;
  const rmin6 = rmin3 * rmin3;
  return [epsilon * rmin6 * rmin6, 2 * epsilon * rmin6];
}
