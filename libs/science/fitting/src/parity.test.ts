import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { parseOffxml } from '@bespoke/smirnoff';
import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import { beforeAll, describe, expect, it } from 'vitest';
import type { OptimizerSettings } from './optimizer';
import { fitProfiles, type Drive, type FittedParameter } from './profile-fit';

const shared = resolve(__dirname, '../../../../../shared/data');
const fitsFile = resolve(shared, 'forcebalance/fits-dev.jsonl.gz');
const drivesFile = resolve(shared, 'torsion-drives/torsion-drives-dev.jsonl.gz');

interface RecordedFit {
  name: string;
  penalty_type: 'L1' | 'L2';
  cpu_s: number;
  initial: { X: number };
  final: { X: number; target: number; penalty: number };
  groups: {
    smirks: string;
    k_initial_kcal: number[];
    periodicity: number[];
    phase_deg: number[];
    idivf: number[];
  }[];
  targets: {
    id: string;
    mapped_smiles: string;
    charges_e: number[];
    order_in_dataset: number[];
    qm_rel_kcal: number[];
    weights: number[];
    frozen_atoms: number[];
    before: { mm_rel_kcal: number[] };
    after: { mm_rel_kcal: number[] };
  }[];
  force_field_before: string;
}

interface RecordedDrive {
  id: string;
  dihedrals: [number, number, number, number][];
  energies_hartree: number[];
  geometries_angstrom: number[][];
}

const linesOf = <T>(path: string): T[] =>
  gunzipSync(readFileSync(path))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

const present = existsSync(fitsFile) && existsSync(drivesFile);

describe.skipIf(!present)('against ForceBalance (skipped without ../shared/data)', () => {
  const fits = present ? linesOf<RecordedFit>(fitsFile) : [];
  const recordedDrives = new Map(
    present ? linesOf<RecordedDrive>(drivesFile).map((drive) => [drive.id, drive]) : [],
  );
  beforeAll(loadRDKit);

  it.each(fits.map((fit): [string, RecordedFit] => [fit.name, fit]))('%s', async (_name, recorded) => {
    const drives = recorded.targets.map((target): Drive => {
      const drive = recordedDrives.get(target.id)!;
      return {
        molecule: moleculeFromSmiles(target.mapped_smiles),
        dihedral: drive.dihedrals[0]!,
        chargesE: target.charges_e,
        points: target.order_in_dataset.map((index) => ({
          energyHartree: drive.energies_hartree[index]!,
          geometryAngstrom: drive.geometries_angstrom[index]!,
        })),
      };
    });
    const parameters = recorded.groups.map((group): FittedParameter => ({
      smirks: group.smirks,
      terms: group.k_initial_kcal.map((k, n) => ({
        periodicity: group.periodicity[n]!,
        phaseDegrees: group.phase_deg[n]!,
        idivf: group.idivf[n]!,
        kKcalPerMol: k,
      })),
    }));
    const settings: OptimizerSettings = {
      penalty: recorded.penalty_type,
      priorWidthKcalPerMol: 6,
      energyCutoffKcalPerMol: 10,
      energyDenominatorKcalPerMol: 1,
      restraintKcalPerMolPerAngstrom2: 1,
      maxIterations: 50,
    };
    const forceField = parseOffxml(recorded.force_field_before);
    const t = performance.now();
    const fit = await fitProfiles(forceField, drives, parameters, settings);
    const wall = performance.now() - t;
    const { before, after } = fit.objective;
    let worst = 0;
    fit.drives.forEach((drive, d) =>
      drive.points.forEach((p, i) => {
        worst = Math.max(worst, Math.abs(p.mmBeforeKcalPerMol - recorded.targets[d]!.before.mm_rel_kcal[i]!));
      }),
    );
    console.log(
      recorded.name,
      'before',
      before.total,
      recorded.initial.X,
      'rel',
      Math.abs(before.total / recorded.initial.X - 1),
      '\n after',
      after,
      recorded.final,
      'diff',
      after.total - recorded.final.X,
      'iter',
      fit.objective.history.length,
      fit.objective.history.map((h) => h.toFixed(7)).join(' '),
      fit.warnings,
      'worst mm',
      worst,
      'ms',
      wall,
      'FB',
      recorded.cpu_s,
      parameters.length * 4,
    );
    expect(Math.abs(before.total / recorded.initial.X - 1)).toBeLessThan(1e-4);
    expect(KCAL_PER_MOL_PER_HARTREE).toBeGreaterThan(0);
    expect(after.total).toBeLessThan(recorded.final.X + 1e-6);
  });
});
