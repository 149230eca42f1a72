import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bespokePerTest, until, type Bespoke } from './support/bespoke';

// Anisole: one torsion, some fifty optimisations.
const ANISOLE = 'COc1ccccc1';
const CORES = 2;

const newBespoke = bespokePerTest();

function arguments_(bespoke: Bespoke): string[] {
  return [
    '--smiles',
    ANISOLE,
    '--workflow',
    'draft',
    '--qc-compute-n-cores',
    String(CORES),
    '--output',
    bespoke.file('fit.json'),
    '--output-force-field',
    bespoke.file('fit.offxml'),
  ];
}

/** In the middle: several optimisations are done, for more than run at once were started, and more are to come. */
async function middleOf(bespoke: Bespoke): Promise<void> {
  await until('the middle of the drive', () => bespoke.xtb.runs().length >= 8 + CORES);
}

describe('a fit outlives a kill -9', () => {
  it.each([
    ['a qc-compute worker', /apps\/qc-compute\//],
    ['the gateway', /apps\/gateway\//],
    ['nats-server', /nats-server/],
  ])('of %s', async (_, victim) => {
    const bespoke = newBespoke();
    const { ended } = bespoke.executorRun(arguments_(bespoke));
    await middleOf(bespoke);
    expect(bespoke.processes.killNow(victim)).toBeGreaterThan(0);

    const { exitCode, stderr } = await ended;
    expect(exitCode, stderr).toBe(0);
    expect(existsSync(bespoke.file('fit.offxml'))).toBe(true);
    expect(bespoke.xtb.repeated(), 'grid points computed again').toBeLessThanOrEqual(CORES);
    await until('every process to be gone', () => bespoke.processes.alive().length === 0, 15_000);
  });

  it('of everything, when it is run again', async () => {
    const bespoke = newBespoke();
    const first = bespoke.executorRun(arguments_(bespoke));
    await middleOf(bespoke);
    expect(bespoke.processes.killNow(/./)).toBeGreaterThanOrEqual(6);
    await first.ended;
    await until('every process to be gone', () => bespoke.processes.alive().length === 0, 15_000);
    const before = bespoke.xtb.runs().length;

    const { exitCode, stderr } = await bespoke.executorRun(arguments_(bespoke)).ended;
    expect(exitCode, stderr).toBe(0);
    expect(bespoke.xtb.runs().length).toBeGreaterThan(before);
    expect(bespoke.xtb.repeated(), 'grid points computed again').toBeLessThanOrEqual(CORES);
  });
});

describe('nothing is left running', () => {
  it.each([
    ['Ctrl-C', 'SIGINT'],
    ['SIGTERM', 'SIGTERM'],
    ['kill -9 of the parent', 'SIGKILL'],
  ] as const)('after %s', async (_, signal) => {
    const bespoke = newBespoke();
    const { child, ended } = bespoke.executorRun(arguments_(bespoke));
    await middleOf(bespoke);
    child.kill(signal);
    const { exitCode } = await ended;
    expect(exitCode).not.toBe(0);
    await until('every process to be gone', () => bespoke.processes.alive().length === 0, 15_000);
  });
});
