import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtInForceField, builtInForceFieldNames } from './built-in-force-fields';
import { wantedChargeModel } from './charges';
import { tableFromForceField } from './force-field-table';
import { childElements, parseOffxml, type ForceField, type XmlElement } from './offxml';
import { forceFieldParameters } from './parameters';

const RELEASED = join(__dirname, '../../../../../shared/data/force-fields');
const NAMES = ['2.2.0', '2.2.1', '2.3.0'].map((version) => `openff_unconstrained-${version}.offxml`);

/** Every element with its attributes, quantities spelled in one way. */
function figures(forceField: ForceField): unknown[] {
  const flat = (element: XmlElement): unknown[] => [
    element.name,
    Object.entries(element.attributes)
      .map(([name, value]) => `${name}=${spelledOneWay(value)}`)
      .sort(),
    element.children.filter((child) => child.kind === 'text').map(({ text }) => text),
    ...childElements(element).map(flat),
  ];
  return flat(forceField.root);
}

function spelledOneWay(value: string): string {
  const [figure, ...units] = value.split(' * ');
  return [
    figure,
    ...units.map((unit) => unit.replace('kilocalorie_per_mole ** 1', 'kilocalorie ** 1 * mole ** -1')),
  ]
    .flatMap((part) => (part ?? '').split(' * '))
    .sort()
    .join(' ');
}

describe('the shipped force fields', () => {
  it('are the unconstrained Sage 2.2.0, 2.2.1 and 2.3.0', () => {
    expect(builtInForceFieldNames).toEqual(NAMES);
  });

  it.skipIf(!existsSync(RELEASED)).each(NAMES)(
    'equal the released file in every figure and attribute: %s (where the reference data is)',
    (name) => {
      const released = parseOffxml(readFileSync(join(RELEASED, name), 'utf8'));
      const shipped = parseOffxml(builtInForceField(name));
      expect(figures(shipped)).toEqual(figures(released));
      expect(forceFieldParameters(shipped)).toEqual(forceFieldParameters(released));
    },
  );

  it.each(NAMES)(
    'carry source, licence and attribution beside the figures, which are one reading of the table: %s',
    (name) => {
      const table = readFileSync(join(__dirname, '../data', name.replace('.offxml', '.tsv')), 'utf8');
      const header = table.split('\n').filter((line) => line.startsWith('#'));
      expect(header.join()).toMatch(/Open Force Field Initiative.*openff-forcefields.*CC BY 4\.0/);
      const figuresOfTable = table.slice(header.join('\n').length + 1);
      expect(tableFromForceField(parseOffxml(builtInForceField(name)))).toBe(figuresOfTable);
    },
  );

  it('have as many parameters as Sage 2.2.1 is published with', () => {
    const { bonds, angles, propers, impropers, vdw, libraryCharges, scale14 } = forceFieldParameters(
      parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml')),
    );
    const counts = [bonds, angles, propers, impropers, vdw, libraryCharges].map(({ length }) => length);
    expect(counts).toEqual([90, 44, 180, 7, 38, 12]);
    expect(propers.reduce((sum, { terms }) => sum + terms.length, 0)).toBe(302);
    expect(scale14).toEqual({ vdw: 0.5, electrostatics: 0.8333333333 });
  });

  it('say which charges they want: AM1-BCC up to 2.2, NAGL from 2.3', () => {
    const methods = NAMES.map((name) => wantedChargeModel(parseOffxml(builtInForceField(name))).model);
    expect(methods).toEqual(['am1bcc', 'am1bcc', 'nagl']);
  });

  it('are named when another is asked for', () => {
    expect(() => builtInForceField('../package.json')).toThrowError(/openff_unconstrained-2\.2\.1\.offxml/);
  });
});
