import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { beforeAll, describe, expect, it } from 'vitest';
import { appendTorsions, type TorsionToAppend } from './append-parameters';
import { assignParameters } from './assignment';
import { builtInForceField } from './built-in-force-fields';
import { parseOffxml, writeOffxml } from './offxml';

const SAGE = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
const ETHANE = '[C:1]([C:2]([H:6])([H:7])[H:8])([H:3])([H:4])[H:5]';

function torsion(id: string, smirks: string): TorsionToAppend {
  return {
    id,
    smirks,
    terms: [
      { periodicity: 3, phaseDegrees: 0, kKcalPerMol: 0.125, idivf: 1 },
      { periodicity: 2, phaseDegrees: 180, kKcalPerMol: -1e-7, idivf: 1 },
    ],
  };
}

beforeAll(loadRDKit);

describe('torsions added to a force field', () => {
  it('stand last, win, and read as they were given after a turn through the file', () => {
    const given = torsion('bespoke-1', '[#1:1]-[#6:2]-[#6:3]-[#1:4]');
    const text = writeOffxml(appendTorsions(SAGE, [given], []));
    expect(text).toContain('id="bespoke-1"');
    const { propers } = assignParameters(parseOffxml(text), moleculeFromSmiles(ETHANE));
    expect(propers).toHaveLength(9);
    for (const { id, terms } of propers) {
      expect(id).toBe('bespoke-1');
      expect(terms).toEqual(given.terms);
    }
  });

  it('leave everything else as it was', () => {
    const text = writeOffxml(
      appendTorsions(SAGE, [torsion('bespoke-1', '[#1:1]-[#6:2]-[#6:3]-[#1:4]')], ['from a test']),
    );
    const kept = text.split('\n').filter((line) => !line.includes('bespoke-1') && !line.includes('<!--'));
    expect(kept.join('\n')).toBe(writeOffxml(SAGE));
  });

  it('take the place of a torsion with the same pattern, as no pattern may stand in the file twice', () => {
    const first = appendTorsions(SAGE, [torsion('bespoke-1', '[#1:1]-[#6:2]-[#6:3]-[#1:4]')], []);
    const second = appendTorsions(first, [torsion('bespoke-1', '[#1:1]-[#6:2]-[#6:3]-[#1:4]')], []);
    expect(writeOffxml(second)).toBe(writeOffxml(first));
    expect(() =>
      appendTorsions(
        SAGE,
        [torsion('a', '[*:1]~[*:2]~[*:3]~[*:4]'), torsion('b', '[*:1]~[*:2]~[*:3]~[*:4]')],
        [],
      ),
    ).toThrowError(expect.objectContaining({ code: 'duplicate-parameter' }));
  });

  it('get an id of their own when theirs is taken', () => {
    const text = writeOffxml(
      appendTorsions(
        SAGE,
        [torsion('t1', '[#1:1]-[#6:2]-[#6:3]-[#1:4]'), torsion('t1', '[#1:1]-[#6:2]-[#7:3]-[#1:4]')],
        [],
      ),
    );
    expect(text.match(/ id="t1(-\d)?"/g)).toEqual([' id="t1"', ' id="t1-2"', ' id="t1-3"']);
  });

  it('come with their provenance as a comment, whatever it says', () => {
    const text = writeOffxml(appendTorsions(SAGE, [], ['xtb --opt ---> done', 'a line that ends with -']));
    const comment = /<!--([^]*?)-->/.exec(text)?.[1];
    expect(comment).toContain('xtb - -opt - - -> done');
    expect(comment).not.toMatch(/--|-$/);
    expect(writeOffxml(parseOffxml(text))).toBe(text);
  });
});
