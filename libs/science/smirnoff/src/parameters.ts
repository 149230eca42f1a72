import type { TorsionTerm } from './assignment';
import { requireAromaticityModel } from './aromaticity-model';
import { type ByBondOrder } from './bond-orders';
import { sectionsNamed, type ForceField, type XmlElement } from './offxml';
import { quantityIn } from './quantity';
import { describe, parametersIn, unsupported, type Parameter, type ParameterSection } from './sections';
import { patternTags } from './smirks-graph';
import { SmirnoffError } from './smirnoff-error';

// The sections of a force field as numbers, checked to be of the functional forms that are computed here.

export interface BondParameter extends Parameter {
  kKcalPerMolPerAngstrom2: ByBondOrder;
  lengthAngstrom: ByBondOrder;
}

export interface AngleParameter extends Parameter {
  kKcalPerMolPerRadian2: number;
  angleDegrees: number;
}

export interface TorsionParameter extends Parameter {
  terms: readonly TorsionTerm[];
}

/** Its k may hang on the order of the central bond. */
export interface ProperParameter extends Parameter {
  terms: readonly (Omit<TorsionTerm, 'kKcalPerMol'> & { kKcalPerMol: ByBondOrder })[];
}

export interface VdwParameter extends Parameter {
  epsilonKcalPerMol: number;
  rminHalfAngstrom: number;
}

export interface LibraryCharge extends Parameter {
  /** For the atoms :1, :2, … of the pattern. */
  chargesE: number[];
}

export interface ChargeIncrement extends Parameter {
  /** For the atoms :1, :2, … of the pattern. */
  incrementsE: number[];
}

export interface Constraint extends Parameter {
  /** null: the length of the bond. */
  distanceAngstrom: number | null;
}

/** Parameters in the order of the file: of those that match, the last one wins. */
export interface ForceFieldParameters {
  bonds: BondParameter[];
  angles: AngleParameter[];
  propers: ProperParameter[];
  impropers: TorsionParameter[];
  vdw: VdwParameter[];
  libraryCharges: LibraryCharge[];
  chargeIncrements: ChargeIncrement[];
  constraints: Constraint[];
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

const VERSIONS = ['0.3', '0.4'];
/** Far beyond any torsion's (Sage has 6); a system holds a coefficient for each up to the largest. */
const MAX_PERIODICITY = 100;

const TORSION_FORM = { version: VERSIONS, potential: ['k*(1+cos(periodicity*theta-phase))'] };
const BOND_ORDERS = {
  fractional_bondorder_method: ['AM1-Wiberg', 'none'],
  fractional_bondorder_interpolation: ['linear'],
};
const SCALES = { scale12: ['0.0'], scale13: ['0.0'], scale15: ['1.0'] };

/** What is computed: an attribute that stands here must, where a section gives it, have one of these values. */
const FORMS: Partial<Record<ParameterSection | 'Electrostatics', Record<string, readonly string[]>>> = {
  Bonds: { version: VERSIONS, potential: ['harmonic', '(k/2)*(r-length)^2'], ...BOND_ORDERS },
  Angles: { version: VERSIONS, potential: ['harmonic'] },
  ProperTorsions: { ...TORSION_FORM, ...BOND_ORDERS },
  ImproperTorsions: TORSION_FORM,
  vdW: {
    version: [...VERSIONS, '0.5'],
    potential: ['Lennard-Jones-12-6'],
    combining_rules: ['Lorentz-Berthelot'],
    // Of one molecule in vacuum: 0.3 says "cutoff" for what 0.4 calls periodic_method, and means no cutoff without a box.
    method: ['cutoff', 'no-cutoff'],
    nonperiodic_method: ['no-cutoff'],
    ...SCALES,
  },
  Electrostatics: {
    version: VERSIONS,
    // What 0.3 names is for a box; without one all three are Coulomb's law.
    method: ['PME', 'Coulomb', 'reaction-field'],
    nonperiodic_potential: ['Coulomb'],
    exception_potential: ['Coulomb'],
    solvent_dielectric: ['None'],
    ...SCALES,
  },
};

function readParameters(forceField: ForceField): ForceFieldParameters {
  requireAromaticityModel(forceField);
  for (const [section, form] of Object.entries(FORMS)) {
    requireForm(forceField, section, form);
  }
  return {
    bonds: parametersIn(forceField, 'Bonds', bondParameter),
    angles: parametersIn(forceField, 'Angles', angleParameter),
    propers: parametersIn(forceField, 'ProperTorsions', properParameter),
    impropers: parametersIn(forceField, 'ImproperTorsions', improperParameter),
    vdw: parametersIn(forceField, 'vdW', vdwParameter),
    libraryCharges: parametersIn(forceField, 'LibraryCharges', libraryCharge),
    chargeIncrements: parametersIn(forceField, 'ChargeIncrementModel', chargeIncrement),
    constraints: parametersIn(forceField, 'Constraints', constraint),
    scale14: {
      vdw: scale14(forceField, 'vdW', 0.5),
      electrostatics: scale14(forceField, 'Electrostatics', 0.833333),
    },
  };
}

function requireForm(forceField: ForceField, name: string, form: Record<string, readonly string[]>): void {
  for (const section of sectionsNamed(forceField, name)) {
    for (const [attribute, expected] of Object.entries(form)) {
      const given = section.attributes[attribute];
      if (given !== undefined && !expected.some((value) => sameText(given, value))) {
        throw unsupported(`${attribute} of ${name} is ${given}; ${expected.join(' or ')} is computed`);
      }
    }
  }
}

function sameText(given: string, expected: string): boolean {
  return (
    given.toLowerCase() === expected.toLowerCase() ||
    (given.trim() !== '' && Number(given) === Number(expected))
  );
}

function bondParameter(element: XmlElement, named: Parameter): BondParameter {
  return {
    ...named,
    kKcalPerMolPerAngstrom2: byBondOrder(element, 'k', 'kilocalorie_per_mole / angstrom ** 2'),
    lengthAngstrom: byBondOrder(element, 'length', 'angstrom'),
  };
}

function angleParameter(element: XmlElement, named: Parameter): AngleParameter {
  return {
    ...named,
    kKcalPerMolPerRadian2: quantity(element, 'k', 'kilocalorie_per_mole / radian ** 2'),
    angleDegrees: quantity(element, 'angle', 'degree'),
  };
}

function properParameter(element: XmlElement, named: Parameter): ProperParameter {
  // OpenFF Interchange divides by 1 where idivf is not given, whatever the section's default_idivf says.
  const terms = torsionTerms(element, 1, (attribute) =>
    byBondOrder(element, attribute, 'kilocalorie_per_mole'),
  );
  return { ...named, terms };
}

function improperParameter(element: XmlElement, named: Parameter, section: XmlElement): TorsionParameter {
  const given = section.attributes['default_idivf'] ?? 'auto';
  // "auto": the number of dihedrals that each is summed over.
  const defaultIdivf = given === 'auto' ? 3 : quantityIn('dimensionless', given);
  const terms = torsionTerms(element, defaultIdivf, (attribute) =>
    quantity(element, attribute, 'kilocalorie_per_mole'),
  );
  return { ...named, terms };
}

function torsionTerms<K>(
  element: XmlElement,
  defaultIdivf: number,
  k: (attribute: string) => K,
): (Omit<TorsionTerm, 'kKcalPerMol'> & { kKcalPerMol: K })[] {
  const { attributes } = element;
  const count = indexedAttributes(element, 'periodicity');
  if (count === 0) {
    throw unsupported(`${describe(element)} has no periodicity1`);
  }
  const beyond = Object.keys(attributes).find((name) => {
    const index = /^(?:phase|k|idivf)(\d+)(?:_bondorder\d+)?$/.exec(name)?.[1];
    return index !== undefined && Number(index) > count;
  });
  if (beyond !== undefined) {
    throw unsupported(`${describe(element)} has ${beyond}, but no periodicity for it`);
  }
  return Array.from({ length: count }, (_, index) => {
    const n = index + 1;
    const periodicity = quantity(element, `periodicity${n}`, 'dimensionless');
    if (!(Number.isInteger(periodicity) && periodicity >= 1 && periodicity <= MAX_PERIODICITY)) {
      throw unsupported(
        `periodicity${n} of ${describe(element)} is not an integer from 1 to ${MAX_PERIODICITY}`,
      );
    }
    const idivf =
      attributes[`idivf${n}`] === undefined ? defaultIdivf : quantity(element, `idivf${n}`, 'dimensionless');
    if (idivf === 0) {
      throw unsupported(`idivf${n} of ${describe(element)} is 0`);
    }
    return {
      periodicity,
      phaseDegrees: quantity(element, `phase${n}`, 'degree'),
      kKcalPerMol: k(`k${n}`),
      idivf,
    };
  });
}

function vdwParameter(element: XmlElement, named: Parameter): VdwParameter {
  const { sigma, rmin_half } = element.attributes;
  if (sigma !== undefined && rmin_half !== undefined) {
    throw unsupported(`${describe(element)} has both sigma and rmin_half`);
  }
  const rminHalfAngstrom =
    sigma === undefined
      ? quantity(element, 'rmin_half', 'angstrom')
      : quantity(element, 'sigma', 'angstrom') * 2 ** (1 / 6 - 1);
  return {
    ...named,
    epsilonKcalPerMol: quantity(element, 'epsilon', 'kilocalorie_per_mole'),
    rminHalfAngstrom,
  };
}

function libraryCharge(element: XmlElement, named: Parameter): LibraryCharge {
  const chargesE = charges(element, 'charge');
  requireAsManyAsTags(element, chargesE.length, patternTags(named.smirks), 'charges');
  return { ...named, chargesE };
}

/** The last increment may be left out: it is then what makes the sum zero. */
function chargeIncrement(element: XmlElement, named: Parameter): ChargeIncrement {
  const incrementsE = charges(element, 'charge_increment');
  const tags = patternTags(named.smirks);
  if (incrementsE.length === tags - 1) {
    incrementsE.push(-incrementsE.reduce((sum, increment) => sum + increment, 0));
  }
  requireAsManyAsTags(element, incrementsE.length, tags, 'increments');
  return { ...named, incrementsE };
}

function charges(element: XmlElement, attribute: string): number[] {
  return Array.from({ length: indexedAttributes(element, attribute) }, (_, index) =>
    quantity(element, `${attribute}${index + 1}`, 'elementary_charge'),
  );
}

function requireAsManyAsTags(element: XmlElement, count: number, tags: number, what: string): void {
  if (count !== tags) {
    throw unsupported(`${describe(element)} has ${count} ${what} for ${tags} tagged atoms`);
  }
}

function constraint(element: XmlElement, named: Parameter): Constraint {
  const isGiven = element.attributes['distance'] !== undefined;
  return { ...named, distanceAngstrom: isGiven ? quantity(element, 'distance', 'angstrom') : null };
}

/** How many of k1, k2, … there are before the first that is not. */
function indexedAttributes({ attributes }: XmlElement, name: string): number {
  let count = 0;
  while (attributes[`${name}${count + 1}`] !== undefined) {
    count += 1;
  }
  return count;
}

/** A figure, or figures at whole bond orders: k_bondorder1, k_bondorder2, … */
function byBondOrder(element: XmlElement, attribute: string, unit: string): ByBondOrder {
  const points = Object.keys(element.attributes)
    .flatMap((name) => {
      const order = name.startsWith(`${attribute}_bondorder`)
        ? /^\d+$/.exec(name.slice(`${attribute}_bondorder`.length))?.[0]
        : undefined;
      return order === undefined ? [] : [{ bondOrder: Number(order), value: quantity(element, name, unit) }];
    })
    .sort((a, b) => a.bondOrder - b.bondOrder);
  if (points.length === 0) {
    return quantity(element, attribute, unit);
  }
  if (element.attributes[attribute] !== undefined) {
    throw unsupported(`${describe(element)} has both ${attribute} and ${attribute}_bondorder`);
  }
  const orders = new Set(points.map(({ bondOrder }) => bondOrder));
  if (orders.size < 2 || orders.size < points.length || !points.every(({ bondOrder }) => bondOrder < 100)) {
    throw unsupported(`${describe(element)} needs ${attribute} at two or more different bond orders`);
  }
  return points;
}

function scale14(forceField: ForceField, name: string, otherwise: number): number {
  const section = sectionsNamed(forceField, name)[0];
  return section?.attributes['scale14'] === undefined
    ? otherwise
    : quantity(section, 'scale14', 'dimensionless');
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
