import { ProgramNotFoundError } from '@bespoke/child-process';
import { formalCharge, type Molecule } from '@bespoke/molecule';
import type { EngineRun } from '@bespoke/qc-engines';
import { chargeIncrements, libraryCharges, wantedChargeModel, type ForceField } from '@bespoke/smirnoff';
import { am1Mulliken } from './am1bcc';
import { ChargeError } from './charge-error';
import type { ChargeModel, ChargeProvenance } from './charge-model';
import { chargeModelNamed, chargeModels, type ChargeModelName } from './charge-models';

/** Charges that a force field states may miss the formal charge by this much, e; the OpenFF toolkit allows as much. */
const MAX_CHARGE_ERROR_E = 0.01;

export interface ForceFieldChargeRequest {
  forceField: ForceField;
  molecule: Molecule;
  /** The model to be used whatever the force field says; null, or nothing, follows the force field. */
  override?: ChargeModelName | null;
}

export interface ForceFieldCharges {
  /** In the molecule's order of atoms; they add up to its formal charge. */
  chargesE: number[];
  /** The charge model that was run; null where all charges are figures of the force field. */
  model: string | null;
  provenance: ChargeProvenance;
  /** Whether the force field itself asks for other charges: a simulation must then be given these. */
  overridden: boolean;
}

/** Figures of the force field, or a model, or both: a model's charges and what the force field adds to them. */
interface ChargeSource {
  figuresE: number[] | null;
  model: ChargeModel | null;
}

/**
 * The one rule for a molecule's charges: the model that overrides the force field; else its library charges, where
 * they cover every atom; else what it names first of NAGL, charge increments on a base model, and AM1-BCC.
 */
function chargeSource({ forceField, molecule, override = null }: ForceFieldChargeRequest): ChargeSource {
  if (override !== null) return { figuresE: null, model: modelNamed(override) };
  const library = libraryCharges(forceField, molecule);
  if (library !== null) {
    return { figuresE: addingUpTo(formalCharge(molecule), library, 'library charges'), model: null };
  }
  const wanted = wantedChargeModel(forceField);
  switch (wanted.model) {
    case 'nagl':
      return { figuresE: null, model: modelOfFile(wanted.file) };
    case 'am1bcc':
      return { figuresE: null, model: modelNamed('am1bcc') };
    case 'charge-increments': {
      const incrementsE = addingUpTo(0, chargeIncrements(forceField, molecule), 'charge increments');
      return onBase(molecule, incrementsE, wanted.baseMethod);
    }
    case 'none':
      throw new ChargeError(
        'no-charge-model',
        'The force field names no charge model. Choose one (chargeModel in the workflow), or another force field.',
      );
  }
}

function onBase(molecule: Molecule, incrementsE: number[], baseMethod: string): ChargeSource {
  switch (baseMethod.toLowerCase()) {
    case 'am1-mulliken':
      return { figuresE: incrementsE, model: am1Mulliken };
    case 'am1bcc':
      return { figuresE: incrementsE, model: modelNamed('am1bcc') };
    case 'am1bccelf10':
      return { figuresE: incrementsE, model: modelNamed('am1bcc-elf10') };
    case 'formal_charge':
      return { figuresE: molecule.atoms.map((atom, i) => atom.formalCharge + incrementsE[i]!), model: null };
    default:
      throw new ChargeError(
        'no-charge-model',
        `The force field adds its charge increments to ${baseMethod} charges, which cannot be made here. ` +
          'Choose a charge model (chargeModel in the workflow), or another force field.',
      );
  }
}

function modelNamed(name: string): ChargeModel {
  const model = chargeModelNamed(name);
  if (model) return model;
  throw new ChargeError('no-charge-model', `There is no charge model ${name}.`);
}

function modelOfFile(file: string): ChargeModel {
  const model = chargeModels.find((candidate) => candidate.modelFile === file);
  if (model) return model;
  throw new ChargeError(
    'no-charge-model',
    `The force field wants the charges of ${file}, which is not among the models here. ` +
      'Choose a charge model (chargeModel in the workflow), or another force field.',
  );
}

/**
 * Why a molecule would get no charges, or null if it would. Cheap: no program is run.
 * @param nameOf as in `ChargeModel.unsupported`
 * @throws SmirnoffError
 */
export function forceFieldChargesUnsupported(
  request: ForceFieldChargeRequest,
  nameOf?: (atom: number) => string,
): ChargeError | null {
  try {
    const reason = chargeSource(request).model?.unsupported(request.molecule, nameOf) ?? null;
    return reason === null ? null : new ChargeError('unsupported-by-charge-model', reason);
  } catch (error) {
    if (error instanceof ChargeError) return error;
    throw error;
  }
}

/**
 * The program that makes a molecule's charges, null where none is needed. Cheap: it is not run.
 * @throws ChargeError, SmirnoffError
 */
export function forceFieldChargesProgram(request: ForceFieldChargeRequest): ChargeModel['program'] {
  return chargeSource(request).model?.program ?? null;
}

/**
 * The charges that a molecule has in a simulation with this force field, and what made them.
 * @param geometryAngstrom as in `ChargeModel.charges`
 * @throws ChargeError, SmirnoffError, ProgramNotFoundError, what the model's programs throw
 */
export async function forceFieldCharges(
  request: ForceFieldChargeRequest,
  geometryAngstrom: ArrayLike<number> | null,
  run: EngineRun,
): Promise<ForceFieldCharges> {
  const { figuresE, model } = chargeSource(request);
  const overridden = isOverridden(request);
  if (model === null) return { chargesE: figuresE!, model, provenance: chargesOfTheForceField, overridden };
  const provenance = await model.provenance();
  if (provenance === null) throw new ProgramNotFoundError('mopac');
  const chargesE = await model.charges(request.molecule, geometryAngstrom, run);
  if (figuresE === null) return { chargesE, model: model.name, provenance, overridden };
  return {
    chargesE: chargesE.map((charge, i) => charge + figuresE[i]!),
    model: model.name,
    provenance: { ...provenance, method: `charge increments on ${provenance.method}` },
    overridden,
  };
}

/** To name the model that the force field asks for anyway overrides nothing. */
function isOverridden(request: ForceFieldChargeRequest): boolean {
  const { override = null } = request;
  if (override === null) return false;
  try {
    const own = chargeSource({ ...request, override: null });
    return own.figuresE !== null || own.model?.name !== override;
  } catch (error) {
    if (error instanceof ChargeError) return true;
    throw error;
  }
}

/** Of charges that no program made. */
export const chargesOfTheForceField: ChargeProvenance = {
  method: 'charges of the force field',
  program: 'force field',
  version: 'as given',
  settings: 'library charges, or increments on formal charges',
};

function addingUpTo(totalE: number, chargesE: number[], what: string): number[] {
  const sum = chargesE.reduce((total, charge) => total + charge, 0);
  if (Math.abs(sum - totalE) <= MAX_CHARGE_ERROR_E) return chargesE;
  throw new ChargeError(
    'charges-do-not-add-up',
    `The ${what} of the force field add up to ${sum.toFixed(4)} e on this molecule, and should to ${totalE}. Correct them in the force field.`,
  );
}
