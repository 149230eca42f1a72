import {
  elementSymbol,
  heavySmiles,
  loadRDKit,
  matchSmarts,
  MoleculeError,
  moleculeFromMolfile,
  moleculeFromSmiles,
  SmartsError,
  type Molecule,
} from '@bespoke/molecule';
import { engineNamed } from '@bespoke/qc-engines';
import { assignParameters, parseOffxml, SmirnoffError } from '@bespoke/smirnoff';
import type { FieldError, QcSpecification } from '@bespoke/workflow-schema';

/** What the thread is given. Exactly one of `smiles` and `molfile`. */
export interface MoleculeCheck {
  smiles: string | null;
  molfile: string | null;
  name: string;
  /** OFFXML. */
  forceField: string;
  targetTorsionSmarts: readonly string[];
  qc: QcSpecification;
}

/** The molecule as everything downstream names it, or why it is refused. */
export type CheckedMolecule =
  { mappedSmiles: string; smiles: string; name: string } | { code: string; errors: FieldError[] };

const MAX_NAMED = 8;

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
  const unreadable = unreadableSmarts(molecule, check.targetTorsionSmarts);
  if (unreadable !== null) return { code: 'unreadable-smarts', errors: [unreadable] };
  const unsupported = unsupportedByEngine(molecule, check.qc);
  if (unsupported !== null)
    return { code: 'unsupported-by-engine', errors: [{ field: moleculeField, message: unsupported }] };
  try {
    const missing = missingParameters(molecule, check.forceField);
    if (missing !== null)
      return { code: 'missing-parameters', errors: [{ field: moleculeField, message: missing }] };
  } catch (error) {
    if (!(error instanceof SmirnoffError)) throw error;
    return { code: error.code, errors: [{ field: 'forceField', message: error.message }] };
  }
  return {
    mappedSmiles: molecule.mappedSmiles,
    smiles: check.smiles ?? heavySmiles(molecule),
    name: molecule.name,
  };
}

function unreadableSmarts(molecule: Molecule, patterns: readonly string[]): FieldError | null {
  for (const [index, pattern] of patterns.entries()) {
    try {
      matchSmarts(molecule, pattern);
    } catch (error) {
      if (!(error instanceof SmartsError)) throw error;
      return { field: `targetTorsionSmarts.${index}`, message: error.message };
    }
  }
  return null;
}

/** An engine that this version does not know may be known to the pool that declares it. */
function unsupportedByEngine(molecule: Molecule, { program, method, basis }: QcSpecification): string | null {
  const elements = [...new Set(molecule.atoms.map(({ element }) => element))];
  return engineNamed(program)?.supports(method, basis ?? null, elements) ?? null;
}

function missingParameters(molecule: Molecule, forceField: string): string | null {
  const { missing } = assignParameters(parseOffxml(forceField), molecule);
  if (missing.length === 0) return null;
  const label = (atom: number): string => `${elementSymbol(molecule.atoms[atom]!.element)}${atom + 1}`;
  // An element that the force field lacks is behind all the rest.
  const unknownAtoms = missing.filter(({ section }) => section === 'vdW');
  const shown = unknownAtoms.length > 0 ? unknownAtoms : missing;
  const named = shown
    .slice(0, MAX_NAMED)
    .map(({ section, atoms }) => `${section} of ${atoms.map(label).join('-')}`);
  const more = shown.length > named.length ? ` and ${shown.length - named.length} more` : '';
  return `The base force field has no parameter for ${named.join(', ')}${more} (atoms count from 1, as in ${molecule.mappedSmiles}). Choose another base force field.`;
}
