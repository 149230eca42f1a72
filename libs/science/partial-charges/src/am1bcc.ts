import { elementSymbol, formalCharge, matchSmarts, withAromaticity, type Molecule } from '@bespoke/molecule';
import { mopacAm1, type EngineRun } from '@bespoke/qc-engines';
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
 * AM1-BCC charges in e (Jakalian, Bush, Jack, Bayly 2000; Jakalian, Jack, Bayly 2002): Coulson charges of the
 * AM1-relaxed geometry by MOPAC, plus a correction for each bond, averaged over equivalent atoms. They add up to
 * the formal charge.
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
  const totalCharge = formalCharge(molecule);
  const { chargesE } = await mopacAm1(
    {
      elements: molecule.atoms.map(({ element }) => element),
      formalCharge: totalCharge,
      geometryAngstrom,
      optimize: true,
    },
    run,
  );
  const corrected = chargesE.map((charge, i) => charge + corrections[i]!);
  // MOPAC prints six decimals.
  const rest = (totalCharge - corrected.reduce((sum, charge) => sum + charge, 0)) / corrected.length;
  return averaged(
    corrected.map((charge) => charge + rest),
    resonanceClasses(molecule),
  );
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
