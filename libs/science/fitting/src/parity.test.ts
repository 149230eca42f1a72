import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { markedFigures, parseOffxml } from '@bespoke/smirnoff';
import { beforeAll, describe, expect, it } from 'vitest';
import type { OptimizerSettings } from './optimizer';
import type { Drive } from './drive';
import { withPriors } from './fitted-figures';
import { fitProfiles } from './profile-fit';

const shared = resolve(__dirname, '../../../../../shared/data');
const fitsFile = resolve(shared, 'forcebalance/fits-dev.jsonl.gz');
const drivesFile = resolve(shared, 'torsion-drives/torsion-drives-dev.jsonl.gz');

interface RecordedFit {
  name: string;
  penalty_type: 'L1' | 'L2';
  initial: { X: number };
  final: { X: number };
  targets: {
    id: string;
    mapped_smiles: string;
    charges_e: number[];
    order_in_dataset: number[];
    weights: number[];
    before: { mm_rel_kcal: number[] };
    after: { mm_rel_kcal: number[] };
  }[];
  /** Fitted k, under names that end in k<number of the term>/<SMIRKS>. */
  plist: string[];
  pvals: number[];
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

const furthest = (a: number[], b: number[]): number =>
  Math.max(...a.map((value, n) => Math.abs(value - b[n]!)));

const present = existsSync(fitsFile) && existsSync(drivesFile);

describe.skipIf(!present)('against ForceBalance (skipped without ../shared/data)', () => {
  const fits = present ? linesOf<RecordedFit>(fitsFile) : [];
  const recordedDrives = new Map(
    present ? linesOf<RecordedDrive>(drivesFile).map((drive) => [drive.id, drive]) : [],
  );
  beforeAll(loadRDKit);

  it.each(fits.map((fit): [string, RecordedFit] => [fit.name, fit]))(
    '%s starts at the same profile and ends as low',
    async (_name, recorded) => {
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
      const settings: OptimizerSettings = {
        penalty: recorded.penalty_type,
        energyCutoffKcalPerMol: 10,
        energyDenominatorKcalPerMol: 1,
        restraintKcalPerMolPerAngstrom2: 1,
        maxIterations: 50,
      };
      const forceField = parseOffxml(recorded.force_field_before);
      const figures = withPriors(forceField, markedFigures(forceField), {
        penalty: recorded.penalty_type,
        priorWidthKcalPerMol: 6,
      });
      const fit = await fitProfiles(forceField, drives, figures, settings);

      expect(fit.warnings).toEqual([]);
      expect(fit.objective.before.total / recorded.initial.X).toBeCloseTo(1, 6);
      // ForceBalance leaves terms that L1 holds up to 1e-6 of a prior width off 0, where its hyperbola is round;
      // here they are exactly 0.
      const hyperbola = recorded.penalty_type === 'L1' ? 1e-6 * figures.length : 1e-8;
      expect(fit.objective.after.total).toBeLessThan(recorded.final.X + hyperbola);
      const weights = fit.drives.flatMap((drive) => drive.points.map((point) => point.weight));
      expect(
        furthest(
          weights,
          recorded.targets.flatMap((target) => target.weights),
        ),
      ).toBeLessThan(1e-10);

      const fitted = figures.map((figure) => {
        const name = `/${figure.attribute}/${figure.smirks}`;
        return { ...figure, value: recorded.pvals[recorded.plist.findIndex((p) => p.endsWith(name))]! };
      });
      const theirs = await fitProfiles(forceField, drives, fitted, { ...settings, maxIterations: 0 });
      for (const [ours, when] of [
        [fit, 'before'],
        [theirs, 'after'],
      ] as const) {
        const profile = ours.drives.flatMap((drive) => drive.points.map((point) => point.mmBeforeKcalPerMol));
        const expected = recorded.targets.flatMap((target) => target[when].mm_rel_kcal);
        expect(furthest(profile, expected)).toBeLessThan(1e-5);
      }
    },
  );
});
