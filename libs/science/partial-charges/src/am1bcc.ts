import { elementSymbol, formalCharge, matchSmarts, withAromaticity, type Molecule } from '@bespoke/molecule';
import { changedConnectivity, mopacAm1, type EngineRun } from '@bespoke/qc-engines';
import { am1bccAromaticity } from './aromaticity';
import { BOND_CHARGE_CORRECTIONS } from './bond-charge-corrections';
import { resonanceClasses } from './equivalence';

/** AM1-BCC has no correction for a bond of this molecule; the message names its atoms, counted from 1. */
export class MissingCorrectionError extends Error {
  readonly code = 'missing-bond-charge-correction';
  constructor(readonly bonds: readonly { atoms: readonly [number, number]; description: string }[]) {
    const names = bonds.map(({ description }) => description).join(', ');
    super(`AM1-BCC has no bond charge correction for ${names}`);
    this.name = 'MissingCorrectionError';
  }
}

/**
 * AM1-BCC charges in e (A. Jakalian, B. L. Bush, D. B. Jack, C. I. Bayly, J. Comput. Chem. 2000, 21, 132 and
 * 2002, 23, 1623): Coulson charges by MOPAC at the AM1 minimum near the geometry, plus a correction for each bond,
 * averaged over equivalent atoms. They add up to the formal charge.
 *
 * Where AM1 has no such minimum because a proton moves on the way (zwitterions with a hydrogen bond), the charges
 * are those at the geometry as it is: those of the minimum would be another molecule's.
 * @param geometryAngstrom flat, in the molecule's order of atoms
 * @throws MissingCorrectionError, and what `mopacAm1` throws
 */
export async function am1bccCharges(
  molecule: Molecule,
  geometryAngstrom: ArrayLike<number>,
  run: EngineRun,
): Promise<number[]> {
  // First, since it costs nothing.
  const corrections = bondChargeCorrections(molecule);
  const corrected = (await am1Charges(molecule, geometryAngstrom, run)).map(
    (charge, i) => charge + corrections[i]!,
  );
  // MOPAC prints six decimals.
  const rest =
    (formalCharge(molecule) - corrected.reduce((sum, charge) => sum + charge, 0)) / corrected.length;
  return averaged(
    corrected.map((charge) => charge + rest),
    resonanceClasses(molecule),
  );
}

async function am1Charges(
  molecule: Molecule,
  geometryAngstrom: ArrayLike<number>,
  run: EngineRun,
): Promise<number[]> {
  const elements = molecule.atoms.map(({ element }) => element);
  const bonds = molecule.bonds.map(({ begin, end }) => [begin, end] as const);
  const request = { elements, formalCharge: formalCharge(molecule), geometryAngstrom };
  const relaxed = await mopacAm1({ ...request, optimize: true }, run);
  return changedConnectivity(elements, bonds, geometryAngstrom, relaxed.geometryAngstrom).length === 0
    ? relaxed.chargesE
    : (await mopacAm1({ ...request, optimize: false }, run)).chargesE;
}

/**
 * What AM1-BCC adds to each atom's AM1 charge, in e.
 * @throws MissingCorrectionError
 */
export function bondChargeCorrections(molecule: Molecule): number[] {
  const aromaticity = am1bccAromaticity(molecule);
  const typed = withAromaticity(molecule, aromaticity.atoms, aromaticity.bonds);
  const sums = molecule.atoms.map(() => 0);
  const open = new Map(
    molecule.bonds.map(({ begin, end }) => [
      `${Math.min(begin, end)}-${Math.max(begin, end)}`,
      [begin, end] as const,
    ]),
  );
  for (const [smarts, correctionE] of BOND_CHARGE_CORRECTIONS) {
    if (open.size === 0) break;
    for (const [gains, loses] of matchSmarts(typed, smarts) as [number, number][]) {
      if (!open.delete(`${Math.min(gains, loses)}-${Math.max(gains, loses)}`)) continue;
      sums[gains]! += correctionE;
      sums[loses]! -= correctionE;
    }
  }
  if (open.size > 0) {
    throw new MissingCorrectionError(
      [...open.values()].map((atoms) => ({ atoms, description: describeBond(molecule, atoms) })),
    );
  }
  return sums;
}

function averaged(values: readonly number[], classes: readonly number[]): number[] {
  const members = new Map<number, number[]>();
  for (const [i, value] of values.entries()) {
    members.set(classes[i]!, [...(members.get(classes[i]!) ?? []), value]);
  }
  return classes.map((each) => {
    const same = members.get(each)!;
    return same.reduce((sum, value) => sum + value, 0) / same.length;
  });
}

function describeBond({ atoms, bonds }: Molecule, ends: readonly [number, number]): string {
  const [begin, end] = ends.map((atom) => elementSymbol(atoms[atom]!.element) + (atom + 1));
  const order = bonds.find((bond) => bond.begin === ends[0] && bond.end === ends[1])!.order;
  return `the bond ${begin}${{ 1: '-', 2: '=', 3: '#' }[order]}${end}`;
}
