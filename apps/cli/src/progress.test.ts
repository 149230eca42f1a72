import type { FitView } from '@bespoke/workflow-schema';
import { describe, expect, it } from 'vitest';
import { describeFit, formatDuration, progressOf, secondsLeft, type Progress } from './progress';

function drive(driveId: string, fields: Partial<FitView['drives'][number]> = {}): FitView['drives'][number] {
  return {
    driveId,
    fragment: 'CCCC',
    bonds: 1,
    reused: false,
    status: 'running',
    pointsDone: 0,
    pointsTotal: 24,
    optimizationsDone: 0,
    optimizationsKnown: 0,
    failure: null,
    ...fields,
  };
}

function fit(fields: Partial<FitView> = {}): FitView {
  return {
    id: 'f1',
    name: '',
    smiles: 'CCCC',
    workflow: 'draft',
    lane: 'normal',
    status: 'running',
    createdAt: '',
    finishedAt: null,
    stages: [{ name: 'qc-generation', status: 'running', startedAt: null, finishedAt: null }],
    drives: [],
    parameterFits: [],
    waitingFor: null,
    failure: null,
    warnings: [],
    revision: 1,
    ...fields,
  };
}

function progress(optimizationsDone: number, optimizationsKnown: number): Progress {
  return { drives: 1, drivesEnded: 0, pointsDone: 0, pointsTotal: 24, optimizationsDone, optimizationsKnown };
}

describe('the progress of several fits', () => {
  it('counts a drive that two of them share once', () => {
    const shared = drive('d1', { pointsDone: 5 });
    expect(progressOf([fit({ drives: [shared] }), fit({ drives: [shared, drive('d2')] })])).toMatchObject({
      drives: 2,
      pointsDone: 5,
      pointsTotal: 48,
    });
  });

  it('expects of a drive that has not begun what finished drives took for each grid point', () => {
    const ended = drive('d1', {
      status: 'succeeded',
      pointsDone: 24,
      optimizationsDone: 48,
      optimizationsKnown: 48,
    });
    expect(progressOf([fit({ drives: [ended, drive('d2')] })]).optimizationsKnown).toBe(96);
  });

  it('never expects less than is known to be needed, nor more of a drive that was dropped', () => {
    const busy = drive('d1', { optimizationsKnown: 500 });
    const dropped = drive('d2', { status: 'failed', optimizationsDone: 7, optimizationsKnown: 30 });
    expect(progressOf([fit({ drives: [busy, dropped] })]).optimizationsKnown).toBe(507);
  });
});

describe('the time left', () => {
  it('follows from the rate at which optimisations finish', () => {
    const samples = [
      { seconds: 100, progress: progress(50, 200) },
      { seconds: 110, progress: progress(60, 200) },
    ];
    expect(secondsLeft(samples)).toBe(140);
  });

  it('forgets how it was long ago', () => {
    const samples = [
      { seconds: 0, progress: progress(0, 1000) },
      { seconds: 900, progress: progress(10, 1000) },
      { seconds: 1000, progress: progress(110, 1000) },
    ];
    expect(secondsLeft(samples)).toBe(890);
  });

  it('is not known while nothing has finished', () => {
    expect(secondsLeft([])).toBeNull();
    expect(secondsLeft([{ seconds: 1, progress: progress(7, 9) }])).toBeNull();
    expect(
      secondsLeft([
        { seconds: 0, progress: progress(7, 9) },
        { seconds: 60, progress: progress(7, 9) },
      ]),
    ).toBeNull();
  });

  it.each([
    [0.2, '1 s'],
    [40.4, '40 s'],
    [600, '10 min'],
    [11_100, '3 h 05 min'],
  ])('of %d s reads %s', (seconds, words) => {
    expect(formatDuration(seconds)).toBe(words);
  });
});

describe('the line on a fit', () => {
  it('says which drive it is at and how many of its points are done', () => {
    const drives = [drive('d1', { status: 'succeeded', pointsDone: 24 }), drive('d2', { pointsDone: 3 })];
    expect(describeFit(fit({ drives }))).toBe('torsion drives: drive 2 of 2, 27 of 48 points');
  });

  it('says what it waits for', () => {
    expect(describeFit(fit({ waitingFor: 'a worker with psi4' }))).toBe('waiting for a worker with psi4');
  });

  it('says why it failed', () => {
    const failure = { code: 'drive-incomplete', message: 'xtb did not converge at 45°' };
    expect(describeFit(fit({ status: 'failed', failure }))).toBe('failed: xtb did not converge at 45°');
  });
});
