import type { ForceField, XmlElement, XmlNode } from './offxml';
import { quantityIn } from './quantity';
import { unknownSections } from './sections';
import { SmirnoffError } from './smirnoff-error';

/** How the values that two sections give to an attribute are compared. */
type Comparison =
  | { kind: 'text'; aliases?: Record<string, string> }
  | { kind: 'number'; tolerance: number }
  | { kind: 'length'; toleranceAngstrom: number };

interface SharedAttribute {
  comparison: Comparison;
  /** What a section says that leaves it out; null where that says nothing. */
  default: string | null;
}

const text = (otherwise: string | null, aliases?: Record<string, string>): SharedAttribute => ({
  comparison: aliases === undefined ? { kind: 'text' } : { kind: 'text', aliases },
  default: otherwise,
});
const number = (otherwise: string, tolerance = 1e-5): SharedAttribute => ({
  comparison: { kind: 'number', tolerance },
  default: otherwise,
});
const length = (otherwise: string): SharedAttribute => ({
  comparison: { kind: 'length', toleranceAngstrom: 1e-5 },
  default: otherwise,
});

const SCALES = { scale12: number('0'), scale13: number('0'), scale15: number('1') };
const INTERPOLATION = { fractional_bondorder_interpolation: text('linear') };
const TORSION_POTENTIAL = { potential: text('k*(1+cos(periodicity*theta-phase))') };
const REACTION_FIELD =
  'charge1*charge2/(4*pi*epsilon0)*(1/r + k_rf*r^2 - c_rf);' +
  'k_rf=(cutoff^(-3))*(solvent_dielectric-1)/(2*solvent_dielectric+1);' +
  'c_rf=cutoff^(-1)*(3*solvent_dielectric)/(2*solvent_dielectric+1)';

/** What sections of one name must agree on. Defaults are those of the SMIRNOFF specification. */
const SHARED_ATTRIBUTES: Record<string, Record<string, SharedAttribute>> = {
  Bonds: {
    potential: text('harmonic', { '(k/2)*(r-length)^2': 'harmonic' }),
    fractional_bondorder_method: text('AM1-Wiberg'),
    ...INTERPOLATION,
  },
  Angles: { potential: text('harmonic') },
  ProperTorsions: {
    ...TORSION_POTENTIAL,
    default_idivf: text('auto'),
    fractional_bondorder_method: text('AM1-Wiberg'),
    ...INTERPOLATION,
  },
  ImproperTorsions: { ...TORSION_POTENTIAL, default_idivf: text('auto') },
  vdW: {
    potential: text('Lennard-Jones-12-6'),
    combining_rules: text('Lorentz-Berthelot'),
    periodic_method: text('cutoff'),
    nonperiodic_method: text('no-cutoff'),
    scale14: number('0.5'),
    cutoff: length('9 * angstrom'),
    switch_width: length('1 * angstrom'),
    ...SCALES,
  },
  Electrostatics: {
    periodic_potential: text('Ewald3D-ConductingBoundary', {
      PME: 'Ewald3D-ConductingBoundary',
      'reaction-field': REACTION_FIELD,
    }),
    nonperiodic_potential: text('Coulomb'),
    exception_potential: text('Coulomb'),
    scale14: number('0.833333'),
    cutoff: length('9 * angstrom'),
    switch_width: length('0 * angstrom'),
    ...SCALES,
  },
  NAGLCharges: {
    model_file: text(null),
    model_file_hash: text(null),
    digital_object_identifier: text(null),
  },
  ChargeIncrementModel: {
    partial_charge_method: text('AM1-Mulliken'),
    number_of_conformers: number('1'),
  },
  GBSA: {
    gb_model: text('OBC1'),
    sa_model: text('ACE'),
    solvent_dielectric: number('78.5'),
    solute_dielectric: number('1'),
    solvent_radius: length('1.4 * angstrom'),
  },
  VirtualSites: { exclusion_policy: text('parents') },
};

/**
 * Several force fields as one, as the OpenFF toolkit's `ForceField('a.offxml', 'b.offxml')` reads them: the parameters
 * of a later one stand behind those of an earlier one in the same section, and so win. Cosmetic attributes, comments
 * and unknown sections of all are kept; where sections spell what they agree on differently, the first stays.
 *
 * @throws SmirnoffError incompatible-force-fields where they disagree on an aromaticity model or on an attribute of a
 *   section that changes what its parameters mean, or where there are none
 */
export function mergeForceFields(forceFields: readonly ForceField[]): ForceField {
  const [first, ...others] = forceFields;
  if (first === undefined) {
    throw new SmirnoffError('incompatible-force-fields', 'No force field was given.');
  }
  return others.reduce(merged, first);
}

function merged(first: ForceField, second: ForceField): ForceField {
  requireSame(
    'the root element',
    'aromaticity_model',
    first.root.attributes['aromaticity_model'],
    second.root.attributes['aromaticity_model'],
  );
  const unknown = unknownSections(second);
  const children: XmlNode[] = [...first.root.children];
  for (const child of second.root.children) {
    const place =
      child.kind === 'element' && !unknown.includes(child.name)
        ? children.findLastIndex((known) => known.kind === 'element' && known.name === child.name)
        : -1;
    const known = children[place];
    if (child.kind === 'element' && known?.kind === 'element') {
      children[place] = mergedSection(known, child);
    } else {
      children.push(child);
    }
  }
  return {
    prologue: [...first.prologue, ...second.prologue],
    root: {
      ...first.root,
      attributes: { ...second.root.attributes, ...first.root.attributes },
      children,
    },
  };
}

function mergedSection(first: XmlElement, second: XmlElement): XmlElement {
  if (first.name === 'Author' || first.name === 'Date') {
    const lines = [first, second].flatMap(({ children }) =>
      children.flatMap((child) => (child.kind === 'text' ? child.text : [])),
    );
    return { ...first, children: [{ kind: 'text', text: lines.join(' AND ') }] };
  }
  const shared = SHARED_ATTRIBUTES[first.name] ?? {};
  const [a, b] = [modernAttributes(first), modernAttributes(second)];
  for (const [attribute, { comparison, default: otherwise }] of Object.entries(shared)) {
    const [given, other] = [a[attribute] ?? otherwise, b[attribute] ?? otherwise];
    if (given !== null && other !== null && !agree(comparison, given, other)) {
      throw incompatible(first.name, attribute, given, other);
    }
  }
  const isDecided = (attribute: string): boolean =>
    attribute in shared || attribute === 'version' || attribute === 'method';
  const cosmetic = Object.entries(second.attributes).filter(([attribute]) => !isDecided(attribute));
  return {
    ...first,
    attributes: { ...Object.fromEntries(cosmetic), ...first.attributes },
    children: [...first.children, ...second.children],
  };
}

/** The attributes of a section in the words of version 0.4; where 0.3 had another default, that one. */
function modernAttributes({ name, attributes }: XmlElement): Readonly<Record<string, string>> {
  const { version, method, ...rest } = attributes;
  if (name === 'Bonds' && version === '0.3') {
    return { fractional_bondorder_method: 'none', ...rest };
  }
  if (name === 'vdW' && method !== undefined) {
    return { periodic_method: method, ...rest };
  }
  if (name === 'Electrostatics' && method !== undefined) {
    return { periodic_potential: method, ...rest };
  }
  return attributes;
}

function agree(comparison: Comparison, a: string, b: string): boolean {
  if (a === b) {
    return true;
  }
  switch (comparison.kind) {
    case 'text': {
      const plain = (value: string): string => comparison.aliases?.[value] ?? value;
      // default_idivf is a word or a number.
      return plain(a) === plain(b) || (a.trim() !== '' && Number(a) === Number(b));
    }
    case 'number':
      return Math.abs(Number(a) - Number(b)) <= comparison.tolerance;
    case 'length':
      return Math.abs(quantityIn('angstrom', a) - quantityIn('angstrom', b)) <= comparison.toleranceAngstrom;
    default:
      return comparison satisfies never;
  }
}

function requireSame(where: string, attribute: string, a: string | undefined, b: string | undefined): void {
  if (a !== undefined && b !== undefined && a !== b) {
    throw incompatible(where, attribute, a, b);
  }
}

function incompatible(where: string, attribute: string, a: string, b: string): SmirnoffError {
  return new SmirnoffError(
    'incompatible-force-fields',
    `The force fields can't be used together: ${attribute} of ${where} is ${a} in one and ${b} in another.`,
  );
}
