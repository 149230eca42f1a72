import { describe, expect, it } from 'vitest';
import { missingSupply, unsupportedEngine, versionToPin, type StageCapability, type Supply } from './index';

const qc = (...engines: [string, string][]): StageCapability => ({
  stage: 'qc-generation',
  engines: engines.map(([program, version]) => ({ program, version })),
});
const fragmenter: StageCapability = { stage: 'fragmentation', engines: [] };
const pinned = (supply: Supply, program: string) => versionToPin(supply, 'qc-generation', program);
const refused = (supply: Supply) => unsupportedEngine(supply, 'qc-generation', 'xtb');

describe('the version that drives are pinned to', () => {
  it('is the highest that is up, by number and not by letter', () => {
    expect(pinned({ workers: [qc(['xtb', '6.9.0']), qc(['xtb', '6.10.0'])], pools: null }, 'xtb')).toBe(
      '6.10.0',
    );
  });

  it('is one that a pool declares while no worker is up', () => {
    expect(pinned({ workers: [fragmenter], pools: [qc(['xtb', '6.7.1'])] }, 'xtb')).toBe('6.7.1');
  });

  it('is one that is up rather than a higher one that is only declared', () => {
    const supply = { workers: [qc(['xtb', '6.4.1'])], pools: [qc(['xtb', '6.7.1'])] };
    expect(pinned(supply, 'xtb')).toBe('6.4.1');
  });

  it('is none while nobody has the program', () => {
    expect(pinned({ workers: [qc(['psi4', '1.9'])], pools: null }, 'xtb')).toBeNull();
  });

  it('is of the stage that the work is for', () => {
    const supply = { workers: [fragmenter, qc(['mopac', '22.0.6'])], pools: null };
    expect(versionToPin(supply, 'fragmentation', 'mopac')).toBeNull();
    const withMopac = { ...fragmenter, engines: [{ program: 'mopac', version: '22.1.0' }] };
    expect(versionToPin({ ...supply, pools: [withMopac] }, 'fragmentation', 'mopac')).toBe('22.1.0');
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
  it('is missed where its stage has none, whatever the others have', () => {
    const supply = { workers: [], pools: [fragmenter, qc(['mopac', '22.0.6'])] };
    expect(unsupportedEngine(supply, 'fragmentation', 'mopac')).toContain('No worker pool for fragmentation');
  });

  it('is refused when pools are declared and none has it, whoever is up', () => {
    expect(refused({ workers: [qc(['xtb', '6.4.1'])], pools: [qc(['psi4', '1.9'])] })).toContain(
      'There is psi4.',
    );
    expect(refused({ workers: [], pools: [fragmenter] })).toContain('There is no engine at all.');
  });

  it('is refused with what to choose in its place', () => {
    const supply = { workers: [], pools: [fragmenter] };
    expect(unsupportedEngine(supply, 'fragmentation', 'mopac')).toContain(
      'Choose another fragmentation scheme',
    );
    expect(unsupportedEngine(supply, 'optimization', 'mopac')).toContain('Choose another charge model');
  });

  it('is waited for when a pool declares it and no worker is up', () => {
    expect(refused({ workers: [], pools: [qc(['xtb', '6.4.1'])] })).toBeNull();
  });

  it('is judged by the workers that are up when nothing is declared, and waited for while there are none', () => {
    expect(refused({ workers: [qc(['psi4', '1.9'])], pools: null })).toContain('xtb');
    expect(refused({ workers: [fragmenter], pools: null })).toBeNull();
  });
});
