import { connectNats, openStores } from '@bespoke/messaging';
import type { ConformersResult, FitView } from '@bespoke/workflow-schema';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bespokePerTest, type Bespoke } from './support/bespoke';
import { finished, launch, natsOf } from './support/running-executor';

const newBespoke = bespokePerTest();

/** 2-Fluoroethanol: F-C-C-O trans, C-C-O-H gauche. */
const ATOMS: [string, number, number, number][] = [
  ['H', -2.1703, -1.0541, 1.6859],
  ['O', -1.6569, -0.4929, 1.079],
  ['C', -0.2805, -0.8022, 1.2671],
  ['C', 0.2296, -0.2632, 2.5916],
  ['F', 1.5153, -0.6606, 2.7752],
  ['H', 0.1929, 0.8302, 2.6143],
  ['H', -0.3705, -0.6358, 3.4274],
  ['H', 0.2887, -0.3647, 0.4411],
  ['H', -0.1481, -1.8876, 1.2117],
];
const BONDS = ['1 2', '2 3', '3 4', '4 5', '4 6', '4 7', '3 8', '3 9'];

function sdf(atoms = ATOMS): string {
  return [
    'fluoroethanol',
    '  test              3D',
    '',
    `  ${atoms.length}  ${BONDS.length}  0  0  0  0  0  0  0  0999 V2000`,
    ...atoms.map(
      ([element, ...place]) =>
        `${place.map((each) => each.toFixed(4).padStart(10)).join('')} ${element}   0  0`,
    ),
    ...BONDS.map((bond) => `  ${bond.split(' ').join('  ')}  1  0`),
    ...['M  END', '> <source>', 'test', '', '$$$$', ''],
  ].join('\n');
}

/** The first starting geometry of every drive, each atom as text, in the order of atoms as written there. */
async function firstSeeds(bespoke: Bespoke): Promise<string[][]> {
  const { url, tokenFile } = natsOf(bespoke);
  const token = readFileSync(tokenFile, 'utf8').trim();
  const connection = await connectNats({ url, token, name: 'test' });
  try {
    const { results } = await openStores(connection);
    const seeds: string[][] = [];
    for (const key of await results.keys()) {
      const result = (await results.get(key))!.value;
      const output = result.outcome === 'succeeded' ? (result.output as Partial<ConformersResult>) : {};
      if (output.conformers === undefined) continue;
      const { geometryAngstrom } = output.conformers[0]!;
      seeds.push(ATOMS.map((_, atom) => geometryAngstrom.slice(3 * atom, 3 * atom + 3).join(' ')));
    }
    return seeds;
  } finally {
    await connection.close();
  }
}

describe('the coordinates of an SDF record', () => {
  it('are where the scan of a molecule starts that is too small to be cut', async () => {
    const bespoke = newBespoke();
    const { gateway, stop } = await launch(bespoke);
    writeFileSync(bespoke.file('ligand.sdf'), sdf());
    const submit = async (...molecule: string[]): Promise<FitView> => {
      const { exitCode, stdout, stderr } = await bespoke.run([
        ...['executor', 'submit', '--directory', bespoke.file('state'), '--workflow', 'debug', '--json'],
        ...molecule,
      ]);
      expect(exitCode, stderr).toBe(0);
      const fit = await finished(gateway, (JSON.parse(stdout) as FitView).id);
      expect(fit.status, fit.failure?.message).toBe('succeeded');
      return fit;
    };
    const fit = await submit('--file', bespoke.file('ligand.sdf'));
    const report = await gateway.report(fit.id);
    expect(report.fragments.map(({ startsFromGivenCoordinates }) => startsFromGivenCoordinates)).toEqual([
      true,
    ]);
    const given = ATOMS.map(([, ...place]) => place.join(' ')).sort();
    expect((await firstSeeds(bespoke)).map((seed) => seed.sort())).toEqual([given]);

    // Without them it is another scan.
    const plain = await submit('--smiles', 'OCCF');
    expect(plain.drives.map(({ driveId }) => driveId)).not.toEqual(fit.drives.map(({ driveId }) => driveId));
    expect((await gateway.report(plain.id)).fragments[0]!.startsFromGivenCoordinates).toBe(false);
    expect(await firstSeeds(bespoke)).toHaveLength(2);
    await stop();
  });

  it('are refused where they are not those of the molecule, with the atoms', async () => {
    const bespoke = newBespoke();
    const swapped = ATOMS.map((_, index) => ATOMS[index === 0 ? 4 : index === 4 ? 0 : index]!).map(
      ([, ...place], index) => [ATOMS[index]![0], ...place] as (typeof ATOMS)[number],
    );
    writeFileSync(bespoke.file('swapped.sdf'), sdf(swapped));
    const { exitCode, stderr } = await bespoke.executorRun([
      ...['--file', bespoke.file('swapped.sdf'), '--workflow', 'debug', '--output', bespoke.file('x.json')],
    ]).ended;
    expect(exitCode, stderr).toBe(3);
    expect(stderr.trim().split('\n').at(-1)).toMatch(/swapped\.sdf.*H1-O2 are bonded but too far apart/);
    expect(bespoke.xtb.runs()).toEqual([]);
  });
});
