import { at } from './graph';
import { atomName, type Molecule } from './molecule';

/** A place where coordinates are not those of the molecule. Atoms count from 0. */
export type GeometryFault =
  | { kind: 'bond-too-long' | 'bond-too-short' | 'clash'; atoms: [number, number]; distanceAngstrom: number }
  /** An atom whose four neighbours lie in one plane, as in a drawing. */
  | { kind: 'flat-centre'; atoms: [number] };

/** Single-bond radii by atomic number, angstrom. Cordero et al., Dalton Trans. 2008, 2832 (doi 10.1039/b801115j). */
const COVALENT_RADII_ANGSTROM: Readonly<Record<number, number>> = {
  1: 0.31,
  5: 0.84,
  6: 0.76,
  7: 0.71,
  8: 0.66,
  9: 0.57,
  14: 1.11,
  15: 1.07,
  16: 1.05,
  17: 1.02,
  35: 1.2,
  53: 1.39,
};

// In sums of radii, wide enough for docked poses and crude force fields: over the geometries of 90 DFT torsion drives
// bonds are 0.78 to 1.13, atoms without a bond beyond 1.37, and tetrahedra (bicyclobutane too) beyond 1.5.
const SHORTEST_BOND = 0.6;
const LONGEST_BOND = 1.45;
const CLOSEST_UNBONDED = 1.05;
/** Of the unit vectors to four neighbours; 3.08 in methane, 0 in a plane. */
const LEAST_TETRAHEDRON = 0.5;

/**
 * Where a geometry (3N coordinates, angstrom) contradicts the molecule's graph: bonded atoms that are no bond length
 * apart, others that are, four neighbours in a plane. Empty for anything that a force field could relax.
 */
export function geometryFaults(molecule: Molecule, geometryAngstrom: ArrayLike<number>): GeometryFault[] {
  const place = (atom: number): Point => [
    geometryAngstrom[3 * atom] ?? Number.NaN,
    geometryAngstrom[3 * atom + 1] ?? Number.NaN,
    geometryAngstrom[3 * atom + 2] ?? Number.NaN,
  ];
  const places = molecule.atoms.map((_, atom) => place(atom));
  const radii = molecule.atoms.map(({ element }) => COVALENT_RADII_ANGSTROM[element] ?? 1);
  const faults: GeometryFault[] = [];
  for (const [i, neighbours] of molecule.neighbours.entries()) {
    const bonded = new Set(neighbours);
    for (let j = i + 1; j < places.length; j++) {
      const [a, b] = [at(places, i), at(places, j)];
      const distanceAngstrom = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
      const inRadii = distanceAngstrom / (at(radii, i) + at(radii, j));
      const atoms: [number, number] = [i, j];
      if (!bonded.has(j)) {
        if (inRadii < CLOSEST_UNBONDED) faults.push({ kind: 'clash', atoms, distanceAngstrom });
      } else if (inRadii < SHORTEST_BOND) faults.push({ kind: 'bond-too-short', atoms, distanceAngstrom });
      // Also what is no number.
      else if (!(inRadii <= LONGEST_BOND)) faults.push({ kind: 'bond-too-long', atoms, distanceAngstrom });
    }
  }
  if (faults.length > 0) return faults;
  return molecule.neighbours.flatMap((neighbours, centre): GeometryFault[] =>
    neighbours.length === 4 &&
    tetrahedron(
      at(places, centre),
      neighbours.map((n) => at(places, n)),
    ) < LEAST_TETRAHEDRON
      ? [{ kind: 'flat-centre', atoms: [centre] }]
      : [],
  );
}

/** As messages name a fault, atoms counted from 1: "P4-O5 are bonded but too far apart (9.31 angstrom)". */
export function geometryFaultText(molecule: Molecule, fault: GeometryFault): string {
  const named = fault.atoms.map((atom) => atomName(molecule, atom)).join('-');
  return fault.kind === 'flat-centre'
    ? `${named} has its four neighbours in one plane`
    : `${named} ${FAULTS[fault.kind]} (${fault.distanceAngstrom.toFixed(2)} angstrom)`;
}

const FAULTS: Record<Exclude<GeometryFault['kind'], 'flat-centre'>, string> = {
  'bond-too-long': 'are bonded but too far apart',
  'bond-too-short': 'are bonded but too close',
  clash: 'are not bonded but as close as if they were',
};

type Point = readonly [number, number, number];

/** Six times the volume of the tetrahedron that unit vectors to four neighbours span. */
function tetrahedron(centre: Point, neighbours: readonly Point[]): number {
  const corners = neighbours.map((neighbour): Point => {
    const [x, y, z] = minus(neighbour, centre);
    const length = Math.hypot(x, y, z);
    return [x / length, y / length, z / length];
  });
  const [u, v, w] = [0, 1, 2].map((corner) => minus(at(corners, corner), at(corners, 3))) as [
    Point,
    Point,
    Point,
  ];
  return Math.abs(
    u[0] * (v[1] * w[2] - v[2] * w[1]) +
      u[1] * (v[2] * w[0] - v[0] * w[2]) +
      u[2] * (v[0] * w[1] - v[1] * w[0]),
  );
}

function minus(a: Point, b: Point): Point {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
