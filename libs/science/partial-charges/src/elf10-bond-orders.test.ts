import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elf10BondOrders } from './index';

const scratchDirectory = mkdtempSync(path.join(tmpdir(), 'bond-orders-'));
const run = { cores: 2, memoryBytes: 1e9, scratchDirectory };

beforeAll(loadRDKit);
afterAll(() => rmSync(scratchDirectory, { recursive: true, force: true }));

describe('bond orders over ELF10 conformers', () => {
  it('do not depend on the order of the atoms', async () => {
    const bondOrders = elf10BondOrders(run);
    const [there, back] = [moleculeFromSmiles('OCCN'), moleculeFromSmiles('NCCO')];
    const [a, b] = await Promise.all([bondOrders(there), elf10BondOrders(run)(back)]);
    expect([a(0, 1), a(1, 2), a(2, 3)]).toEqual([b(3, 2), b(2, 1), b(1, 0)]);
    expect(a(1, 0)).toBe(a(0, 1));
    expect(a(1, 2)).toBeGreaterThan(0.9);
    expect(a(0, 3)).toBeLessThan(0.1);
  });

  it('are computed once for each molecule, also while they are', async () => {
    const bondOrders = elf10BondOrders(run);
    const first = bondOrders(moleculeFromSmiles('CCO'));
    const second = bondOrders(moleculeFromSmiles('OCC'));
    expect((await second)(0, 1)).toBe((await first)(2, 1));
    rmSync(scratchDirectory, { recursive: true });
    // Without the directory nothing new can be computed.
    expect((await bondOrders(moleculeFromSmiles('CCO')))(0, 1)).toBe((await first)(0, 1));
    await expect(bondOrders(moleculeFromSmiles('CCS'))).rejects.toThrow();
  });

  it('are had of molecules whose stereo is open', async () => {
    const here = mkdtempSync(path.join(tmpdir(), 'bond-orders-'));
    const orders = await elf10BondOrders({ ...run, scratchDirectory: here })(moleculeFromSmiles('CC(F)Cl'));
    expect(orders(0, 1)).toBeCloseTo(1, 1);
    expect(readdirSync(here)).toEqual([]);
    rmSync(here, { recursive: true });
  });
});
