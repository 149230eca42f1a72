import { describe, expect, it } from 'vitest';
import { shareResources } from './resources';

const machine = { cores: 16, memoryBytes: 64e9 };
const workers = (qcCompute: number) => ({ fragmenter: 1, 'qc-compute': qcCompute, optimizer: 1 });

describe('sharing a machine out', () => {
  it('gives one worker of qc-compute all cores and most of the memory', () => {
    expect(shareResources(machine, workers(1), {})['qc-compute']).toEqual({
      cores: 16,
      memoryGbPerCore: 3.2,
    });
  });

  it('divides the cores among several, with at least one each', () => {
    expect(shareResources(machine, workers(3), {})['qc-compute'].cores).toBe(5);
    expect(shareResources({ cores: 2, memoryBytes: 8e9 }, workers(3), {})['qc-compute']).toEqual({
      cores: 1,
      memoryGbPerCore: 2.13,
    });
  });

  it('does as it is told, and keeps the memory within the machine', () => {
    const shares = shareResources(machine, workers(2), { qcComputeCores: 16 });
    expect(shares['qc-compute']).toEqual({ cores: 16, memoryGbPerCore: 1.6 });
    expect(
      shareResources(machine, workers(2), { qcComputeCores: 4, qcComputeMemoryGbPerCore: 7 })['qc-compute'],
    ).toEqual({ cores: 4, memoryGbPerCore: 7 });
  });

  it('gives the fragmenters all cores too, and each optimizer one', () => {
    const { fragmenter, optimizer } = shareResources(machine, workers(0), {});
    expect([fragmenter.cores, optimizer.cores]).toEqual([16, 1]);
    expect(shareResources(machine, { ...workers(1), fragmenter: 3 }, {}).fragmenter.cores).toBe(5);
    const small = shareResources({ cores: 2, memoryBytes: 1e9 }, workers(1), {}).fragmenter;
    expect(small.cores * small.memoryGbPerCore).toBeGreaterThanOrEqual(1);
  });
});
