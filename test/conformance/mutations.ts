import fc from 'fast-check';

// Texts that were valid once, and texts of a format's tokens in no order.

/** Things that break readers: numbers beyond any range, other alphabets, control characters, depth, length. */
const NASTY = [
  ...['0', '-1', '999', '1000', '99999', '2147483648', '-2147483649', '4294967296', '99999999999999999999'],
  ...['1e400', '-1e400', 'NaN', 'Infinity', '0x10', '1_000', '1.', '.', '-0.0', '1e-320', '１２'],
  ...[
    '\0',
    '\u0001',
    '\t',
    '\r',
    '\n',
    '\r\n',
    '\n\n\n',
    '\u2028',
    '\ufeff',
    '\ufffd',
    '\u202e',
    '\u00a0',
    '\ud800',
  ],
  ...[
    'é',
    '𝕏',
    '漢字',
    '👩‍🔬',
    '̷',
    '%',
    '%%',
    '%00',
    '%n%s',
    '\\',
    '\\\\',
    '"',
    "'",
    '`',
    '$(x)',
    '${x}',
    '../../x',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    '&',
    '&amp;',
    '&#0;',
    '&#x110000;',
    '&x;',
    ']]>',
    '<![CDATA[',
    '<!--',
    '-->',
  ],
  ...[
    '<!DOCTYPE a [<!ENTITY b "b">]>',
    '<?x?>',
    '<x/>',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
  ],
  ...[
    'null',
    'true',
    '[]',
    '{}',
    'M  END',
    'M  V30 ',
    '$$$$',
    '@<TRIPOS>',
    '> <x>',
    '*',
    '**',
    '**-1',
    ' * ',
    '/',
    '.',
  ],
];
const REPEATED = [
  '(',
  '[',
  'C(',
  'C1',
  '[C',
  ')',
  '<a>',
  '<a b="',
  '(1+',
  '1*',
  ' ',
  '\n',
  'C',
  'C.',
  '9',
  '$(',
  '[$(C',
  '-',
];

type Mutation =
  | { kind: 'replace'; at: number; length: number; by: string }
  | { kind: 'repeat'; at: number; length: number; times: number }
  | { kind: 'truncate'; at: number }
  | { kind: 'flip'; at: number; bit: number }
  | { kind: 'number'; at: number; by: string }
  | { kind: 'line'; at: number; to: number; copy: boolean }
  | { kind: 'splice'; at: number; from: string; part: number };

/** A place in a text, as a part of its length. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const short = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 5, arbitrary: fc.nat(12) },
  fc.nat(400),
);
const inserted = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...REPEATED), fc.constantFrom(30, 300, 3_000, 30_000, 300_000))
      .map(([unit, times]) => unit.repeat(times)),
  },
);

function mutation(seeds: readonly string[]): fc.Arbitrary<Mutation> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('replace' as const), at: place, length: short, by: inserted }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('number' as const), at: place, by: inserted }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('line' as const),
        at: place,
        to: place,
        copy: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('repeat' as const),
        at: place,
        length: fc.nat(200),
        times: fc.constantFrom(1, 2, 10, 1000),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), at: place }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('splice' as const),
        at: place,
        from: fc.constantFrom(...seeds),
        part: place,
      }),
    },
  );
}

/** Valid texts with one to six changes. */
export function mutated(seeds: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation(seeds), { minLength: 1, maxLength: 6 }))
    .map(([seed, mutations]) => mutations.reduce(apply, seed));
}

/** XML that stays well formed: some attributes have other values, of the file or put together from `values`. */
export function withOtherAttributes(
  seeds: readonly string[],
  values: readonly string[],
): fc.Arbitrary<string> {
  const value = fc.oneof(
    fc.constantFrom(...seeds.flatMap((seed) => [...seed.matchAll(/="([^"]*)"/g)].map(([, found]) => found!))),
    fc
      .array(fc.constantFrom(...values, ...NASTY), { minLength: 1, maxLength: 6 })
      .map((parts) =>
        parts
          .join(' ')
          .replace(/[&<>"\p{Cc}\p{Cs}]/gu, (character) => (/[&<>"]/.test(character) ? '&amp;' : ' ')),
      ),
  );
  return fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(fc.record({ at: place, value }), { minLength: 1, maxLength: 4 }),
    )
    .map(([seed, changes]) =>
      changes.reduce((text, { at, value: by }) => {
        const start = text.indexOf('="', Math.floor(at * text.length));
        const end = text.indexOf('"', start + 2);
        return start < 0 || end < 0 ? text : `${text.slice(0, start)}="${by}${text.slice(end)}`;
      }, seed),
    );
}

/** Tokens of a format in any order, each told apart by nothing. */
export function tokens(of: readonly string[], mostTokens = 60): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...of), { maxLength: mostTokens, size: 'max' })
    .map((some) => some.join(''));
}

function apply(text: string, change: Mutation): string {
  const at = Math.floor(change.at * text.length);
  switch (change.kind) {
    case 'replace':
      return text.slice(0, at) + change.by + text.slice(at + change.length);
    case 'repeat':
      return text.slice(0, at) + text.slice(at, at + change.length).repeat(change.times) + text.slice(at);
    case 'truncate':
      return text.slice(0, at);
    case 'flip':
      return text === ''
        ? text
        : text.slice(0, at) +
            String.fromCharCode(text.charCodeAt(at) ^ (1 << change.bit)) +
            text.slice(at + 1);
    case 'number': {
      const found = /-?\d+(?:\.\d+)?/.exec(text.slice(at));
      if (found === null) return text;
      const start = at + found.index;
      return text.slice(0, start) + change.by + text.slice(start + found[0].length);
    }
    case 'line': {
      const lines = text.split('\n');
      const index = Math.floor(change.at * lines.length);
      const moved = change.copy ? lines.slice(index, index + 1) : lines.splice(index, 1);
      lines.splice(Math.floor(change.to * lines.length), 0, ...moved);
      return lines.join('\n');
    }
    case 'splice':
      return text.slice(0, at) + change.from.slice(Math.floor(change.part * change.from.length));
    default:
      return change satisfies never;
  }
}
