import type { Drive } from '@bespoke/fitting';
import type { Molecule } from '@bespoke/molecule';
import { moleculeOf } from './mapped-molecule';
import { chargesOf, FieldError, fieldOf, geometriesOf, missingField, type InputRecord } from './record';

/** A torsion drive as its line has it. */
export interface GivenDrive {
  molecule: Molecule;
  dihedral: Drive['dihedral'];
  points: { energyHartree: number; geometryAngstrom: Float64Array }[];
  /** Of each point; null where the line has none. */
  gridDegrees: number[] | null;
  /** Null where the force field is to say. */
  chargesE: number[] | null;
}

/** @throws FieldError */
export function driveOf(record: InputRecord): GivenDrive {
  const molecule = moleculeOf(record);
  const dihedral = dihedralOf(record, molecule.atoms.length);
  const geometries = geometriesOf(record, molecule.atoms.length);
  const energies = numbersOf(record, 'energies_hartree', geometries.length);
  if (energies === null) throw missingField(record, 'energies_hartree', 'one for each geometry');
  return {
    molecule,
    dihedral,
    points: geometries.map(({ angstrom }, point) => ({
      energyHartree: energies[point]!,
      geometryAngstrom: angstrom,
    })),
    gridDegrees: numbersOf(record, 'grid', geometries.length),
    chargesE: chargesOf(record, molecule),
  };
}

function dihedralOf(record: InputRecord, atomCount: number): Drive['dihedral'] {
  const field = 'dihedrals';
  const dihedrals = fieldOf(record, field);
  if (dihedrals === undefined)
    throw missingField(record, field, 'the four atoms that were turned: [[i,j,k,l]]');
  const [dihedral, ...others] = Array.isArray(dihedrals) ? (dihedrals as unknown[]) : [];
  if (others.length > 0)
    throw new FieldError(field, `there are ${others.length + 1}; drives of one dihedral are fitted`);
  const isAtom = (atom: unknown): boolean =>
    Number.isSafeInteger(atom) && (atom as number) >= 0 && (atom as number) < atomCount;
  if (!Array.isArray(dihedral) || dihedral.length !== 4 || !dihedral.every(isAtom))
    throw new FieldError(field, `it is to be [[i,j,k,l]], atoms from 0 to ${atomCount - 1}`);
  return dihedral as [number, number, number, number];
}

/** A number for each point, or null where the line has none. */
function numbersOf(record: InputRecord, field: string, count: number): number[] | null {
  const values = fieldOf(record, field) ?? null;
  if (values === null) return null;
  if (!Array.isArray(values) || values.length !== count)
    throw new FieldError(
      field,
      `it is to be a list of ${count} numbers, one for each geometry` +
        (Array.isArray(values) ? `; it has ${values.length}` : ''),
    );
  return values.map((value: unknown, point) => {
    // A grid point of one dihedral may stand as a list, as it does for more.
    const number: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (typeof number !== 'number' || !Number.isFinite(number))
      throw new FieldError(
        `${field}[${point}]`,
        `it is ${number === null ? 'null or NaN, ' : ''}not a number`,
      );
    return number;
  });
}
