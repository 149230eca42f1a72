import { elementSymbol } from '@bespoke/molecule';
import { ANGSTROM_PER_BOHR, DEGREES_PER_RADIAN } from '@bespoke/units';
import type { HeldTorsion } from './constraints';
import { bendAngle, evaluate } from './internal-coordinates';
import { OptimizationError, type OptimizationErrorCode } from './optimization-error';
import { neighboursOf } from './redundant-coordinates';

export interface HeldDihedral {
  /** Four atoms, 0-based. */
  atoms: readonly [number, number, number, number];
  /** The angle that it is brought to and held at; null holds the one that it has. */
  degrees: number | null;
}

export interface OptimizationRequest {
  /** Atomic numbers. */
  elements: readonly number[];
  /** Every bond, 0-based; they have to hold the atoms together as one molecule. */
  bonds: readonly (readonly [number, number])[];
  /** Flat [x0, y0, z0, x1, …]. */
  geometryAngstrom: ArrayLike<number>;
  held?: readonly HeldDihedral[];
  /** After so many gradients it is given up; 300 by default. */
  maxGradients?: number;
}

/** Atoms of a molecule are never as near as this; distances are divided by. */
const SAME_PLACE_BOHR = 0.4;
/** A dihedral with an angle as near to 0 or 180 degrees as this has no value that could be held. */
const COLLINEAR_RADIANS = (2 * Math.PI) / 180;

/**
 * The positions in bohr and what is to be held.
 * @throws OptimizationError naming the field that makes no sense
 */
export function readRequest({ elements, bonds, geometryAngstrom, held = [] }: OptimizationRequest): {
  positions: Float64Array;
  held: HeldTorsion[];
} {
  const atomCount = elements.length;
  const check = (fine: boolean, code: OptimizationErrorCode, message: string) => {
    if (!fine) throw new OptimizationError(code, message);
  };
  const areAtoms = (atoms: readonly number[]) =>
    atoms.every((atom) => Number.isInteger(atom) && atom >= 0 && atom < atomCount) &&
    new Set(atoms).size === atoms.length;
  const named = (atoms: readonly number[]) =>
    atoms.map((atom) => elementSymbol(elements[atom]!) + (atom + 1)).join('-');

  check(atomCount >= 2, 'bad-request', `elements: ${atomCount} atoms have no geometry to optimise`);
  check(
    geometryAngstrom.length === 3 * atomCount,
    'bad-request',
    `geometryAngstrom: ${atomCount} atoms have ${3 * atomCount} coordinates, not ${geometryAngstrom.length}`,
  );
  const positions = Float64Array.from(geometryAngstrom, (coordinate) => coordinate / ANGSTROM_PER_BOHR);
  check(
    positions.every(Number.isFinite),
    'bad-request',
    'geometryAngstrom: there is a coordinate that is no number',
  );
  for (let j = 1; j < atomCount; j++) {
    for (let i = 0; i < j; i++) {
      const distance = Math.hypot(
        ...[0, 1, 2].map((axis) => positions[3 * i + axis]! - positions[3 * j + axis]!),
      );
      check(
        distance > SAME_PLACE_BOHR,
        'bad-request',
        `geometryAngstrom: ${named([i, j])} are in the same place`,
      );
    }
  }
  for (const bond of bonds) {
    check(areAtoms(bond), 'bad-request', `bonds: [${bond.join()}] are no two of the ${atomCount} atoms`);
  }
  const reached = reachedFrom(0, neighboursOf(atomCount, bonds));
  const apart = elements.findIndex((_, atom) => !reached.has(atom));
  check(
    apart === -1,
    'several-fragments',
    `bonds: none holds ${apart === -1 ? '' : named([apart])} to the first atom; optimise one molecule at a time`,
  );

  const torsions = held.map(({ atoms, degrees }): HeldTorsion => {
    check(areAtoms(atoms), 'bad-request', `held: [${atoms.join()}] are no four of the ${atomCount} atoms`);
    check(
      degrees === null || Number.isFinite(degrees),
      'bad-request',
      `held: the angle of ${atoms.join('-')} is ${degrees}`,
    );
    const [i, j, k, l] = atoms;
    const fromLine = (angle: number) => Math.min(angle, Math.PI - angle);
    check(
      fromLine(bendAngle(positions, i, j, k)) > COLLINEAR_RADIANS &&
        fromLine(bendAngle(positions, j, k, l)) > COLLINEAR_RADIANS,
      'undefined-dihedral',
      `held: three atoms of the dihedral ${named(atoms)} are in a line, so it has no angle; hold one beyond the line`,
    );
    const torsion = { kind: 'torsion' as const, atoms };
    return {
      ...torsion,
      radians: degrees === null ? evaluate([torsion], positions).values[0]! : degrees / DEGREES_PER_RADIAN,
    };
  });
  return { positions, held: torsions };
}

function reachedFrom(atom: number, neighbours: readonly (readonly number[])[]): Set<number> {
  const reached = new Set([atom]);
  for (const each of reached) for (const next of neighbours[each]!) reached.add(next);
  return reached;
}
