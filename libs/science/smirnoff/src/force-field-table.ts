import { childElements, type ForceField, type XmlElement, type XmlNode } from './offxml';
import { sameUnit } from './quantity';
import { SmirnoffError } from './smirnoff-error';

// A force field as a plain table of figures, one block for each section, tab-separated:
//
//   # comment
//   :SMIRNOFF  version=0.3  aromaticity_model=OEAroModel_MDL
//   :Author    =The Open Force Field Initiative
//   :Bonds/Bond  version=0.4  potential=harmonic
//   smirks  id  length * angstrom ** 1  k * kilocalorie_per_mole ** 1 * angstrom ** -2
//   [#6X4:1]-[#6X4:2]  b1  1.533682189836  430.4753865522
//
// A column is an attribute, with its unit where it has one; an empty cell is an attribute that is not there.

/** Tabulates a force field that has just sections of parameters, such as the released ones. */
export function tableFromForceField(forceField: ForceField): string {
  const lines = [[':SMIRNOFF', ...attributeCells(forceField.root)].join('\t')];
  for (const section of childElements(forceField.root)) {
    const parameters = childElements(section);
    const text = section.children.map((child) => (child.kind === 'text' ? child.text : '')).join('');
    const name = parameters[0] === undefined ? section.name : `${section.name}/${parameters[0].name}`;
    lines.push([`:${name}`, ...attributeCells(section), ...(text === '' ? [] : [`=${text}`])].join('\t'));
    if (parameters.length > 0) {
      lines.push(...parameterLines(parameters));
    }
  }
  return lines.join('\n') + '\n';
}

function attributeCells(element: XmlElement): string[] {
  return Object.entries(element.attributes).map(([name, value]) => `${name}=${value}`);
}

function parameterLines(parameters: readonly XmlElement[]): string[] {
  const columns: { name: string; unit: string }[] = [];
  const rows = parameters.map(({ attributes }) => {
    const row: string[] = [];
    for (const [name, value] of Object.entries(attributes)) {
      const { figure, unit } = splitQuantity(value);
      let column = columns.findIndex(
        (known) => known.name === name && (known.unit === unit || agree(known.unit, unit)),
      );
      if (column < 0) {
        column = columns.push({ name, unit }) - 1;
      }
      row[column] = figure;
    }
    return Array.from(row, (cell) => cell ?? '');
  });
  return [columns.map(({ name, unit }) => (unit === '' ? name : `${name} * ${unit}`)), ...rows].map((row) =>
    row.join('\t'),
  );
}

function splitQuantity(value: string): { figure: string; unit: string } {
  const match = /^([-+]?[\d.]+(?:[eE][-+]?\d+)?) \* ([a-z_].*)$/.exec(value);
  return match === null ? { figure: value, unit: '' } : { figure: match[1] ?? '', unit: match[2] ?? '' };
}

function agree(a: string, b: string): boolean {
  return a !== '' && b !== '' && sameUnit(a, b);
}

/** @throws SmirnoffError unreadable-offxml */
export function forceFieldFromTable(table: string): ForceField {
  let root: XmlElement | undefined;
  const sections: XmlElement[] = [];
  for (const block of blocksOf(table)) {
    const [name = '', parameterName] = block.name.split('/');
    const element: XmlElement = {
      kind: 'element',
      name,
      attributes: block.attributes,
      children:
        parameterName === undefined
          ? block.text
          : block.rows.map((attributes) => ({
              kind: 'element',
              name: parameterName,
              attributes,
              children: [],
            })),
    };
    if (root === undefined) {
      root = element;
    } else {
      sections.push(element);
    }
  }
  if (root === undefined) {
    throw new SmirnoffError('unreadable-offxml', 'The table of the force field is empty.');
  }
  return { prologue: [], root: { ...root, children: sections } };
}

interface TableBlock {
  name: string;
  attributes: Record<string, string>;
  text: XmlNode[];
  rows: Record<string, string>[];
}

function blocksOf(table: string): TableBlock[] {
  const blocks: TableBlock[] = [];
  let columns: { name: string; unit: string }[] | undefined;
  for (const line of table.split('\n')) {
    if (line === '' || line.startsWith('#')) {
      continue;
    }
    const cells = line.split('\t');
    const block = blocks.at(-1);
    if (line.startsWith(':')) {
      const pairs = cells.slice(1).map(splitPair);
      blocks.push({
        name: (cells[0] ?? '').slice(1),
        attributes: Object.fromEntries(pairs.filter(([name]) => name !== '')),
        text: pairs.filter(([name]) => name === '').map(([, text]) => ({ kind: 'text', text })),
        rows: [],
      });
      columns = undefined;
    } else if (columns === undefined) {
      columns = cells.map((cell) => {
        const [name = '', ...unit] = cell.split(' * ');
        return { name, unit: unit.join(' * ') };
      });
    } else {
      const present = columns.map(({ name, unit }, index) => ({ name, unit, figure: cells[index] ?? '' }));
      block?.rows.push(
        Object.fromEntries(
          present
            .filter(({ figure }) => figure !== '')
            .map(({ name, unit, figure }) => [name, unit === '' ? figure : `${figure} * ${unit}`]),
        ),
      );
    }
  }
  return blocks;
}

function splitPair(cell: string): [string, string] {
  const equals = cell.indexOf('=');
  return [cell.slice(0, equals), cell.slice(equals + 1)];
}
