import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bespokePerTest } from './support/bespoke';

const newBespoke = bespokePerTest();

const { mappedSmiles, dihedral, points } = JSON.parse(
  readFileSync(path.resolve(__dirname, '../../libs/science/fitting/src/fluoroethanol-drive.json'), 'utf8'),
) as {
  mappedSmiles: string;
  dihedral: number[];
  points: { energyHartree: number; geometryAngstrom: number[] }[];
};
const DRIVE = {
  id: 'fluoroethanol',
  mapped_smiles: mappedSmiles,
  dihedrals: [dihedral],
  energies_hartree: points.map(({ energyHartree }) => energyHartree),
  geometries_angstrom: points.map(({ geometryAngstrom }) => geometryAngstrom),
  charges_e: [-0.25, 0.15, 0.12, -0.6, 0.05, 0.05, 0.04, 0.04, 0.4],
};

describe('chem fit', () => {
  it('writes force fields and reports, and goes on past lines that can not be fitted', async () => {
    const bespoke = newBespoke();
    const drives = bespoke.file('drives.jsonl');
    const output = bespoke.file('fit');
    const lines = [DRIVE, { ...DRIVE, id: 'broken', energies_hartree: [1, 2] }, { ...DRIVE, id: 3 }];
    writeFileSync(drives, lines.map((line) => JSON.stringify(line)).join('\n'));

    const { exitCode, stderr } = await bespoke.run([
      ...['chem', 'fit', '--drives', drives, '--output', output, '--separate', '--n-cores', '1'],
    ]);
    expect(exitCode, stderr).toBe(1);
    expect(stderr).toMatch(/broken: energies_hartree: .*one for each geometry/);
    const report = JSON.parse(readFileSync(path.join(output, 'report.json'), 'utf8')) as {
      drives: {
        id: unknown;
        error?: string;
        rmse_before: number;
        rmse_after: number;
        measures_after: object;
      }[];
      fits: { force_field: string; objective_before: number; objective_after: number }[];
      total: { objective_before: number; converged: boolean };
    };
    expect(report.drives.map(({ id }) => id)).toEqual(['fluoroethanol', 'broken', 3]);
    expect(report.drives[0]!.rmse_after).toBeLessThan(report.drives[0]!.rmse_before);
    const { barrier, barrier_error } = report.drives[0]!.measures_after as Record<string, number>;
    expect(Math.abs(barrier_error!)).toBeLessThan(0.3 * barrier!);
    expect(report.total.objective_before).toBeCloseTo(2 * report.fits[0]!.objective_before, 10);
    expect(report.total.converged).toBe(true);
    for (const { force_field } of report.fits) expect(existsSync(path.join(output, force_field))).toBe(true);
    const page = readFileSync(path.join(output, 'report.html'), 'utf8');
    expect(page).toContain('<svg class="plot"');
    expect(page).toContain(
      `dihedral ${DRIVE.dihedrals[0]!.map((atom) => atom + 1).join('-')} by map numbers`,
    );
  });

  it('says before it reads any drive what is wrong with its options', async () => {
    const bespoke = newBespoke();
    const drives = bespoke.file('drives.jsonl');
    writeFileSync(drives, JSON.stringify(DRIVE));
    const fit = ['chem', 'fit', '--drives', drives, '--output', bespoke.file('fit')];
    const marked = await bespoke.run([...fit, '--parameters', 'marked']);
    expect(marked.exitCode).toBe(4);
    expect(marked.stderr).toContain('no parameter of the force field has the attribute parameterize');
    const section = await bespoke.run([...fit, '--also', 'Electrostatics']);
    expect(section.exitCode).toBe(2);
    expect(section.stderr).toContain('Bonds, Angles, ImproperTorsions, vdW');
  });
});
