import { fragmentMolecule, targetBonds, TargetSmartsError } from '@bespoke/fragmentation';
import {
  atomName,
  geometryFaults,
  geometryFaultText,
  heavySmiles,
  loadRDKit,
  MoleculeError,
  moleculeFromMolfile,
  moleculeFromSmiles,
  SmartsError,
  type Molecule,
} from '@bespoke/molecule';
import {
  forceFieldChargesProgram,
  forceFieldChargesUnsupported,
  type ChargeErrorCode,
  type ChargeModelName,
} from '@bespoke/partial-charges';
import { engineNamed } from '@bespoke/qc-engines';
import { assignParameters, parseOffxml, SmirnoffError, type ForceField } from '@bespoke/smirnoff';
import type { FieldError, Fragmentation, QcSpecification, StartConformer } from '@bespoke/workflow-schema';

/** What the thread is given. Exactly one of `smiles` and `molfile`. */
export interface MoleculeCheck {
  smiles: string | null;
  molfile: string | null;
  name: string;
  /** OFFXML. */
  forceField: string;
  fragmentation: Fragmentation;
  targetTorsionSmarts: readonly string[];
  /** Every level of theory that its fragments are computed at. */
  levels: QcSpecification[];
  /** Null follows the force field. */
  chargeModel: ChargeModelName | null;
}

/** The molecule as everything downstream names it, or why it is refused. */
export type CheckedMolecule =
  | {
      mappedSmiles: string;
      smiles: string;
      name: string;
      startConformer: StartConformer | null;
      /** What the charges of its fragments are made by; null where none is needed. */
      chargeProgram: string | null;
    }
  | { code: string; errors: FieldError[] };

const MAX_NAMED = 8;
/** A start need not be better, and a key should not depend on what a program's last digits are. */
const CONFORMER_STEPS_PER_ANGSTROM = 1e4;

/** Everything about a submission that takes chemistry to judge. Runs in a thread of its own. */
export default async function checkMolecule(check: MoleculeCheck): Promise<CheckedMolecule> {
  await loadRDKit();
  const moleculeField = check.smiles !== null ? 'smiles' : 'molfile';
  let molecule: Molecule;
  try {
    molecule =
      check.smiles !== null
        ? moleculeFromSmiles(check.smiles, check.name)
        : moleculeFromMolfile(check.molfile!, check.name);
  } catch (error) {
    if (!(error instanceof MoleculeError)) throw error;
    return { code: `molecule-${error.code}`, errors: [{ field: moleculeField, message: error.message }] };
  }
  const misplaced = misplacedAtoms(molecule);
  if (misplaced !== null)
    return { code: 'impossible-geometry', errors: [{ field: moleculeField, message: misplaced }] };
  const unusable = unusableSmarts(molecule, check.targetTorsionSmarts);
  if (unusable !== null) return unusable;
  const unsupported = check.levels.flatMap((qc) => unsupportedByEngine(molecule, qc) ?? []);
  if (unsupported.length > 0) {
    const errors = unsupported.map(({ of, message }) => ({
      field: of === 'level' ? 'workflow' : moleculeField,
      message,
    }));
    return { code: 'unsupported-by-engine', errors };
  }
  let chargeProgram: string | null;
  try {
    const forceField = parseOffxml(check.forceField);
    const missing = missingParameters(molecule, forceField);
    if (missing !== null)
      return { code: 'missing-parameters', errors: [{ field: moleculeField, message: missing }] };
    const charges = await checkCharges(molecule, forceField, check);
    if ('code' in charges) {
      const field = charges.code === 'unsupported-by-charge-model' ? moleculeField : 'forceField';
      return { code: charges.code, errors: [{ field, message: charges.message }] };
    }
    chargeProgram = charges.program;
  } catch (error) {
    if (!(error instanceof SmirnoffError)) throw error;
    return { code: error.code, errors: [{ field: 'forceField', message: error.message }] };
  }
  return {
    mappedSmiles: molecule.mappedSmiles,
    smiles: check.smiles ?? heavySmiles(molecule),
    name: molecule.name,
    startConformer:
      molecule.conformerAngstrom &&
      Array.from(
        molecule.conformerAngstrom,
        (coordinate) => Math.round(coordinate * CONFORMER_STEPS_PER_ANGSTROM) / CONFORMER_STEPS_PER_ANGSTROM,
      ),
    chargeProgram,
  };
}

/** Coordinates of another molecule, or in another unit, would be found only by a scan that fails or misleads. */
function misplacedAtoms(molecule: Molecule): string | null {
  if (molecule.conformerAngstrom === null) return null;
  const faults = geometryFaults(molecule, molecule.conformerAngstrom);
  if (faults.length === 0) return null;
  const places = faults.map((fault) => geometryFaultText(molecule, fault));
  return `The coordinates are not those of the molecule: ${listed(molecule, places)}. Give a three-dimensional structure in angstrom, or a SMILES.`;
}

function unusableSmarts(
  molecule: Molecule,
  patterns: readonly string[],
): { code: string; errors: FieldError[] } | null {
  for (const [index, pattern] of patterns.entries()) {
    try {
      targetBonds(molecule, [pattern]);
    } catch (error) {
      if (!(error instanceof SmartsError || error instanceof TargetSmartsError)) throw error;
      const code = error instanceof SmartsError ? 'unreadable-smarts' : error.code;
      return { code, errors: [{ field: `targetTorsionSmarts.${index}`, message: error.message }] };
    }
  }
  return null;
}

/** An engine that this version does not know may be known to the pool that declares it. */
function unsupportedByEngine(
  molecule: Molecule,
  qc: QcSpecification,
): { of: 'level' | 'molecule'; message: string } | null {
  const supports = (elements: readonly number[]): string | null =>
    engineNamed(qc.program)?.supports({ ...qc, basis: qc.basis ?? null }, elements) ?? null;
  const ofLevel = supports([]);
  if (ofLevel !== null) return { of: 'level', message: ofLevel };
  const message = supports(molecule.atoms.map(({ element }) => element));
  return message === null ? null : { of: 'molecule', message };
}

function missingParameters(molecule: Molecule, forceField: ForceField): string | null {
  const { missing } = assignParameters(forceField, molecule);
  if (missing.length === 0) return null;
  // An element that the force field lacks is behind all the rest.
  const unknownAtoms = missing.filter(({ section }) => section === 'vdW');
  const shown = unknownAtoms.length > 0 ? unknownAtoms : missing;
  const names = shown.map(({ section, atoms }) => `${section} of ${labelled(molecule, atoms)}`);
  return `The base force field has no parameter for ${listed(molecule, names)}. Choose another base force field.`;
}

/**
 * What makes the charges of the fragments that will be driven, or why they can't be made; they are needed only after
 * QC. Fragments that grow until their bond orders are right are taken as they are at first, for here are no bond orders.
 */
async function checkCharges(
  molecule: Molecule,
  forceField: ForceField,
  { fragmentation, targetTorsionSmarts, chargeModel: override }: MoleculeCheck,
): Promise<{ program: string | null } | { code: ChargeErrorCode; message: string }> {
  let program: string | null = null;
  const reasons = new Set<string>();
  const scheme = fragmentation.scheme === 'none' ? 'none' : 'pfizer';
  for (const fragment of await fragmentMolecule(molecule, { scheme, targetTorsionSmarts })) {
    const { parentAtoms } = fragment.occurrences[0]!;
    // What caps a cut has no number in the molecule.
    const nameOf = (atom: number): string =>
      parentAtoms[atom] === null ? 'H' : atomName(molecule, parentAtoms[atom]!);
    const request = { forceField, molecule: fragment.molecule, override };
    const error = forceFieldChargesUnsupported(request, nameOf);
    if (error === null) program ??= forceFieldChargesProgram(request);
    else if (error.code === 'unsupported-by-charge-model') reasons.add(error.message);
    else return { code: error.code, message: error.message };
  }
  if (reasons.size === 0) return { program };
  const message = `No charges can be made: ${listed(molecule, [...reasons])}. Choose another charge model (chargeModel in the workflow), or a force field that wants another one.`;
  return { code: 'unsupported-by-charge-model', message };
}

/** As in "P4-O5". */
function labelled(molecule: Molecule, indices: readonly number[]): string {
  return indices.map((index) => atomName(molecule, index)).join('-');
}

function listed({ mappedSmiles }: Molecule, names: readonly string[]): string {
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  return `${names.slice(0, MAX_NAMED).join(', ')}${more} (atoms count from 1, as in ${mappedSmiles})`;
}
