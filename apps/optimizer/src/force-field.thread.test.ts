import { builtInForceField } from '@bespoke/smirnoff';
import type { FitOutcome, TorsionFit, WriteForceFieldTask } from '@bespoke/workflow-schema';
import { describe, expect, it } from 'vitest';
import forceField from './force-field.thread';

const MOPAC = { program: 'mopac', version: '22.0.6', method: 'AM1-BCC', settings: 'one conformer' };
const OF_THE_FORCE_FIELD = {
  program: 'force field',
  version: 'as given',
  method: 'charges of the force field',
};

function torsion(mappedSmiles: string, kKcalPerMol: number): TorsionFit {
  const term = { periodicity: 1, phaseDegrees: 0, idivf: 1 };
  return {
    mappedSmiles,
    dihedral: [0, 1, 2, 3],
    parameters: [
      {
        smirks: `${mappedSmiles} in its fit`,
        startingFrom: 't1',
        terms: [{ ...term, kKcalPerMol: 0 }],
        fitted: [{ ...term, kKcalPerMol }],
      },
    ],
    chargesE: [],
    rmseBeforeKcalPerMol: 1,
    rmseAfterKcalPerMol: 0.1,
    points: [],
  };
}

function outcome(before: number, history: number[], given: Partial<FitOutcome>): FitOutcome {
  const objective = (total: number) => ({ total, target: total - 0.25, penalty: 0.25 });
  return {
    objective: { before: objective(before), after: objective(history.at(-1)!), history },
    converged: true,
    warnings: [],
    torsions: [],
    chargeModel: { ...MOPAC, overridden: false },
    seconds: { charges: 1, fit: 2 },
    ...given,
  };
}

const FITS = {
  ['1'.repeat(64)]: outcome(8, [5, 4], {
    torsions: [torsion('c', 0.3), torsion('a', 0.1)],
    chargeModel: { ...OF_THE_FORCE_FIELD, overridden: false },
  }),
  ['2'.repeat(64)]: outcome(2, [1], {
    torsions: [torsion('b', 0.2)],
    converged: false,
    warnings: ['stopped early'],
    chargeModel: { ...MOPAC, overridden: true },
  }),
};

const fragment = (mappedSmiles: string, digit: string, smirks: string[]) => ({
  mappedSmiles,
  dihedral: [0, 1, 2, 3] as [number, number, number, number],
  fitOutcomeSha256: digit.repeat(64),
  smirks,
});

function write(fragments: WriteForceFieldTask['fragments']) {
  return forceField({
    task: {
      softwareVersion: '0.1.0',
      mappedSmiles: 'abc',
      baseForceFieldSha256: '0'.repeat(64),
      qc: { program: 'xtb', method: 'GFN2-xTB', basis: null },
      programVersion: '6.4.1',
      fit: { penalty: 'L2', priorWidthKcalPerMol: 6 } as WriteForceFieldTask['fit'],
      fragments,
    },
    baseForceField: builtInForceField('openff_unconstrained-2.2.1.offxml'),
    fits: Object.fromEntries(Object.entries(FITS).map(([sha256, fit]) => [sha256, JSON.stringify(fit)])),
  });
}

describe('the force field of a molecule', () => {
  const { offxml, outcome: together } = write([
    fragment('a', '1', ['[#6:1]a']),
    fragment('b', '2', ['[#6:1]b']),
    fragment('c', '1', ['[#6:1]c']),
  ]);

  it('has what was fitted under its own patterns, in the order of its fragments, and says where that is from', () => {
    const added = [...offxml.matchAll(/smirks="\[#6:1\](.)" id="(.*?)".* k1="([\d.]+)/g)];
    expect(added.map(([, ...parts]) => parts)).toEqual([
      ['a', 'bespoke-1', '0.1'],
      ['b', 'bespoke-2', '0.2'],
      ['c', 'bespoke-3', '0.3'],
    ]);
    expect(offxml).toMatch(/Bespoke parameters for abc/);
    expect(offxml.match(/Torsion drive of . about 1-2-3-4: GFN2-xTB, xtb 6\.4\.1/g)).toHaveLength(3);
    expect(offxml).toMatch(/AM1-BCC, mopac 22\.0\.6; one conformer/);
    expect(offxml).toMatch(/give a simulation AM1-BCC charges/);
  });

  it('has one outcome of all its fits: objectives add up, step by step', () => {
    expect(together.objective).toEqual({
      before: { total: 10, target: 9.5, penalty: 0.5 },
      after: { total: 5, target: 4.5, penalty: 0.5 },
      history: [7, 6, 5],
    });
    expect(together).toMatchObject({
      converged: false,
      warnings: ['stopped early'],
      chargeModel: { ...MOPAC, overridden: true },
      seconds: { charges: 2, fit: 4 },
    });
    expect(
      together.torsions.map(({ mappedSmiles, parameters }) => [mappedSmiles, parameters[0]!.smirks]),
    ).toEqual([
      ['a', '[#6:1]a'],
      ['b', '[#6:1]b'],
      ['c', '[#6:1]c'],
    ]);
  });

  it('is not made from a fit of something else', () => {
    expect(() => write([fragment('b', '1', ['[#6:1]b'])])).toThrow('not that of the fragment b');
    expect(() => write([fragment('a', '1', [])])).toThrow('not that of the fragment a');
  });
});
