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
    ['1.5 angstrom', 'angstrom', 1.5],
    ['-.5Å', 'angstrom', -0.5],
    ['2 * bohr', 'angstrom', 1.058354421806],
    ['1_000.5e-3 * pm', 'angstrom', 0.010005],
    ['1e-10 m', 'angstrom', 1],
    ['1 kcal mol^-1 Å^-2', 'kilocalorie_per_mole/angstrom**2', 1],
    ['2 kcal/mol/angstrom²', 'kilocalorie_per_mole/angstrom**2', 2],
    ['1 kJ mol⁻¹', 'kilocalorie_per_mole', 1 / 4.184],
    ['1 kilojoule per mole per square nanometer', 'kilojoule_per_mole/nanometer**2', 1],
    ['8 kilojoules_per_mole / nanometers ** 3', 'kilojoule_per_mole * nanometer ** (-3)', 8],
    ['4.184e6 * gram * meter ** 2 / second ** 2 / mole', 'kilocalorie_per_mole', 1],
    ['1 * hartree * avogadro_constant', 'kilocalorie_per_mole', 627.5094740631],
    ['-(2 * 0.25) * e', 'elementary_charge', -0.5],
    ['1.602176634e-19 coulomb', 'elementary_charge', 1],
    ['pi * radian', 'degree', 180],
    ['-2 ** 2', 'dimensionless', -4],
    ['2 ** -1 ** 2', 'dimensionless', 0.5],
    ['4 * (angstrom ** 2) ** 0.5', 'angstrom', 4],
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
    '1.5 * * angstrom',
    '1.5 * angstrom ** angstrom',
    `${'('.repeat(10_000)}1`,
    'NaN * angstrom',
  ])('in angstrom that is not one is refused: "%s"', (text) => {
    expect(() => quantityIn('angstrom', text)).toThrowError(
      expect.objectContaining({ code: 'unreadable-quantity' }),
    );
  });
});
