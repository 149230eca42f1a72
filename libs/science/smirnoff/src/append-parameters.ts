import type { TorsionTerm } from './assignment';
import type { FigureSection, ParameterName } from './figures';
import { childElements, type ForceField, type XmlElement, type XmlNode } from './offxml';
import { elementsIn } from './sections';
import { SmirnoffError } from './smirnoff-error';

export interface TorsionToAppend {
  id: string;
  smirks: string;
  terms: readonly TorsionTerm[];
}

/** A parameter of the force field that is to stand there once more, under another pattern. */
export interface CopyToAppend extends ParameterName {
  /** Pattern of the one that is there. */
  copyOf: string;
}

/** Torsions with the same pattern are one; named `bespoke-1`, `bespoke-2`, … for the force field. */
export function distinctTorsions(torsions: readonly Omit<TorsionToAppend, 'id'>[]): TorsionToAppend[] {
  const distinct = new Map(torsions.map((torsion) => [torsion.smirks, torsion]));
  return [...distinct.values()].map(({ smirks, terms }, n) => ({ id: `bespoke-${n + 1}`, smirks, terms }));
}

/**
 * Adds proper torsions behind all others, so that they win. A parameter that has the same pattern already gives
 * way, as the OpenFF toolkit reads no pattern twice; an id that is taken gets a number behind it.
 *
 * @param provenance lines about where the parameters come from, written as an XML comment above the sections
 * @throws SmirnoffError duplicate-parameter when two of the parameters have the same pattern
 */
export function appendTorsions(
  forceField: ForceField,
  parameters: readonly TorsionToAppend[],
  provenance: readonly string[],
): ForceField {
  return withProvenance(
    appendElements(forceField, 'ProperTorsions', parameters.map(properElement)),
    provenance,
  );
}

/** The force field with lines about where it comes from, as an XML comment above the sections. */
export function withProvenance(forceField: ForceField, lines: readonly string[]): ForceField {
  if (lines.length === 0) {
    return forceField;
  }
  const comment: XmlNode = { kind: 'comment', text: commentText(lines) };
  return { ...forceField, root: { ...forceField.root, children: [comment, ...forceField.root.children] } };
}

/** As OpenFF names parameters: b1, a1, … */
const INITIALS: Record<FigureSection, string> = {
  Bonds: 'b',
  Angles: 'a',
  ProperTorsions: 't',
  ImproperTorsions: 'i',
  vdW: 'n',
};

/**
 * Adds copies of parameters behind all others of their section, each once: with the same figures, under patterns of
 * their own and ids such as `bespoke-a1`. One that has such a pattern already gives way.
 *
 * @throws SmirnoffError unsupported-force-field where there is none to copy
 */
export function appendCopies(forceField: ForceField, copies: readonly CopyToAppend[]): ForceField {
  let appended = forceField;
  for (const section of new Set(copies.map((copy) => copy.section))) {
    const own = new Map(copies.filter((copy) => copy.section === section).map((copy) => [copy.smirks, copy]));
    const elements = [...own.values()].map(({ smirks, copyOf }, n) => {
      const original = elementsIn(forceField, section).find(
        ({ attributes }) => attributes['smirks'] === copyOf,
      );
      if (original === undefined) {
        throw new SmirnoffError('unsupported-force-field', `The force field has no ${copyOf} in ${section}.`);
      }
      const id = `bespoke-${INITIALS[section]}${n + 1}`;
      return { ...original, attributes: { ...original.attributes, smirks, id } };
    });
    appended = appendElements(appended, section, elements);
  }
  return appended;
}

/** @param elements With their patterns and ids. */
function appendElements(
  forceField: ForceField,
  sectionName: FigureSection,
  elements: readonly XmlElement[],
): ForceField {
  if (elements.length === 0) {
    return forceField;
  }
  const patterns = new Set<string>();
  for (const {
    attributes: { smirks = '', id },
  } of elements) {
    if (patterns.has(smirks)) {
      throw new SmirnoffError(
        'duplicate-parameter',
        `Two parameters to be added to ${sectionName} have the pattern of ${id}: ${smirks}`,
      );
    }
    patterns.add(smirks);
  }
  const children = forceField.root.children.map((child) =>
    child.kind === 'element' && child.name === sectionName ? withoutPatterns(child, patterns) : child,
  );
  const place = children.findLastIndex((child) => child.kind === 'element' && child.name === sectionName);
  const section = children[place];
  if (section?.kind !== 'element') {
    throw new SmirnoffError(
      'unsupported-force-field',
      `The force field has no ${sectionName} to add parameters to.`,
    );
  }
  const idsTaken = new Set(children.flatMap(idsIn));
  children[place] = {
    ...section,
    children: [...section.children, ...elements.map((element) => withFreeId(element, idsTaken))],
  };
  return { ...forceField, root: { ...forceField.root, children } };
}

function withoutPatterns(section: XmlElement, patterns: ReadonlySet<string>): XmlElement {
  const kept = section.children.filter(
    (child) => child.kind !== 'element' || !patterns.has(child.attributes['smirks'] ?? ''),
  );
  return { ...section, children: kept };
}

function idsIn(node: XmlNode): string[] {
  return node.kind === 'element'
    ? childElements(node).flatMap(({ attributes }) => attributes['id'] ?? [])
    : [];
}

function withFreeId(element: XmlElement, idsTaken: Set<string>): XmlElement {
  const { id = '' } = element.attributes;
  let freeId = id;
  for (let n = 2; idsTaken.has(freeId); n += 1) {
    freeId = `${id}-${n}`;
  }
  idsTaken.add(freeId);
  return { ...element, attributes: { ...element.attributes, id: freeId } };
}

function properElement({ id, smirks, terms }: TorsionToAppend): XmlElement {
  const attributes: Record<string, string> = { smirks, id };
  terms.forEach(({ periodicity, phaseDegrees, kKcalPerMol, idivf }, index) => {
    const n = index + 1;
    attributes[`periodicity${n}`] = String(periodicity);
    attributes[`phase${n}`] = `${phaseDegrees} * degree ** 1`;
    attributes[`k${n}`] = `${kKcalPerMol} * mole ** -1 * kilocalorie ** 1`;
    attributes[`idivf${n}`] = String(idivf);
  });
  return { kind: 'element', name: 'Proper', attributes, children: [] };
}

/** XML allows no two hyphens in a row inside a comment, and none at its end. */
function commentText(lines: readonly string[]): string {
  return ` ${lines.join('\n         ').replaceAll(/-(?=-)/g, '- ')} `;
}
