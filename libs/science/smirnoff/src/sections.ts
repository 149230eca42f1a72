import { childElements, sectionsNamed, type ForceField, type XmlElement } from './offxml';
import { SmirnoffError } from './smirnoff-error';
import { patternTags } from './smirks-graph';

// Which sections SMIRNOFF has, and what stands in them.
// https://openforcefield.github.io/standards/standards/smirnoff/

/** The element in which a section keeps its parameters, and how many atoms each names (null: as many as it tags). */
const PARAMETER_SECTIONS = {
  Bonds: { element: 'Bond', atoms: 2 },
  Angles: { element: 'Angle', atoms: 3 },
  ProperTorsions: { element: 'Proper', atoms: 4 },
  ImproperTorsions: { element: 'Improper', atoms: 4 },
  vdW: { element: 'Atom', atoms: 1 },
  LibraryCharges: { element: 'LibraryCharge', atoms: null },
  ChargeIncrementModel: { element: 'ChargeIncrement', atoms: null },
  Constraints: { element: 'Constraint', atoms: 2 },
  VirtualSites: { element: 'VirtualSite', atoms: null },
  GBSA: { element: 'Atom', atoms: 1 },
} as const;

export type ParameterSection = keyof typeof PARAMETER_SECTIONS;

const SECTIONS_WITHOUT_PARAMETERS = ['Author', 'Date', 'Electrostatics', 'ToolkitAM1BCC', 'NAGLCharges'];

export interface Parameter {
  smirks: string;
  /** A parameter without an id is known by its pattern. */
  id: string;
}

/** What SMIRNOFF knows nothing of. It is kept, written back, and takes no part in an energy. */
export function unknownSections(forceField: ForceField): string[] {
  const names = childElements(forceField.root).map(({ name }) => name);
  return [...new Set(names)].filter(
    (name) => !Object.hasOwn(PARAMETER_SECTIONS, name) && !SECTIONS_WITHOUT_PARAMETERS.includes(name),
  );
}

/**
 * The parameters of a section with what is common to all, in the order of the file.
 *
 * @throws SmirnoffError unsupported-force-field for one without a pattern, or with a pattern that tags another
 *   number of atoms than the section is about
 */
export function parametersIn<P>(
  forceField: ForceField,
  name: ParameterSection,
  read: (element: XmlElement, named: Parameter, section: XmlElement) => P,
): P[] {
  const { atoms } = PARAMETER_SECTIONS[name];
  return sectionsNamed(forceField, name).flatMap((section) =>
    parameterElements(section, name).map((element) => read(element, namedParameter(element, atoms), section)),
  );
}

/** The parameters of a section as they stand in the file. */
export function elementsIn(forceField: ForceField, name: ParameterSection): XmlElement[] {
  return sectionsNamed(forceField, name).flatMap((section) => parameterElements(section, name));
}

function parameterElements(section: XmlElement, name: ParameterSection): XmlElement[] {
  return childElements(section).filter((element) => element.name === PARAMETER_SECTIONS[name].element);
}

const patterns = new WeakMap<ForceField, Map<ParameterSection, Parameter[]>>();

/** The parameters of a section by pattern and id alone: all that typing needs. @throws as `parametersIn` */
export function patternsIn(forceField: ForceField, name: ParameterSection): readonly Parameter[] {
  let known = patterns.get(forceField);
  if (known === undefined) {
    patterns.set(forceField, (known = new Map()));
  }
  let parameters = known.get(name);
  if (parameters === undefined) {
    known.set(name, (parameters = parametersIn(forceField, name, (_, named) => named)));
  }
  return parameters;
}

function namedParameter(element: XmlElement, atoms: number | null): Parameter {
  const { smirks, id } = element.attributes;
  if (smirks === undefined) {
    throw unsupported(`${describe(element)} has no smirks`);
  }
  const tags = patternTags(smirks);
  if (atoms === null ? tags === 0 : tags !== atoms) {
    throw unsupported(`${describe(element)} tags ${tags} atoms instead of ${atoms ?? 'one or more'}`);
  }
  return { smirks, id: id ?? smirks };
}

/** A parameter as a person finds it in the file. */
export function describe(element: XmlElement): string {
  const { id, smirks } = element.attributes;
  return [element.name, id, smirks].filter((part) => part !== undefined).join(' ');
}

export function unsupported(why: string): SmirnoffError {
  return new SmirnoffError('unsupported-force-field', `This force field can't be used: ${why}.`);
}
