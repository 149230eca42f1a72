import { describe, expect, it } from 'vitest';
import { missingSupply, unsupportedEngine, versionToPin, type StageCapability } from './index';

const qc = (...engines: [string, string][]): StageCapability => ({
  stage: 'qc-generation',
  engines: engines.map(([program, version]) => ({ program, version })),
});
const fragmenter: StageCapability = { stage: 'fragmentation', engines: [] };
const gfn2 = { program: 'xtb', method: 'GFN2-xTB' };

describe('the version that drives are pinned to', () => {
  it('is the highest that is up, by number and not by letter', () => {
    expect(versionToPin({ workers: [qc(['xtb', '6.9.0']), qc(['xtb', '6.10.0'])], pools: null }, 'xtb')).toBe(
      '6.10.0',
    );
  });

  it('is one that a pool declares while no worker is up', () => {
    expect(versionToPin({ workers: [fragmenter], pools: [qc(['xtb', '6.7.1'])] }, 'xtb')).toBe('6.7.1');
  });

  it('is one that is up rather than a higher one that is only declared', () => {
    const supply = { workers: [qc(['xtb', '6.4.1'])], pools: [qc(['xtb', '6.7.1'])] };
    expect(versionToPin(supply, 'xtb')).toBe('6.4.1');
  });

  it('is none while nobody has the program', () => {
    expect(versionToPin({ workers: [qc(['psi4', '1.9'])], pools: null }, 'xtb')).toBeNull();
  });
});

describe('a missing worker', () => {
  it('is room in the queue where there are workers but it takes no more', () => {
    const workers = [{ stage: 'fragmentation' as const, engines: [] }];
    expect(missingSupply({ workers, pools: null, isQueueFull: true }, 'fragmentation')).toBe(
      'room in the queue of tasks',
    );
  });

  it('is named by its stage, or by the program and its exact version', () => {
    const supply = { workers: [fragmenter, qc(['xtb', '6.7.1'])], pools: null };
    expect(missingSupply(supply, 'fragmentation')).toBeNull();
    expect(missingSupply(supply, 'optimization')).toBe('a worker for optimization');
    expect(missingSupply(supply, 'qc-generation', { program: 'xtb', version: '6.7.1' })).toBeNull();
    expect(missingSupply(supply, 'qc-generation', { program: 'psi4', version: '1.9' })).toBe(
      'a worker with psi4 1.9',
    );
    expect(missingSupply(supply, 'qc-generation', { program: 'xtb', version: '6.4.1' })).toBe(
      'a worker with xtb 6.4.1 (there is xtb 6.7.1: cancel and submit again to use that)',
    );
  });
});

describe('an engine', () => {
  it('is refused when pools are declared and none has it, whoever is up', () => {
    expect(
      unsupportedEngine({ workers: [qc(['xtb', '6.4.1'])], pools: [qc(['psi4', '1.9'])] }, gfn2),
    ).toContain('There is psi4.');
    expect(unsupportedEngine({ workers: [], pools: [fragmenter] }, gfn2)).toContain(
      'There is no engine at all.',
    );
  });

  it('is waited for when a pool declares it and no worker is up', () => {
    expect(unsupportedEngine({ workers: [], pools: [qc(['xtb', '6.4.1'])] }, gfn2)).toBeNull();
  });

  it('is judged by the workers that are up when nothing is declared, and waited for while there are none', () => {
    expect(unsupportedEngine({ workers: [qc(['psi4', '1.9'])], pools: null }, gfn2)).toContain('xtb');
    expect(unsupportedEngine({ workers: [fragmenter], pools: null }, gfn2)).toBeNull();
  });
});
