import type { FitView } from '@bespoke/workflow-schema';
import { describe, expect, it } from 'vitest';
import { isPlanned, seriesPlan } from './series-plan';

function fit(
  name: string,
  drives: Partial<FitView['drives'][number]>[],
  status: FitView['status'] = 'running',
) {
  return { name, status, drives: drives.map((drive) => ({ bonds: 1, reused: false, ...drive })) } as FitView;
}

const anisole = { driveId: 'd1', fragment: 'COc1ccccc1' };
const ethyl = { driveId: 'd2', fragment: 'CCc1ccccc1' };

describe('the plan of a series', () => {
  it('counts a drive that several molecules share once, and names them', () => {
    const plan = seriesPlan([
      fit('one', [anisole, { ...ethyl, bonds: 2 }]),
      fit('two', [anisole]),
      fit('three', [{ driveId: 'd3', fragment: 'CCc1ccccc1' }, anisole]),
    ]);
    expect(plan).toEqual({
      molecules: 3,
      torsions: 6,
      fragments: 2,
      drives: { needed: 3, withoutSharing: 5, reused: 0 },
      shared: [{ ...anisole, molecules: ['one', 'two', 'three'] }],
    });
  });

  it('takes a drive for computed before only where every one of them found it so', () => {
    const found = (drive: typeof anisole, reused: boolean) => ({ ...drive, reused });
    const { drives } = seriesPlan([
      fit('one', [found(anisole, false), found(ethyl, true)]),
      fit('two', [found(anisole, true), found(ethyl, true)]),
    ]);
    expect(drives).toEqual({ needed: 2, withoutSharing: 4, reused: 1 });
  });

  it('is known once every drive is, or where a fit has ended without', () => {
    expect(isPlanned(fit('cut', [anisole]))).toBe(true);
    expect(isPlanned(fit('not looked for', [anisole, { ...ethyl, reused: null }]))).toBe(false);
    expect(isPlanned(fit('waits', [], 'waiting'))).toBe(false);
    expect(isPlanned(fit('failed', [], 'failed'))).toBe(true);
  });
});
