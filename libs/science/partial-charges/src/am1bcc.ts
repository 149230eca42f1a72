import { changedConnectivity } from '@bespoke/geometry-optimization';
import {
  atomName,
  bondBetween,
  formalCharge,
  generateConformers,
  matchSmarts,
  resonanceClasses,
  withAromaticity,
  type Molecule,
} from '@bespoke/molecule';
import {
  CONFORMATION_KEEPING_GRADIENT_NORM,
  mopacAm1,
  probeMopac,
  type EngineRun,
} from '@bespoke/qc-engines';
import { am1bccAromaticity } from './aromaticity';
import { BOND_CHARGE_CORRECTIONS } from './bond-charge-corrections';
import { ChargeError } from './charge-error';
import type { ChargeModel, ChargeProvenance } from './charge-model';
import { leastInteractingFirst } from './conformer-choice';

/**
 * AM1-BCC charges in e (A. Jakalian, B. L. Bush, D. B. Jack, C. I. Bayly, J. Comput. Chem. 2000, 21, 132 and
 * 2002, 23, 1623): Coulson charges by MOPAC on the geometry, relaxed with AM1 but in its conformation, plus a correction for each bond,
 * averaged over equivalent atoms. They add up to the formal charge.
 *
 * Where a proton moves on the way (zwitterions with a hydrogen bond), the charges are those at the geometry as it is:
 * those of the relaxed one would be another molecule's.
 * @param geometryAngstrom flat, in the molecule's order of atoms
 * @throws ChargeError unsupported-by-charge-model, and what `mopacAm1` throws
 */
export async function am1bccCharges(
  molecule: Molecule,
  geometryAngstrom: ArrayLike<number>,
  run: EngineRun,
): Promise<number[]> {
  // First, since it costs nothing.
  const corrections = bondChargeCorrections(molecule);
  const am1 = await am1Charges(molecule, geometryAngstrom, run);
  return symmetric(
    molecule,
    am1.map((charge, i) => charge + corrections[i]!),
  );
}

/** Charges that add up to the formal charge, which MOPAC's six decimals do not quite, and are equal where atoms are. */
function symmetric(molecule: Molecule, chargesE: readonly number[]): number[] {
  const sum = chargesE.reduce((total, charge) => total + charge, 0);
  const rest = (formalCharge(molecule) - sum) / chargesE.length;
  return averaged(
    chargesE.map((charge) => charge + rest),
    resonanceClasses(molecule),
  );
}

async function am1Charges(
  molecule: Molecule,
  geometryAngstrom: ArrayLike<number>,
  run: EngineRun,
): Promise<number[]> {
  const request = am1Request(molecule, geometryAngstrom);
  const bonds = molecule.bonds.map(({ begin, end }) => [begin, end] as const);
  const relaxed = await mopacAm1(
    { ...request, relaxToGradientNorm: CONFORMATION_KEEPING_GRADIENT_NORM },
    run,
  );
  return changedConnectivity(request.elements, bonds, geometryAngstrom, relaxed.geometryAngstrom).length === 0
    ? relaxed.chargesE
    : (await mopacAm1({ ...request, relaxToGradientNorm: null }, run)).chargesE;
}

function am1Request(molecule: Molecule, geometryAngstrom: ArrayLike<number>) {
  const elements = molecule.atoms.map(({ element }) => element);
  return { elements, formalCharge: formalCharge(molecule), geometryAngstrom };
}

/**
 * What AM1-BCC adds to each atom's AM1 charge, in e.
 * @throws ChargeError unsupported-by-charge-model
 */
export function bondChargeCorrections(molecule: Molecule): number[] {
  const { sumsE, uncorrected } = correctBonds(molecule);
  if (uncorrected.length === 0) return sumsE;
  throw new ChargeError('unsupported-by-charge-model', missingCorrections(molecule, uncorrected));
}

/** The corrections' sum of each atom, in e, and the bonds for which there is none. */
function correctBonds(molecule: Molecule): { sumsE: number[]; uncorrected: [number, number][] } {
  const aromaticity = am1bccAromaticity(molecule);
  const typed = withAromaticity(molecule, aromaticity.atoms, aromaticity.bonds);
  const sumsE = molecule.atoms.map(() => 0);
  const open = new Map(
    molecule.bonds.map(({ begin, end }): [string, [number, number]] => [
      `${Math.min(begin, end)}-${Math.max(begin, end)}`,
      [begin, end],
    ]),
  );
  for (const [smarts, correctionE] of BOND_CHARGE_CORRECTIONS) {
    if (open.size === 0) break;
    for (const [gains, loses] of matchSmarts(typed, smarts) as [number, number][]) {
      if (!open.delete(`${Math.min(gains, loses)}-${Math.max(gains, loses)}`)) continue;
      sumsE[gains]! += correctionE;
      sumsE[loses]! -= correctionE;
    }
  }
  return { sumsE, uncorrected: [...open.values()] };
}

function missingCorrections(
  molecule: Molecule,
  bonds: readonly (readonly [number, number])[],
  nameOf = (atom: number) => atomName(molecule, atom),
): string {
  const names = bonds.map(
    ([begin, end]) =>
      `${nameOf(begin)}${{ 1: '-', 2: '=', 3: '#' }[bondBetween(molecule, begin, end)!.order]}${nameOf(end)}`,
  );
  return `AM1-BCC has no bond charge correction for the bond ${[...new Set(names)].join(', ')}`;
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

/** To choose one from, where no geometry is given. */
const MAX_CONFORMERS = 10;
const SETTINGS = 'one conformation, relaxed with AM1; equivalent atoms averaged';

async function mopacProvenance(method: string, settings: string): Promise<ChargeProvenance | null> {
  const mopac = await probeMopac();
  return mopac && { method, program: 'mopac', version: mopac.version, settings };
}

/**
 * Conformers, those first whose polar groups interact least: by the AM1 charges of the first one as it is.
 * @throws MoleculeError, what `mopacAm1` throws
 */
export async function conformersForCharges(
  molecule: Molecule,
  maxConformers: number,
  run: EngineRun,
): Promise<Float64Array[]> {
  const conformers = generateConformers(molecule, { maxConformers, seed: 1 });
  if (conformers.length === 1) return conformers;
  const { chargesE } = await mopacAm1(
    { ...am1Request(molecule, conformers[0]!), relaxToGradientNorm: null },
    run,
  );
  return leastInteractingFirst(molecule, conformers, chargesE);
}

async function conformerForCharges(molecule: Molecule, run: EngineRun): Promise<Float64Array> {
  return (await conformersForCharges(molecule, MAX_CONFORMERS, run))[0]!;
}

/** AM1-BCC on one geometry: the one it is given, or of some conformers the one that interacts least with itself. */
export const am1bcc: ChargeModel<'am1bcc'> = {
  name: 'am1bcc',
  method: 'AM1-BCC',
  modelFile: null,
  program: 'mopac',
  unsupported(molecule, nameOf) {
    const { uncorrected } = correctBonds(molecule);
    return uncorrected.length === 0 ? null : missingCorrections(molecule, uncorrected, nameOf);
  },
  provenance: () => mopacProvenance('AM1-BCC', SETTINGS),
  async charges(molecule, geometryAngstrom, run) {
    // First, since it costs nothing.
    bondChargeCorrections(molecule);
    return am1bccCharges(molecule, geometryAngstrom ?? (await conformerForCharges(molecule, run)), run);
  },
};

/** AM1 charges as they are: a base for a force field's charge increments, and no model of its own. */
export const am1Mulliken: ChargeModel<'am1-mulliken'> = {
  name: 'am1-mulliken',
  method: 'AM1-Mulliken',
  modelFile: null,
  program: 'mopac',
  unsupported: () => null,
  provenance: () => mopacProvenance('AM1-Mulliken', SETTINGS),
  async charges(molecule, geometryAngstrom, run) {
    const geometry = geometryAngstrom ?? (await conformerForCharges(molecule, run));
    return symmetric(molecule, await am1Charges(molecule, geometry, run));
  },
};
