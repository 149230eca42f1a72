import { describe, expect, it } from 'vitest';
import { quantityIn } from './quantity';

describe('a quantity', () => {
  it.each([
    ['0.1467399161891 * mole ** -1 * kilocalorie ** 1', 'kilocalorie_per_mole', 0.1467399161891],
    [
      '430.4753865522 * kilocalorie_per_mole ** 1 * angstrom ** -2',
      'kilocalorie_per_mole/angstrom**2',
      430.4753865522,
    ],
    ['620.0*kilocalories_per_mole/angstrom**2', 'kilocalorie_per_mole / angstrom ** 2', 620],
    ['620.0 * kilocalories/(mole*angstrom**2)', 'kilocalorie_per_mole / angstrom ** 2', 620],
    [
      '133.6712195099 * kilocalorie_per_mole ** 1 * radian ** -2',
      'kilocalorie_per_mole/radian**2',
      133.6712195099,
    ],
    ['109.9409749899 * degree ** 1', 'degree', 109.9409749899],
    ['-1.5e-3 * degrees', 'degree', -0.0015],
    ['0.5 * elementary_charge ** 1', 'elementary_charge', 0.5],
    ['3', 'dimensionless', 3],
  ])('keeps its figure where only the spelling of the unit differs: %s', (text, unit, value) => {
    expect(quantityIn(unit, text)).toBe(value);
  });

  it.each([
    ['0.15 * nanometer', 'angstrom', 1.5],
    ['4.184 * kilojoule_per_mole', 'kilocalorie_per_mole', 1],
    ['418.4*kJ/mol/nm**2', 'kilocalorie_per_mole/angstrom**2', 1],
    ['3.141592653589793 * radian', 'degree', 180],
    ['1 * kilocalorie_per_mole * degree ** (-2)', 'kilocalorie_per_mole/radian**2', (180 / Math.PI) ** 2],
  ])('is converted: %s', (text, unit, value) => {
    expect(quantityIn(unit, text)).toBeCloseTo(value, 10);
  });

  it.each([
    '',
    '1.5',
    '1.5 * parsec',
    '1.5 * degree',
    'angstrom +',
    '1.5 * angstrom ** x',
    '1.5 angstrom',
    'NaN * angstrom',
  ])('in angstrom that is not one is refused: "%s"', (text) => {
    expect(() => quantityIn('angstrom', text)).toThrowError(
      expect.objectContaining({ code: 'unreadable-quantity' }),
    );
  });
});
