import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { loadRDKit } from '@bespoke/molecule';
import { builtInForceField } from '@bespoke/smirnoff';
import { beforeAll, describe, expect, it } from 'vitest';
import { fitWith, type FitSettings } from './fit';
import type { DriveFigures, FitResult } from './fit-report';

interface RecordedDrive {
  mappedSmiles: string;
  dihedral: number[];
  points: { energyHartree: number; geometryAngstrom: number[] }[];
}

/** A GFN2 drive of 2-fluoroethanol, nine atoms. */
const recorded = JSON.parse(
  readFileSync(resolve(__dirname, '../../../../libs/science/fitting/src/fluoroethanol-drive.json'), 'utf8'),
) as RecordedDrive;
const ENERGIES = recorded.points.map(({ energyHartree }) => energyHartree);
const GEOMETRIES = recorded.points.map(({ geometryAngstrom }) => geometryAngstrom);
const LINE = {
  id: 'fluoroethanol',
  mapped_smiles: recorded.mappedSmiles,
  dihedrals: [recorded.dihedral],
  energies_hartree: ENERGIES,
  geometries_angstrom: GEOMETRIES,
  charges_e: [-0.25, 0.15, 0.12, -0.6, 0.05, 0.05, 0.04, 0.04, 0.4],
};
const KCAL = 1 / 627.509;

const SETTINGS: FitSettings = {
  forceFields: [builtInForceField('openff_unconstrained-2.2.1.offxml')],
  parameters: 'bespoke',
  also: [],
  periodicities: [1, 2, 3, 4],
  optimizer: {
    penalty: 'L1',
    priorWidthKcalPerMol: 6,
    energyCutoffKcalPerMol: 10,
    energyDenominatorKcalPerMol: 1,
    restraintKcalPerMolPerAngstrom2: 1,
    maxIterations: 50,
  },
};

async function fitted(lines: (object | string)[], settings: Partial<FitSettings> = {}): Promise<FitResult> {
  const run = { cores: 1, memoryBytes: 1e9, scratchDirectory: tmpdir() };
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  return fitWith({ ...SETTINGS, ...settings }, run)(texts.map((text, n) => ({ number: n + 1, text })));
}

function figures(result: FitResult, drive = 0): DriveFigures {
  const report = result.drives[drive]!;
  if ('error' in report) throw new Error(report.error);
  return report;
}

beforeAll(loadRDKit);

describe('a fit to a drive', () => {
  it('of new torsions brings MM to the reference, and its force field says the same again', async () => {
    const result = await fitted([LINE]);
    const { rmse_before, rmse_after, mm_after, objective_after } = figures(result);
    expect(rmse_before).toBeGreaterThan(0.5);
    expect(rmse_after).toBeLessThan(0.5);
    expect(result.fit!.converged).toBe(true);
    expect(objective_after + result.fit!.penalty).toBeCloseTo(result.fit!.objective_after, 10);

    const optimizer = { ...SETTINGS.optimizer, maxIterations: 0 };
    const again = await fitted([LINE], {
      forceFields: [result.fit!.offxml],
      parameters: 'general',
      optimizer,
    });
    figures(again).mm_before.forEach((energy, point) => expect(energy).toBeCloseTo(mm_after[point]!, 8));
  });

  it('of the general torsions changes these in place and adds none', async () => {
    const result = await fitted([LINE], { parameters: 'general' });
    const count = (offxml: string): number => offxml.split('<Proper ').length;
    expect(count(result.fit!.offxml)).toBe(count(SETTINGS.forceFields[0]!));
    expect(figures(result).rmse_after).toBeLessThan(figures(result).rmse_before);
  });

  it('of marked parameters leaves all others as they are', async () => {
    const marked = SETTINGS.forceFields[0]!.replace('id="t9"', 'id="t9" parameterize="k1, k2"');
    const result = await fitted([LINE], { forceFields: [marked], parameters: 'marked' });
    expect(result.fit!.parameters.map(({ attribute }) => attribute)).toEqual(['k1', 'k2']);
    const before = marked.split('\n');
    const changed = result
      .fit!.offxml.split('\n')
      .filter((line) => line.includes('smirks=') && !before.includes(line));
    expect(changed.every((line) => line.includes('id="t9"'))).toBe(true);
  });

  it('of bonds, angles and van der Waals too is closer still, and none of them runs away', async () => {
    const optimizer = { ...SETTINGS.optimizer, penalty: 'L2' } as const;
    const torsions = await fitted([LINE], { optimizer });
    const all = await fitted([LINE], { optimizer, also: ['Bonds', 'Angles', 'vdW'] });
    expect(all.fit!.objective_after).toBeLessThan(torsions.fit!.objective_after);
    expect(
      all.fit!.parameters.some(({ attribute, before, after }) => attribute === 'angle' && before !== after),
    ).toBe(true);
    for (const { smirks, before, after, prior_width } of all.fit!.parameters) {
      expect(Math.abs(after - before)).toBeLessThan(prior_width);
      expect(SETTINGS.forceFields[0]).not.toContain(`smirks="${smirks}"`);
      expect(all.fit!.offxml).toContain(`smirks="${smirks}"`);
    }
    const inPlace = await fitted([LINE], { optimizer, parameters: 'general', also: ['Angles'] });
    for (const { smirks } of inPlace.fit!.parameters) expect(SETTINGS.forceFields[0]).toContain(smirks);
  });

  it('of several molecules gives each angles of its own, which are not those of the others', async () => {
    const optimizer = { ...SETTINGS.optimizer, maxIterations: 1 };
    const chloroethanol = { ...LINE, id: 2, mapped_smiles: LINE.mapped_smiles.replace('[F:1]', '[Cl:1]') };
    const settings = { optimizer, also: ['Angles'] } as const;
    const angles = (result: FitResult): string[] => [
      ...new Set(
        result.fit!.parameters.filter(({ section }) => section === 'Angles').map(({ smirks }) => smirks),
      ),
    ];
    const [one, other, both] = [
      await fitted([LINE], settings),
      await fitted([chloroethanol], settings),
      await fitted([LINE, chloroethanol], settings),
    ];
    expect(angles(both)).toHaveLength(angles(one!).length + angles(other!).length);
    figures(both!).mm_before.forEach((energy, point) =>
      expect(energy).toBeCloseTo(figures(one!).mm_before[point]!, 8),
    );
  });

  it('by evidence has narrower priors the higher the periodicity, whatever the parameters', async () => {
    for (const parameters of ['bespoke', 'general'] as const) {
      const optimizer = { ...SETTINGS.optimizer, penalty: 'evidence', priorWidthKcalPerMol: 8 } as const;
      const result = await fitted([LINE], { optimizer, parameters });
      const widths = new Set(result.fit!.parameters.map(({ prior_width }) => prior_width.toFixed(2)));
      expect(widths.has('8.00')).toBe(true);
      expect([...widths].every((width) => ['8.00', '3.25', '1.32', '0.54'].includes(width))).toBe(true);
      expect(figures(result).rmse_after).toBeLessThan(figures(result).rmse_before / 2);
    }
  });

  it('takes drives of one molecule about one bond together, whatever the order of their atoms', async () => {
    const swap = (atoms: readonly number[]): number[] => atoms.map((atom) => ({ 4: 5, 5: 4 })[atom] ?? atom);
    const order = swap([...recorded.mappedSmiles.matchAll(/:\d+/g)].map((_, atom) => atom));
    const renumbered = {
      ...LINE,
      id: 2,
      mapped_smiles: recorded.mappedSmiles.replaceAll(
        /:(\d+)/g,
        (_, number: string) => `:${swap([Number(number) - 1])[0]! + 1}`,
      ),
      dihedrals: [swap(recorded.dihedral)],
      charges_e: order.map((atom) => LINE.charges_e[atom]),
      geometries_angstrom: GEOMETRIES.map((geometry) =>
        order.flatMap((atom) => geometry.slice(3 * atom, 3 * atom + 3)),
      ),
    };
    const one = await fitted([LINE]);
    const both = await fitted([LINE, renumbered]);
    expect(both.fit!.parameters.length).toBe(one.fit!.parameters.length);
    expect(figures(both, 1).rmse_after).toBeCloseTo(figures(both, 0).rmse_after, 6);
    expect(both.fit!.objective_before).toBeCloseTo(2 * one.fit!.objective_before, 8);
  });
});

const withEnergy = (point: number, energy: unknown) => ({
  ...LINE,
  energies_hartree: ENERGIES.map((value, n) => (n === point ? energy : value)),
});
const withGeometry = (point: number, geometry: unknown) => ({
  ...LINE,
  geometries_angstrom: GEOMETRIES.map((value, n) => (n === point ? geometry : value)),
});
const only = (points: number) => ({
  ...LINE,
  energies_hartree: ENERGIES.slice(0, points),
  geometries_angstrom: GEOMETRIES.slice(0, points),
});

describe('a hostile drive is refused with a reason that names the field or the point', () => {
  const cases: [string, object | string, RegExp][] = [
    ['no JSON', '{"id": 1, ', /not JSON/],
    [
      'an energy that is NaN',
      JSON.stringify(withEnergy(3, '?')).replace('"?"', 'NaN'),
      /energies_hartree\[3\]: .*NaN/,
    ],
    ['an energy in words', withEnergy(0, '-180 hartree'), /energies_hartree\[0\]/],
    ['no energies', { ...LINE, energies_hartree: undefined }, /energies_hartree: it is missing/],
    [
      'an energy too few',
      { ...LINE, energies_hartree: ENERGIES.slice(1) },
      /energies_hartree: .*one for each/,
    ],
    [
      'a coordinate that is null',
      withGeometry(2, GEOMETRIES[2]!.with(4, null as never)),
      /geometries_angstrom\[2\]\[4\]/,
    ],
    [
      'a geometry of fewer atoms',
      withGeometry(1, GEOMETRIES[1]!.slice(3)),
      /geometries_angstrom\[1\]: .*9 atoms/,
    ],
    ['no points', only(0), /geometries_angstrom: it is empty/],
    [
      'atoms that lie on top of each other',
      withGeometry(
        2,
        GEOMETRIES[2]!.map(() => 1),
      ),
      /point 3 lie on top/,
    ],
    [
      'geometries in bohr',
      { ...LINE, geometries_angstrom: GEOMETRIES.map((g) => g.map((x) => x / 0.529)) },
      /no geometry of this molecule/,
    ],
    [
      'atoms in another order',
      { ...LINE, geometries_angstrom: GEOMETRIES.map((g) => [...g.slice(12), ...g.slice(0, 12)]) },
      /no geometry of this molecule/,
    ],
    [
      'a dihedral of atoms that are not bonded',
      { ...LINE, dihedrals: [[0, 3, 1, 2]] },
      /four atoms bonded in a chain/,
    ],
    [
      'a dihedral of an atom that there is not',
      { ...LINE, dihedrals: [[0, 1, 2, 9]] },
      /dihedrals: .*from 0 to 8/,
    ],
    [
      'two dihedrals',
      { ...LINE, dihedrals: [recorded.dihedral, recorded.dihedral] },
      /dihedrals: there are 2/,
    ],
    ['a SMILES without map numbers', { ...LINE, mapped_smiles: 'OCCF' }, /mapped_smiles: .*map number/],
    ['charges of another molecule', { ...LINE, charges_e: [0, 0] }, /charges_e: it has 2 entries/],
    [
      'charges that add up to an ion',
      { ...LINE, charges_e: LINE.charges_e.map((q) => q + 0.1) },
      /charges_e: they add up/,
    ],
  ];
  it.each(cases)('for %s', async (_name, line, reason) => {
    const { drives, fit } = await fitted([line]);
    expect(drives).toEqual([
      { id: expect.anything() as unknown, error: expect.stringMatching(reason) as unknown },
    ]);
    expect(fit).toBeNull();
  });

  it('and takes no other drive with it', async () => {
    const alone = await fitted([LINE]);
    const { drives, fit } = await fitted([withEnergy(3, 'x'), LINE]);
    expect(drives[0]).toHaveProperty('error');
    expect(drives[1]).toEqual(alone.drives[0]);
    expect(fit!.ids).toEqual(['fluoroethanol']);
  });
});

describe('a strange drive', () => {
  it.each([
    ['one point', only(1)],
    ['a point far below all others', withEnergy(5, ENERGIES[5]! - 500 * KCAL)],
    ['energies in kcal/mol', { ...LINE, energies_hartree: ENERGIES.map((energy) => energy / KCAL) }],
    [
      'every point but one above the cut-off',
      { ...LINE, energies_hartree: ENERGIES.map((_, n) => -180 + 20 * n * KCAL) },
    ],
  ])('of %s changes nothing, with a warning', async (_name, line) => {
    const { fit } = await fitted([line]);
    expect(fit!.parameters.every(({ before, after }) => before === after)).toBe(true);
    expect(fit!.warnings.join()).toMatch(/one point below the energy cutoff/);
  });

  it.each([
    ['a point 500 kcal/mol above all others', withEnergy(3, ENERGIES[3]! + 500 * KCAL)],
    ['a point whose bonds are broken', withGeometry(3, GEOMETRIES[3]!.with(0, GEOMETRIES[3]![0]! + 4))],
  ])('with %s is fitted without it', async (name, line) => {
    const result = await fitted([line]);
    expect(result.fit!.converged).toBe(true);
    expect(figures(result).weights[3]).toBe(0);
    expect(figures(result).rmse_after).toBeLessThan(0.5);
    if (name.includes('broken'))
      expect(result.fit!.warnings.join()).toMatch(/fitted without point 4: .*too far apart/);
  });

  it('with points twice is fitted', async () => {
    const result = await fitted([
      {
        ...LINE,
        energies_hartree: [...ENERGIES, ...ENERGIES],
        geometries_angstrom: [...GEOMETRIES, ...GEOMETRIES],
      },
    ]);
    expect(result.fit!.converged).toBe(true);
    expect(figures(result).rmse_after).toBeLessThan(0.5);
  });
});
