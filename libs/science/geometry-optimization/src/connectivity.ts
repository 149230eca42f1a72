import { elementSymbol } from '@bespoke/molecule';
import { covalentRadiusAngstrom } from './covalent-radii';

/** Two atoms are taken for bonded up to this multiple of the sum of their covalent radii. */
const BOND_FACTOR = 1.2;

export interface BondChange {
  kind: 'broken' | 'formed';
  atoms: [number, number];
}

/** Where a geometry's distances contradict a molecule's bonds. */
function bondChanges(
  elements: readonly number[],
  bonds: readonly (readonly [number, number])[],
  geometryAngstrom: ArrayLike<number>,
): BondChange[] {
  const bonded = new Set(bonds.map(([i, j]) => Math.min(i, j) * elements.length + Math.max(i, j)));
  const radii = elements.map(covalentRadiusAngstrom);
  const changes: BondChange[] = [];
  for (let i = 0; i < elements.length; i++) {
    for (let j = i + 1; j < elements.length; j++) {
      const distance = Math.hypot(
        geometryAngstrom[3 * i]! - geometryAngstrom[3 * j]!,
        geometryAngstrom[3 * i + 1]! - geometryAngstrom[3 * j + 1]!,
        geometryAngstrom[3 * i + 2]! - geometryAngstrom[3 * j + 2]!,
      );
      const near = distance < BOND_FACTOR * (radii[i]! + radii[j]!);
      if (near !== bonded.has(i * elements.length + j)) {
        changes.push({ kind: near ? 'formed' : 'broken', atoms: [i, j] });
      }
    }
  }
  return changes;
}

/**
 * What a calculation did to a molecule's bonds: those that are broken at its end, and those that formed on the
 * way. (Atoms of a cage may be as near as bonded ones from the start.)
 */
export function changedConnectivity(
  elements: readonly number[],
  bonds: readonly (readonly [number, number])[],
  startAngstrom: ArrayLike<number>,
  endAngstrom: ArrayLike<number>,
): BondChange[] {
  const before = new Set(bondChanges(elements, bonds, startAngstrom).map(({ atoms }) => atoms.join()));
  return bondChanges(elements, bonds, endAngstrom).filter(
    ({ kind, atoms }) => kind === 'broken' || !before.has(atoms.join()),
  );
}

/** As in "C3-H8 broken, O1-H8 formed"; atoms counted from 1. */
export function describeBondChanges(elements: readonly number[], changes: readonly BondChange[]): string {
  return changes
    .map(({ kind, atoms }) => `${atoms.map((i) => elementSymbol(elements[i]!) + (i + 1)).join('-')} ${kind}`)
    .join(', ');
}
