import { newFit, type FitDrive, type FitRecord } from '@bespoke/orchestration';
import {
  builtInWorkflows,
  type FitOutcome,
  type FragmentResult,
  type TorsionFit,
} from '@bespoke/workflow-schema';
import { describe, expect, it } from 'vitest';
import { assembleFitReport, referenceNote } from './fit-report';

const SHA = { base: 'a'.repeat(64), fitted: 'b'.repeat(64), outcome: 'c'.repeat(64) };

const fragment = (mappedSmiles: string, parentBond: [number, number]) =>
  ({
    mappedSmiles,
    smiles: 'CC',
    dihedral: [2, 0, 1, 5],
    occurrences: [{ parentBond, parentAtoms: [] }],
    parameters: [],
  }) as FragmentResult['fragments'][number];

const fragments = [fragment('first', [0, 1]), fragment('second', [1, 2]), fragment('third', [2, 3])];

const torsion = (mappedSmiles: string): TorsionFit => ({
  mappedSmiles,
  dihedral: [2, 0, 1, 5],
  parameters: [],
  chargesE: [],
  rmseBeforeKcalPerMol: 1,
  rmseAfterKcalPerMol: 0.5,
  points: [],
});

const outcome: FitOutcome = {
  objective: {
    before: { total: 2, target: 2, penalty: 0 },
    after: { total: 1, target: 0.9, penalty: 0.1 },
    history: [2, 1],
  },
  converged: true,
  warnings: [],
  torsions: [torsion('first'), torsion('third')],
  chargeModel: { program: 'mopac', version: '22.0.6', method: 'AM1-BCC' },
  seconds: { charges: 1, fit: 2 },
};

const drive = (failure: FitDrive['failure']) =>
  ({ status: failure ? 'failed' : 'succeeded', failure }) as FitDrive;

function finishedFit(changes: Partial<FitRecord> = {}): FitRecord {
  const fit = newFit({
    id: 'fit-1',
    name: 'butane',
    smiles: 'CCCC',
    mappedSmiles: '[C:1]',
    workflow: builtInWorkflows.get('draft')!,
    baseForceField: { name: 'openff_unconstrained-2.2.1.offxml', sha256: SHA.base },
    lane: 'normal',
    softwareVersion: '0.1.0',
    createdAt: '2026-11-22T10:00:00.000Z',
  });
  return {
    ...fit,
    status: 'succeeded',
    engineVersion: '6.5.1',
    drives: [
      drive(null),
      drive({ code: 'drive-incomplete', message: 'xtb did not converge at 45°' }),
      drive(null),
    ],
    result: { forceFieldSha256: SHA.fitted, fitOutcomeSha256: SHA.outcome },
    finishedAt: '2026-11-22T10:01:30.000Z',
    stages: [
      {
        name: 'fragmentation',
        status: 'succeeded',
        startedAt: '2026-11-22T10:00:00.000Z',
        finishedAt: '2026-11-22T10:00:02.500Z',
      },
      { name: 'qc-generation', status: 'succeeded', startedAt: null, finishedAt: null },
    ],
    ...changes,
  };
}

describe('the report of a fit', () => {
  it('names the profile of each fragment, and why one was left out', () => {
    const report = assembleFitReport(finishedFit(), fragments, outcome);
    expect(report.fragments.map(({ torsion, dropped }) => ({ torsion, dropped }))).toEqual([
      { torsion: 0, dropped: null },
      { torsion: null, dropped: 'xtb did not converge at 45°' },
      { torsion: 1, dropped: null },
    ]);
    expect(report.fragments.map(({ reference }) => reference?.method)).toEqual([
      'GFN2-xTB',
      undefined,
      'GFN2-xTB',
    ]);
  });

  it('says how fragments compare with the molecule, and which one it took the place of', () => {
    const whole = { ...fragment('whole', [1, 2]), smiles: 'CCCC', fragmentAtoms: [] };
    const cut = { ...fragment('second', [1, 2]), wholeMolecule: [whole] };
    const unlike = { verdict: 'unlike', deviationKcalPerMol: 0.8 } as const;
    const alike = { verdict: 'alike', deviationKcalPerMol: 0.1 } as const;
    const task = { taskId: 't', epoch: 0, wanted: true };
    const checks = [
      { task: null, verdict: null },
      { task, verdict: unlike },
      { task, verdict: alike },
    ];
    const fit = finishedFit({ parentChecks: { programVersion: '6.5.1', checks } });
    const report = assembleFitReport(fit, [fragments[0]!, cut, fragments[2]!], outcome);
    expect(report.fragments).toMatchObject([
      { mappedSmiles: 'first', parentCheck: null, replaces: null },
      { mappedSmiles: 'whole', parentCheck: unlike, replaces: 'CC' },
      { mappedSmiles: 'third', parentCheck: alike, replaces: null },
    ]);
  });

  it('tells a fragment without a profile from one that the optimizer left out', () => {
    const fit = finishedFit({ drives: [drive(null), drive(null), drive(null)] });
    expect(assembleFitReport(fit, fragments, outcome).fragments[1]!.dropped).toBe(
      'the optimizer left it out',
    );
  });

  it('says why the parameters of a fragment were not fitted', () => {
    const failure = { code: 'not-finite', message: 'atoms lie on top of each other' };
    const task = { taskId: 't', epoch: 0, wanted: true, outcomeSha256: null };
    const fit = finishedFit({
      drives: [drive(null), drive(null), drive(null)],
      parameterFits: [
        { ...task, drives: [0, 2], status: 'succeeded', failure: null },
        { ...task, drives: [1], status: 'failed', failure },
      ],
    });
    expect(assembleFitReport(fit, fragments, outcome).fragments.map(({ dropped }) => dropped)).toEqual([
      null,
      'atoms lie on top of each other',
      null,
    ]);
  });

  it('gives the time of each stage that ran and the version of each program', () => {
    const { timings, versions } = assembleFitReport(finishedFit(), fragments, outcome);
    expect(timings.stages).toEqual([{ stage: 'fragmentation', seconds: 2.5 }]);
    expect(versions).toEqual({
      bespoke: expect.stringMatching(/^\d+\.\d+\.\d+/),
      xtb: '6.5.1',
      mopac: '22.0.6',
    });
  });

  it('of a molecule with nothing to fit has the base force field and no reference', () => {
    const fit = finishedFit({
      engineVersion: null,
      drives: [],
      result: { forceFieldSha256: SHA.base, fitOutcomeSha256: null },
    });
    const report = assembleFitReport(fit, [], null);
    expect(report).toMatchObject({ fit: null, fragments: [], forceFieldSha256: SHA.base });
    expect(report.referenceNote).toContain('nothing to fit');
  });

  it('does not exist before the fit has succeeded', () => {
    expect(() => assembleFitReport(finishedFit({ status: 'running' }), fragments, outcome)).toThrow(
      'running',
    );
  });
});

describe('the note on the reference', () => {
  it('says of GFN2 that the fit is no better than Sage against DFT, as was measured', () => {
    const note = referenceNote({ program: 'xtb', version: '6.5.1', method: 'GFN2-xTB' });
    expect(note).toContain('no better than Sage');
    expect(note).toContain('GFN2-xTB, computed with xtb 6.5.1');
  });

  it('claims no more of its relatives than that they are no DFT', () => {
    for (const method of ['gfn1-xtb', 'GFN-FF']) {
      const note = referenceNote({ program: 'xtb', version: '6.5.1', method });
      expect(note).toContain('no DFT');
      expect(note).not.toContain('Sage');
    }
  });

  it("knows the level that OpenFF's own torsions are fitted to", () => {
    const note = referenceNote({ program: 'psi4', version: '1.9.1', method: 'B3LYP-D3BJ/DZVP' });
    expect(note).toContain('B3LYP-D3BJ/DZVP');
    expect(note).toContain("OpenFF's own");
  });
});
