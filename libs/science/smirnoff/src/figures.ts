import { type ForceField, type XmlElement, type XmlNode } from './offxml';
import { quantityIn } from './quantity';
import { describe, elementsIn, unsupported } from './sections';
import { SmirnoffError } from './smirnoff-error';

/** Sections whose figures a fit may change. */
export type FigureSection = 'Bonds' | 'Angles' | 'ProperTorsions' | 'ImproperTorsions' | 'vdW';

/** A parameter by its pattern. */
export interface ParameterName {
  section: FigureSection;
  smirks: string;
}

/** One number of a force field: an attribute of a parameter. */
export interface FigureName extends ParameterName {
  /** As in the file: k, length, angle, epsilon, rmin_half, k1, k2, …; also sigma where the file has rmin_half. */
  attribute: string;
}

export interface Figure extends FigureName {
  /** In kcal/mol, Å and degrees; a force constant of an angle per square radian. */
  value: number;
}

const ENERGY = 'mole ** -1 * kilocalorie ** 1';
const LENGTH = 'angstrom ** 1';

/** What a fit may change, without the number of a torsion's term, and the unit that it is in here. */
const UNITS: Record<FigureSection, Readonly<Record<string, { offxml: string; text: string }>>> = {
  Bonds: {
    k: { offxml: `${ENERGY} * angstrom ** -2`, text: 'kcal/mol/Å²' },
    length: { offxml: LENGTH, text: 'Å' },
  },
  Angles: {
    k: { offxml: `${ENERGY} * radian ** -2`, text: 'kcal/mol/rad²' },
    angle: { offxml: 'degree ** 1', text: '°' },
  },
  ProperTorsions: { k: { offxml: ENERGY, text: 'kcal/mol' } },
  ImproperTorsions: { k: { offxml: ENERGY, text: 'kcal/mol' } },
  vdW: {
    epsilon: { offxml: ENERGY, text: 'kcal/mol' },
    sigma: { offxml: LENGTH, text: 'Å' },
    rmin_half: { offxml: LENGTH, text: 'Å' },
  },
};

/** For people. */
export function unitOf(figure: FigureName): string {
  return UNITS[figure.section][figureKind(figure)]!.text;
}

/** σ of a Lennard-Jones potential is so many Rmin/2. */
export const SIGMA_PER_RMIN_HALF = 2 ** (5 / 6);

/** The k of a torsion without the number of its term: k3 is one of the k. */
export function figureKind({ attribute }: FigureName): string {
  return attribute.replace(/^k\d+$/, 'k');
}

/**
 * All figures of a parameter that a fit may change, in the order of its attributes; for van der Waals sigma, however
 * the file writes the radius. Figures at several bond orders are none of these.
 *
 * @throws SmirnoffError unsupported-force-field, unreadable-quantity
 */
export function figuresOf(forceField: ForceField, section: FigureSection, smirks: string): Figure[] {
  const element = elementOf(forceField, { section, smirks });
  return Object.keys(element.attributes)
    .filter((attribute) => isFigure({ section, smirks, attribute }))
    .map((attribute) => ({ section, smirks, attribute: attribute === 'rmin_half' ? 'sigma' : attribute }))
    .map((name) => ({ ...name, value: valueIn(element, name) }));
}

/**
 * The figures that ForceBalance would fit: those that the cosmetic attribute `parameterize` lists, as in
 * `parameterize="k1, k2"`. Where nothing is marked, those of the parameters that BespokeFit made: its files, which lose
 * the mark, know them by an id that ends in -BF.
 *
 * @throws SmirnoffError unsupported-force-field where it lists what can't be fitted here; unreadable-quantity
 */
export function markedFigures(forceField: ForceField): Figure[] {
  const sections = Object.keys(UNITS) as FigureSection[];
  const marked = sections.flatMap((section) =>
    elementsIn(forceField, section).flatMap((element) => markedIn(element, section)),
  );
  if (marked.length > 0) {
    return marked;
  }
  return sections.flatMap((section) =>
    elementsIn(forceField, section)
      .filter(({ attributes: { id } }) => id?.endsWith('-BF'))
      .flatMap(({ attributes: { smirks = '' } }) => figuresOf(forceField, section, smirks)),
  );
}

function markedIn(element: XmlElement, section: FigureSection): Figure[] {
  const { parameterize = '', smirks = '' } = element.attributes;
  const attributes = parameterize.split(',').map((attribute) => attribute.trim());
  return attributes
    .filter((attribute) => attribute !== '')
    .map((attribute) => {
      const name = { section, smirks, attribute };
      if (!isFigure(name)) {
        throw unsupported(
          `${describe(element)} is marked for a fit of ${attribute}, which is not fitted here`,
        );
      }
      return { ...name, value: valueIn(element, name) };
    });
}

/**
 * The force field with other values; what does not change stays as it is written.
 *
 * @throws SmirnoffError unsupported-force-field for a figure that it has not
 */
export function withFigures(forceField: ForceField, figures: readonly Figure[]): ForceField {
  const byElement = new Map<XmlElement, Figure[]>();
  for (const figure of figures) {
    const element = elementOf(forceField, figure);
    if (valueIn(element, figure) !== figure.value) {
      byElement.set(element, [...(byElement.get(element) ?? []), figure]);
    }
  }
  const written = (node: XmlNode): XmlNode => {
    if (node.kind !== 'element') {
      return node;
    }
    const attributes = { ...node.attributes };
    for (const figure of byElement.get(node) ?? []) {
      const { attribute, factor } = asWritten(node, figure);
      const { offxml } = UNITS[figure.section][figureKind({ ...figure, attribute })]!;
      attributes[attribute] = `${figure.value * factor} * ${offxml}`;
    }
    return { ...node, attributes, children: node.children.map(written) };
  };
  return { ...forceField, root: { ...forceField.root, children: forceField.root.children.map(written) } };
}

/** Undefined where the file gives none. */
export function parameterId(forceField: ForceField, name: ParameterName): string | undefined {
  return elementOf(forceField, name).attributes['id'];
}

/** Of the term that a torsion's k belongs to. */
export function periodicityOf(forceField: ForceField, torsionK: FigureName): number {
  const { attributes } = elementOf(forceField, torsionK);
  return Number(attributes[torsionK.attribute.replace('k', 'periodicity')]);
}

function isFigure(name: FigureName): boolean {
  const isTorsion = name.section === 'ProperTorsions' || name.section === 'ImproperTorsions';
  return Object.hasOwn(UNITS[name.section], figureKind(name)) && isTorsion === /^k\d+$/.test(name.attribute);
}

function elementOf(forceField: ForceField, { section, smirks }: ParameterName): XmlElement {
  const element = elementsIn(forceField, section).find(({ attributes }) => attributes['smirks'] === smirks);
  if (element === undefined) {
    throw unsupported(`its ${section} have no parameter ${smirks}`);
  }
  return element;
}

/** The attribute that holds a figure, and the factor from the figure to it. */
function asWritten(
  { attributes }: XmlElement,
  { attribute }: FigureName,
): { attribute: string; factor: number } {
  return attribute === 'sigma' && attributes['sigma'] === undefined
    ? { attribute: 'rmin_half', factor: 1 / SIGMA_PER_RMIN_HALF }
    : { attribute, factor: 1 };
}

function valueIn(element: XmlElement, name: FigureName): number {
  const { attribute, factor } = asWritten(element, name);
  const text = element.attributes[attribute];
  const unit = UNITS[name.section][figureKind({ ...name, attribute })];
  if (text === undefined || unit === undefined) {
    throw unsupported(`${describe(element)} has no ${name.attribute} that could be fitted`);
  }
  try {
    return quantityIn(unit.offxml, text) / factor;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SmirnoffError('unreadable-quantity', `${attribute} of ${describe(element)}: ${why}`, { cause });
  }
}
