import { ANGSTROM_PER_BOHR } from '@bespoke/units';
import { covalentRadiusAngstrom } from './covalent-radii';
import type { InternalCoordinate } from './internal-coordinates';

/** Of a linear bend and of an improper, which the paper's forms are not for; hartree/rad². */
const LINEAR_BEND = 0.1;
const IMPROPER = 0.05;

/**
 * Force constants of internal coordinates, hartree/bohr² and hartree/rad²: the diagonal of the model Hessian of
 * Fischer and Almlöf, J. Phys. Chem. 96, 9768 (1992), table VI, with the radii of Cordero.
 */
export function modelForceConstants(
  elements: readonly number[],
  bonds: readonly (readonly [number, number])[],
  coordinates: readonly InternalCoordinate[],
  x: Float64Array,
): Float64Array {
  const radii = elements.map((element) => covalentRadiusAngstrom(element) / ANGSTROM_PER_BOHR);
  const bondCounts = elements.map((_, atom) => bonds.filter((bond) => bond.includes(atom)).length);
  const covalent = (i: number, j: number) => radii[i]! + radii[j]!;
  const excess = (i: number, j: number) => distance(x, i, j) - covalent(i, j);
  return Float64Array.from(coordinates, ({ kind, atoms }) => {
    const [i, j, k] = atoms as readonly [number, number, number];
    switch (kind) {
      case 'stretch':
        return 0.3601 * Math.exp(-1.944 * excess(i, j));
      case 'bend':
        return (
          0.089 +
          0.11 * (covalent(i, j) * covalent(j, k)) ** 0.42 * Math.exp(-0.44 * (excess(i, j) + excess(j, k)))
        );
      case 'torsion': {
        const otherBonds = bondCounts[j]! + bondCounts[k]! - 2;
        const length = distance(x, j, k);
        return (
          0.0015 + (14 * otherBonds ** 0.57 * Math.exp(-2.85 * excess(j, k))) / (length * covalent(j, k)) ** 4
        );
      }
      case 'linear-bend':
        return LINEAR_BEND;
      case 'improper':
        return IMPROPER;
    }
  });
}

function distance(x: Float64Array, i: number, j: number): number {
  return Math.hypot(x[3 * i]! - x[3 * j]!, x[3 * i + 1]! - x[3 * j + 1]!, x[3 * i + 2]! - x[3 * j + 2]!);
}
