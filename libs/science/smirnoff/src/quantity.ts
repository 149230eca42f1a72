import { DEGREES_PER_RADIAN, KILOJOULE_PER_KCAL } from '@bespoke/units';
import { SmirnoffError } from './smirnoff-error';

// Quantities as they stand in OFFXML attributes, such as "430.5 * kilocalorie_per_mole ** 1 * angstrom ** -2",
// "620.0*kilocalories_per_mole/angstrom**2" or "0.12 * nanometer": a product of numbers and units, each with an
// integer power, as Python reads it.

/** Powers of length, energy, amount, angle and charge. */
type Dimensions = readonly [number, number, number, number, number];

interface Unit {
  /** Size in angstrom, kilocalorie, mole, degree and elementary charge. */
  factor: number;
  dimensions: Dimensions;
}

const LENGTH: Dimensions = [1, 0, 0, 0, 0];
const ENERGY: Dimensions = [0, 1, 0, 0, 0];
const AMOUNT: Dimensions = [0, 0, 1, 0, 0];
const MOLAR_ENERGY: Dimensions = [0, 1, -1, 0, 0];
const ANGLE: Dimensions = [0, 0, 0, 1, 0];
const CHARGE: Dimensions = [0, 0, 0, 0, 1];
const NUMBER: Dimensions = [0, 0, 0, 0, 0];

const UNITS = new Map<string, Unit>([
  ['angstrom', { factor: 1, dimensions: LENGTH }],
  ['nanometer', { factor: 10, dimensions: LENGTH }],
  ['nm', { factor: 10, dimensions: LENGTH }],
  ['picometer', { factor: 0.01, dimensions: LENGTH }],
  ['kilocalorie', { factor: 1, dimensions: ENERGY }],
  ['kcal', { factor: 1, dimensions: ENERGY }],
  ['calorie', { factor: 0.001, dimensions: ENERGY }],
  ['kilojoule', { factor: 1 / KILOJOULE_PER_KCAL, dimensions: ENERGY }],
  ['kJ', { factor: 1 / KILOJOULE_PER_KCAL, dimensions: ENERGY }],
  ['joule', { factor: 0.001 / KILOJOULE_PER_KCAL, dimensions: ENERGY }],
  ['mole', { factor: 1, dimensions: AMOUNT }],
  ['mol', { factor: 1, dimensions: AMOUNT }],
  ['kilocalorie_per_mole', { factor: 1, dimensions: MOLAR_ENERGY }],
  ['kilojoule_per_mole', { factor: 1 / KILOJOULE_PER_KCAL, dimensions: MOLAR_ENERGY }],
  ['degree', { factor: 1, dimensions: ANGLE }],
  ['deg', { factor: 1, dimensions: ANGLE }],
  ['radian', { factor: DEGREES_PER_RADIAN, dimensions: ANGLE }],
  ['rad', { factor: DEGREES_PER_RADIAN, dimensions: ANGLE }],
  ['elementary_charge', { factor: 1, dimensions: CHARGE }],
  ['e', { factor: 1, dimensions: CHARGE }],
  ['dimensionless', { factor: 1, dimensions: NUMBER }],
]);

/** A quantity taken apart: number × factor, where the factor is what its units make. */
interface Quantity {
  value: number;
  factor: number;
  dimensions: Dimensions;
}

/**
 * The number that a quantity is in a given unit.
 *
 * @param unit in the same spelling, such as "kilocalorie_per_mole / angstrom ** 2"
 * @throws SmirnoffError unreadable-quantity
 */
export function quantityIn(unit: string, text: string): number {
  const quantity = readQuantity(text);
  const target = readQuantity(unit);
  if (quantity.dimensions.some((power, index) => power !== target.dimensions[index])) {
    throw new SmirnoffError('unreadable-quantity', `"${text}" is not a quantity in ${unit}.`);
  }
  // Where the units are the same the quotient is exactly 1, and the figure of the file comes out unchanged.
  return quantity.value * (quantity.factor / target.factor);
}

/** Whether two unit expressions, without numbers, say the same; "angstrom ** 1" and "angstrom" do. */
export function sameUnit(a: string, b: string): boolean {
  const first = readQuantity(a);
  const second = readQuantity(b);
  return (
    first.factor === second.factor &&
    first.value === second.value &&
    first.dimensions.every((power, index) => power === second.dimensions[index])
  );
}

const TOKEN = /\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|([A-Za-z_]+)|(\*\*|[*/()+-]))/y;

function readQuantity(text: string): Quantity {
  const tokens = tokensOf(text);
  let next = 0;

  function product(): Quantity {
    let left = power();
    while (tokens[next] === '*' || tokens[next] === '/') {
      const operator = tokens[next++];
      left = combine(left, power(), operator === '*' ? 1 : -1);
    }
    return left;
  }

  function power(): Quantity {
    const base = atom();
    if (tokens[next] !== '**') {
      return base;
    }
    next += 1;
    return combine({ value: 1, factor: 1, dimensions: NUMBER }, base, signedInteger());
  }

  function signedInteger(): number {
    const bracketed = tokens[next] === '(';
    next += bracketed ? 1 : 0;
    const sign = tokens[next] === '-' ? -1 : 1;
    next += tokens[next] === '-' || tokens[next] === '+' ? 1 : 0;
    const exponent = Number(tokens[next++]);
    if (!Number.isInteger(exponent) || (bracketed && tokens[next++] !== ')')) {
      throw unreadable(text);
    }
    return sign * exponent;
  }

  function atom(): Quantity {
    const token = tokens[next++];
    if (token === '-' || token === '+') {
      const { value, ...rest } = atom();
      return { value: token === '-' ? -value : value, ...rest };
    }
    if (token === '(') {
      const inner = product();
      if (tokens[next++] !== ')') {
        throw unreadable(text);
      }
      return inner;
    }
    if (token !== undefined && /^[\d.]/.test(token)) {
      return { value: Number(token), factor: 1, dimensions: NUMBER };
    }
    const unit = token === undefined ? undefined : unitNamed(token);
    if (unit === undefined) {
      throw unreadable(text);
    }
    return { value: 1, ...unit };
  }

  const quantity = product();
  if (next !== tokens.length || !Number.isFinite(quantity.value)) {
    throw unreadable(text);
  }
  return quantity;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const trimmed = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (match === null) {
      throw unreadable(text);
    }
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return tokens;
}

/** Singular and plural, also the plural inside "kilocalories_per_mole". */
function unitNamed(name: string): Unit | undefined {
  return UNITS.get(name) ?? UNITS.get(name.replace(/s(?=_per_|$)/, ''));
}

function combine(a: Quantity, b: Quantity, exponent: number): Quantity {
  return {
    value: a.value * b.value ** exponent,
    factor: a.factor * b.factor ** exponent,
    dimensions: a.dimensions.map(
      (power, index) => power + exponent * (b.dimensions[index] ?? 0),
    ) as unknown as Dimensions,
  };
}

function unreadable(text: string): SmirnoffError {
  return new SmirnoffError(
    'unreadable-quantity',
    `"${text}" is not a quantity: a number times units was expected, such as "1.5 * angstrom ** 1".`,
  );
}
