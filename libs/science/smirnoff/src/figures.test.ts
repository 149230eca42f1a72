import { describe, expect, it } from 'vitest';
import { builtInForceField } from './built-in-force-fields';
import { figuresOf, markedFigures, withFigures } from './figures';
import { parseOffxml, writeOffxml } from './offxml';

const SAGE = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
const SINGLE_BOND = '[#6X4:1]-[#6X4:2]';
const ETHANE_TORSION = '[*:1]-[#6X4:2]-[#6X4:3]-[*:4]';
const ALIPHATIC_HYDROGEN = '[#1:1]-[#6X4]';

const marked = (mark: string, text = writeOffxml(SAGE)) =>
  parseOffxml(text.replace(`smirks="${ETHANE_TORSION}"`, (smirks) => `parameterize="${mark}" ${smirks}`));

describe('the figures of a parameter', () => {
  it('are what a fit may change, in kcal/mol, Å and degrees', () => {
    const figures = figuresOf(SAGE, 'Bonds', SINGLE_BOND);
    expect(figures.map(({ attribute }) => attribute)).toEqual(['length', 'k']);
    expect(figures[0]!.value).toBe(1.533682189836);
    expect(figuresOf(SAGE, 'ProperTorsions', ETHANE_TORSION).map(({ attribute }) => attribute)).toEqual([
      'k1',
    ]);
  });

  it('are ε and σ of an atom, whose file has Rmin/2', () => {
    const figures = figuresOf(SAGE, 'vdW', ALIPHATIC_HYDROGEN);
    expect(figures.map(({ attribute }) => attribute)).toEqual(['epsilon', 'sigma']);
    expect(figures[1]!.value).toBeCloseTo(1.4842 * 2 ** (5 / 6), 3);
  });

  it('need a parameter that is there', () => {
    expect(() => figuresOf(SAGE, 'Angles', '[#99:1]~[*:2]~[*:3]')).toThrow(/Angles have no parameter/);
  });
});

describe('figures that are marked for a fit', () => {
  it('are those that parameterize lists', () => {
    expect(markedFigures(marked('k1'))).toEqual(figuresOf(SAGE, 'ProperTorsions', ETHANE_TORSION));
  });

  it('are those of BespokeFit where nothing is marked', () => {
    expect(markedFigures(SAGE)).toEqual([]);
    const bespoke = parseOffxml(writeOffxml(SAGE).replace('id="t2"', 'id="t2-BF"'));
    expect(markedFigures(bespoke).map(({ attribute }) => attribute)).toEqual(['k1', 'k2', 'k3']);
  });

  it.each(['k2', 'phase1', 'constructor'])(
    'are refused where one is %s, which is not fitted',
    (attribute) => {
      expect(() => markedFigures(marked(attribute))).toThrow(attribute);
    },
  );
});

describe('other values', () => {
  it('are read again as they were written, Rmin/2 for σ, and nothing else changes', () => {
    const figures = [...figuresOf(SAGE, 'vdW', ALIPHATIC_HYDROGEN), ...figuresOf(SAGE, 'Bonds', SINGLE_BOND)];
    const changed = figures.map((figure) => ({ ...figure, value: 1.1 * figure.value }));
    const written = writeOffxml(withFigures(SAGE, changed));
    const read = parseOffxml(written);
    for (const { section, smirks, attribute, value } of changed) {
      const found = figuresOf(read, section, smirks).find((figure) => figure.attribute === attribute);
      expect(found?.value).toBeCloseTo(value, 12);
    }
    const lines = writeOffxml(SAGE).split('\n');
    expect(written.split('\n').filter((line, n) => line !== lines[n])).toHaveLength(2);
    expect(figuresOf(read, 'vdW', ALIPHATIC_HYDROGEN)[1]!.attribute).toBe('sigma');
  });

  it('that are the same leave the file as it is', () => {
    const same = withFigures(SAGE, figuresOf(SAGE, 'vdW', ALIPHATIC_HYDROGEN));
    expect(writeOffxml(same)).toBe(writeOffxml(SAGE));
  });

  it('are refused for a figure that there is not', () => {
    const beyond = { section: 'ProperTorsions', smirks: ETHANE_TORSION, attribute: 'k9', value: 1 } as const;
    expect(() => withFigures(SAGE, [beyond])).toThrow(/no k9/);
  });
});
