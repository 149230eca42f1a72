import type { SeriesPlan } from '@bespoke/client';
import type { FitView } from '@bespoke/workflow-schema';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bespokePerTest } from './support/bespoke';
import { finished, launch } from './support/running-executor';

const newBespoke = bespokePerTest();

/** Anisoles: the ring's substituent is cut away, so their fragment is one, and its pattern is another in each. */
const ANISOLES = ['COc1ccc(Br)cc1 para', 'COc1cccc(F)c1 meta', 'COc1ccccc1 plain'];

describe('a series', () => {
  it('is planned as one: what its molecules share is scanned once, and fitted once', async () => {
    const bespoke = newBespoke();
    const { gateway, stop } = await launch(bespoke);
    writeFileSync(bespoke.file('anisoles.smi'), ANISOLES.join('\n'));
    const submit = async (): Promise<{ fits: FitView[]; plan: SeriesPlan }> => {
      const { exitCode, stdout, stderr } = await bespoke.run([
        ...['executor', 'submit', '--directory', bespoke.file('state'), '--workflow', 'debug', '--json'],
        ...['--file', bespoke.file('anisoles.smi')],
      ]);
      expect(exitCode, stderr).toBe(0);
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
      const { plan } = lines.pop() as { plan: SeriesPlan };
      return { fits: await Promise.all((lines as FitView[]).map(({ id }) => finished(gateway, id))), plan };
    };
    const { fits, plan } = await submit();
    expect(plan).toMatchObject({
      molecules: 3,
      torsions: 3,
      fragments: 1,
      drives: { needed: 1, withoutSharing: 3, reused: 0 },
      shared: [{ fragment: 'COc1ccccc1', molecules: ['para', 'meta', 'plain'] }],
    });
    expect(fits.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(bespoke.xtb.repeated()).toBe(0);
    const tasks = fits.flatMap(({ parameterFits }) => parameterFits.map(({ taskId }) => taskId));
    expect([tasks.length, new Set(tasks).size]).toEqual([3, 1]);

    // One set of fitted terms, under the patterns of each molecule.
    const reports = await Promise.all(fits.map(({ id }) => gateway.report(id)));
    const parameters = reports.map(({ fit }) => fit!.torsions[0]!.parameters);
    const values = parameters.map((all) => all.map(({ fitted }) => fitted));
    expect([values[1], values[2]]).toEqual([values[0], values[0]]);
    expect(new Set(parameters.map((all) => all[0]!.smirks)).size).toBe(3);
    const forceFields = await Promise.all(fits.map(({ id }) => gateway.forceField(id)));
    parameters.forEach((all, n) => expect(forceFields[n]).toContain(all[0]!.smirks));
    await stop();
  });
});
