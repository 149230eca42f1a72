import type { TorsionTerm } from './assignment';
import { childElements, type ForceField, type XmlElement, type XmlNode } from './offxml';
import { SmirnoffError } from './smirnoff-error';

export interface TorsionToAppend {
  id: string;
  smirks: string;
  terms: readonly TorsionTerm[];
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
  const patterns = new Set<string>();
  for (const { smirks, id } of parameters) {
    if (patterns.has(smirks)) {
      throw new SmirnoffError(
        'duplicate-parameter',
        `Two torsions to be added have the pattern of ${id}: ${smirks}`,
      );
    }
    patterns.add(smirks);
  }
  const children = forceField.root.children.map((child) =>
    child.kind === 'element' && child.name === SECTION ? withoutPatterns(child, patterns) : child,
  );
  const place = children.findLastIndex((child) => child.kind === 'element' && child.name === SECTION);
  const section = children[place];
  if (section?.kind !== 'element') {
    throw new SmirnoffError(
      'unsupported-force-field',
      `The force field has no ${SECTION} to add torsions to.`,
    );
  }
  const ids = new Set(children.flatMap(idsIn));
  children[place] = {
    ...section,
    children: [...section.children, ...parameters.map((parameter) => properElement(parameter, ids))],
  };
  if (provenance.length > 0) {
    children.unshift({ kind: 'comment', text: commentText(provenance) });
  }
  return { ...forceField, root: { ...forceField.root, children } };
}

const SECTION = 'ProperTorsions';

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

function properElement({ id, smirks, terms }: TorsionToAppend, idsTaken: Set<string>): XmlElement {
  let freeId = id;
  for (let n = 2; idsTaken.has(freeId); n += 1) {
    freeId = `${id}-${n}`;
  }
  idsTaken.add(freeId);
  const attributes: Record<string, string> = { smirks, id: freeId };
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
