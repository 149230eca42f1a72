import { SmirnoffError } from './smirnoff-error';
import { DIMENSIONLESS, unitNamed, type Dimensions } from './units-of-measure';

// Quantities as they stand in OFFXML attributes, such as "430.5 * kilocalorie_per_mole ** 1 * angstrom ** -2",
// "620.0*kilocalories_per_mole/angstrom**2", "1.2e3 kJ/mol/nm^2" or "0.12 * nanometer": a product of numbers and
// units, each with a power, as the Python package pint reads it.

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

/** Longer than any quantity; keeps the nesting of brackets, and with it the call stack, small. */
const MAX_CHARACTERS = 500;

const NUMBER = /(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?/;
const NAME = /[\p{L}_][\p{L}\p{M}\d_]*/u;
const TOKEN = new RegExp(`\\s*(?:(${NUMBER.source})|(${NAME.source})|(\\*\\*|[*/()^+-]))`, 'uy');

function readQuantity(text: string): Quantity {
  const tokens = tokensOf(text);
  let next = 0;

  /** Factors that stand beside each other are multiplied, with or without a sign. */
  function product(): Quantity {
    let left = signed();
    for (;;) {
      const token = tokens[next];
      if (token === undefined || token === ')') {
        return left;
      }
      next += token === '*' || token === '/' ? 1 : 0;
      left = combine(left, token === '*' || token === '/' ? signed() : power(), token === '/' ? -1 : 1);
    }
  }

  /** A sign is weaker than a power: -2 ** 2 is -4. */
  function signed(): Quantity {
    const token = tokens[next];
    if (token !== '-' && token !== '+') {
      return power();
    }
    next += 1;
    const { value, ...rest } = signed();
    return { value: token === '-' ? -value : value, ...rest };
  }

  function power(): Quantity {
    const base = atom();
    if (tokens[next] !== '**' && tokens[next] !== '^') {
      return base;
    }
    next += 1;
    const exponent = signed();
    if (exponent.dimensions.some((dimension) => dimension !== 0)) {
      throw unreadable(text);
    }
    return combine(
      { value: 1, factor: 1, dimensions: DIMENSIONLESS },
      base,
      exponent.value * exponent.factor,
    );
  }

  function atom(): Quantity {
    const token = tokens[next++];
    if (token === '(') {
      const inner = product();
      if (tokens[next++] !== ')') {
        throw unreadable(text);
      }
      return inner;
    }
    if (token !== undefined && /^[\d.]/.test(token)) {
      return { value: Number(token.replaceAll('_', '')), factor: 1, dimensions: DIMENSIONLESS };
    }
    const unit = token === undefined ? undefined : unitNamed(token);
    if (unit === undefined) {
      throw unreadable(text);
    }
    return { value: 1, ...unit };
  }

  const quantity = product();
  if (next !== tokens.length || !Number.isFinite(quantity.value * quantity.factor)) {
    throw unreadable(text);
  }
  return quantity;
}

function tokensOf(text: string): string[] {
  if (text.length > MAX_CHARACTERS) {
    throw unreadable(`${text.slice(0, 50)}…`);
  }
  const plain = text
    .trim()
    .replace(/\s+per\s+/g, '/')
    .replace(/\b(?:square|sq)\s+(\w+)/g, '$1**2')
    .replace(/\bcubic\s+(\w+)/g, '$1**3')
    .replace(/(\w+)\s+squared\b/g, '$1**2')
    .replace(/(\w+)\s+cubed\b/g, '$1**3')
    .replace(/([⁻⁺]?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_, sign: string, digits: string) => {
      const exponent = [...digits].map((digit) => SUPERSCRIPTS.indexOf(digit)).join('');
      return `**${sign === '⁻' ? '-' : ''}${exponent}`;
    });
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < plain.length) {
    const match = TOKEN.exec(plain);
    if (match === null) {
      throw unreadable(text);
    }
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return tokens;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

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
