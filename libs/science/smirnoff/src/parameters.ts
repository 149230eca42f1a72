import type { TorsionTerm } from './assignment';
import { childElements, sectionsNamed, type ForceField, type XmlElement } from './offxml';
import { quantityIn } from './quantity';
import { SmirnoffError } from './smirnoff-error';

// The sections of a force field as numbers, checked to be of the functional forms that are computed here.

interface Parameter {
  smirks: string;
  id: string;
}

export interface BondParameter extends Parameter {
  kKcalPerMolPerAngstrom2: number;
  lengthAngstrom: number;
}

export interface AngleParameter extends Parameter {
  kKcalPerMolPerRadian2: number;
  angleDegrees: number;
}

export interface TorsionParameter extends Parameter {
  terms: readonly TorsionTerm[];
}

export interface VdwParameter extends Parameter {
  epsilonKcalPerMol: number;
  rminHalfAngstrom: number;
}

export interface LibraryCharge extends Parameter {
  /** For the atoms :1, :2, … of the pattern. */
  chargesE: number[];
}

/** Parameters in the order of the file: of those that match, the last one wins. */
export interface ForceFieldParameters {
  bonds: BondParameter[];
  angles: AngleParameter[];
  propers: TorsionParameter[];
  impropers: TorsionParameter[];
  vdw: VdwParameter[];
  libraryCharges: LibraryCharge[];
  scale14: { vdw: number; electrostatics: number };
}

const parametersOf = new WeakMap<ForceField, ForceFieldParameters>();

/** @throws SmirnoffError unsupported-force-field, unreadable-quantity */
export function forceFieldParameters(forceField: ForceField): ForceFieldParameters {
  let parameters = parametersOf.get(forceField);
  if (parameters === undefined) {
    parameters = readParameters(forceField);
    parametersOf.set(forceField, parameters);
  }
  return parameters;
}

/** Sections that are read elsewhere, or that change nothing in an energy of one molecule in vacuum. */
const OTHER_SECTIONS = [
  'Author',
  'Date',
  'Constraints',
  'ToolkitAM1BCC',
  'NAGLCharges',
  'ChargeIncrementModel',
];
const ENERGY_SECTIONS = [
  'Bonds',
  'Angles',
  'ProperTorsions',
  'ImproperTorsions',
  'vdW',
  'Electrostatics',
  'LibraryCharges',
];

const TORSION_FORM = { potential: ['k*(1+cos(periodicity*theta-phase))'] };

function readParameters(forceField: ForceField): ForceFieldParameters {
  const model = forceField.root.attributes['aromaticity_model'];
  if (model !== 'OEAroModel_MDL') {
    throw unsupported(`its aromaticity model is ${model ?? 'not given'}; OEAroModel_MDL is computed`);
  }
  for (const { name } of childElements(forceField.root)) {
    if (!ENERGY_SECTIONS.includes(name) && !OTHER_SECTIONS.includes(name)) {
      throw unsupported(`its section ${name} is not computed`);
    }
  }
  return {
    bonds: read(forceField, 'Bonds', { potential: ['harmonic', '(k/2)*(r-length)^2'] }, bondParameter),
    angles: read(forceField, 'Angles', { potential: ['harmonic'] }, angleParameter),
    propers: read(forceField, 'ProperTorsions', TORSION_FORM, (parameter, section) =>
      torsionParameter(parameter, properIdivf(section)),
    ),
    impropers: read(forceField, 'ImproperTorsions', TORSION_FORM, (parameter, section) =>
      torsionParameter(parameter, improperIdivf(section)),
    ),
    vdw: read(forceField, 'vdW', VDW_FORM, vdwParameter),
    libraryCharges: read(forceField, 'LibraryCharges', {}, libraryCharge),
    scale14: {
      vdw: scale14(forceField, 'vdW', 0.5),
      electrostatics: scale14(forceField, 'Electrostatics', 0.8333333333),
    },
  };
}

const VDW_FORM = {
  potential: ['Lennard-Jones-12-6'],
  combining_rules: ['Lorentz-Berthelot'],
  scale12: ['0.0'],
  scale13: ['0.0'],
  scale15: ['1.0'],
};

/** Reads a section; an attribute that `form` names must, where it is given, have one of the values there. */
function read<P>(
  forceField: ForceField,
  name: string,
  form: Record<string, readonly string[]>,
  parameter: (element: XmlElement, section: XmlElement) => P,
): P[] {
  return sectionsNamed(forceField, name).flatMap((section) => {
    for (const [attribute, expected] of Object.entries(form)) {
      const given = section.attributes[attribute];
      if (given !== undefined && !expected.some((value) => sameText(given, value))) {
        throw unsupported(`${attribute} of ${name} is ${given}; ${expected.join(' or ')} is computed`);
      }
    }
    return childElements(section).map((element) => parameter(element, section));
  });
}

function sameText(given: string, expected: string): boolean {
  return (
    given.toLowerCase() === expected.toLowerCase() ||
    (given.trim() !== '' && Number(given) === Number(expected))
  );
}

function bondParameter(element: XmlElement): BondParameter {
  return {
    ...named(element),
    kKcalPerMolPerAngstrom2: quantity(element, 'k', 'kilocalorie_per_mole / angstrom ** 2'),
    lengthAngstrom: quantity(element, 'length', 'angstrom'),
  };
}

function angleParameter(element: XmlElement): AngleParameter {
  return {
    ...named(element),
    kKcalPerMolPerRadian2: quantity(element, 'k', 'kilocalorie_per_mole / radian ** 2'),
    angleDegrees: quantity(element, 'angle', 'degree'),
  };
}

function torsionParameter(element: XmlElement, defaultIdivf: number | null): TorsionParameter {
  const { attributes } = element;
  const terms: TorsionTerm[] = [];
  for (let n = 1; attributes[`periodicity${n}`] !== undefined; n += 1) {
    const idivf =
      attributes[`idivf${n}`] === undefined ? defaultIdivf : quantity(element, `idivf${n}`, 'dimensionless');
    if (idivf === null) {
      throw unsupported(`${describe(element)} has no idivf${n}, and the section's default for it is "auto"`);
    }
    terms.push({
      periodicity: quantity(element, `periodicity${n}`, 'dimensionless'),
      phaseDegrees: quantity(element, `phase${n}`, 'degree'),
      kKcalPerMol: quantity(element, `k${n}`, 'kilocalorie_per_mole'),
      idivf,
    });
  }
  return { ...named(element), terms };
}

/** SMIRNOFF leaves "auto" undefined for proper torsions. */
function properIdivf(section: XmlElement): number | null {
  const given = section.attributes['default_idivf'] ?? 'auto';
  return given === 'auto' ? null : quantityIn('dimensionless', given);
}

/** "auto" for impropers: the number of dihedrals that each is summed over. */
function improperIdivf(section: XmlElement): number {
  return properIdivf(section) ?? 3;
}

function vdwParameter(element: XmlElement): VdwParameter {
  const rminHalfAngstrom =
    element.attributes['sigma'] === undefined
      ? quantity(element, 'rmin_half', 'angstrom')
      : quantity(element, 'sigma', 'angstrom') * 2 ** (1 / 6 - 1);
  return {
    ...named(element),
    epsilonKcalPerMol: quantity(element, 'epsilon', 'kilocalorie_per_mole'),
    rminHalfAngstrom,
  };
}

function libraryCharge(element: XmlElement): LibraryCharge {
  const chargesE: number[] = [];
  for (let n = 1; element.attributes[`charge${n}`] !== undefined; n += 1) {
    chargesE.push(quantity(element, `charge${n}`, 'elementary_charge'));
  }
  return { ...named(element), chargesE };
}

function scale14(forceField: ForceField, name: string, otherwise: number): number {
  const section = sectionsNamed(forceField, name)[0];
  return section?.attributes['scale14'] === undefined
    ? otherwise
    : quantity(section, 'scale14', 'dimensionless');
}

/** Parameters without an id are known by their pattern. */
function named(element: XmlElement): Parameter {
  const smirks = element.attributes['smirks'];
  if (smirks === undefined) {
    throw unsupported(`a ${element.name} in it has no smirks`);
  }
  const interpolated = Object.keys(element.attributes).find((name) => /^(k\d*|length)_bondorder/.test(name));
  if (interpolated !== undefined) {
    throw unsupported(
      `${describe(element)} has ${interpolated}; interpolation over bond orders is not computed`,
    );
  }
  return { smirks, id: element.attributes['id'] ?? smirks };
}

function quantity(element: XmlElement, attribute: string, unit: string): number {
  const text = element.attributes[attribute];
  if (text === undefined) {
    throw unsupported(`${describe(element)} has no ${attribute}`);
  }
  try {
    return quantityIn(unit, text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SmirnoffError('unreadable-quantity', `${attribute} of ${describe(element)}: ${why}`, { cause });
  }
}

function describe(element: XmlElement): string {
  const { id, smirks } = element.attributes;
  return [element.name, id, smirks].filter((part) => part !== undefined).join(' ');
}

function unsupported(why: string): SmirnoffError {
  return new SmirnoffError('unsupported-force-field', `This force field can't be used: ${why}.`);
}
