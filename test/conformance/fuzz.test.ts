import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRDKit } from '@bespoke/molecule';
import { openFuzzReader, type FuzzedFormat } from './fuzz-reader';
import {
  MOL2_SEEDS,
  MOL2_TOKENS,
  OFFXML_TOKENS,
  OFFXML_VALUES,
  offxmlSeeds,
  SDF_TOKENS,
  sdfSeeds,
  SMILES_SEEDS,
  SMILES_TOKENS,
} from './fuzz-seeds';
import { mutated, tokens, withOtherAttributes } from './mutations';

// test/nightly/fuzz.sh runs this with many more cases.
const SEED = Number(process.env.FUZZ_SEED ?? 4);
const CASES = Number(process.env.FUZZ_CASES ?? 300);

/** A report of more helps nobody. */
const MOST_FAULTS = 10;
const MOST_SHOWN = 4000;

const reader = openFuzzReader();
beforeAll(loadRDKit);
afterAll(() => reader.close());

describe(`${CASES} hostile texts of each format (seed ${SEED}) are read or refused, in bounded time and memory`, () => {
  const formats: [FuzzedFormat, () => fc.Arbitrary<string>][] = [
    ['smiles', () => mutatedOrTokens(SMILES_SEEDS, SMILES_TOKENS)],
    ['sdf', () => mutatedOrTokens(sdfSeeds(), SDF_TOKENS)],
    ['mol2', () => mutatedOrTokens(MOL2_SEEDS, MOL2_TOKENS)],
    [
      'offxml',
      () =>
        fc.oneof(
          mutatedOrTokens(offxmlSeeds(), OFFXML_TOKENS),
          withOtherAttributes(offxmlSeeds(), OFFXML_VALUES),
        ),
    ],
  ];

  it.each(formats)('%s', async (format, texts) => {
    const counts: Record<string, number> = {};
    const faults: { what: string; text: string }[] = [];
    for (const text of fc.sample(texts(), { seed: SEED, numRuns: CASES })) {
      const outcome = await reader.read(format, text);
      const kind = outcome.kind === 'refused' ? outcome.code : outcome.kind;
      counts[kind] = (counts[kind] ?? 0) + 1;
      if (outcome.kind !== 'fault' && outcome.kind !== 'hang') continue;
      const shown = JSON.stringify(text);
      faults.push({
        what: outcome.kind === 'hang' ? 'hang' : outcome.message,
        text:
          shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}... (${text.length} characters)` : shown,
      });
      if (faults.length === MOST_FAULTS) break;
    }
    console.log(format, counts);
    expect(faults).toEqual([]);
  });
});

function mutatedOrTokens(seeds: readonly string[], tokensOfFormat: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof({ weight: 4, arbitrary: mutated(seeds) }, { weight: 1, arbitrary: tokens(tokensOfFormat) });
}
