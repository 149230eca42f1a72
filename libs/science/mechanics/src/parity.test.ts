import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { assignParameters, builtInForceField, parseOffxml } from '@bespoke/smirnoff';
import { KILOJOULE_PER_KCAL } from '@bespoke/units';
import { beforeAll, describe, expect, it } from 'vitest';
import { energy, energyTerms, type EnergyTerms } from './energy';
import { minimise } from './minimisation';
import { createSystem } from './system';

const shared = resolve(__dirname, '../../../../../shared/data');
const recorded = resolve(shared, 'parity/openmm-energies-2.2.1.jsonl.gz');
const relaxed = resolve(shared, 'parity/torsion-baseline-2.2.1.jsonl.gz');
const drives = resolve(shared, 'torsion-drives/torsion-drives-dev.jsonl.gz');

const linesOf = <T>(path: string): T[] =>
  gunzipSync(readFileSync(path))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

interface OpenMMRecord {
  id: string;
  mapped_smiles: string;
  charges_e: number[];
  geometries_angstrom: number[][][];
  energies_kj_per_mol: (EnergyTerms & { total: number })[];
  forces_of_geometry: number;
  forces_kj_per_mol_nm: number[][];
}

interface RelaxedDrive {
  id: string;
  mapped_smiles: string;
  dihedrals: number[][];
  grid: number[];
  charges_e: number[];
  mm_energy_absolute: number[];
}

interface RecordedDrive {
  id: string;
  grid: number[];
  geometries_angstrom: number[][];
}

const present = [recorded, relaxed, drives].every((path) => existsSync(path));

describe.skipIf(!present)('against OpenMM (skipped without ../shared/data/parity)', () => {
  beforeAll(loadRDKit);

  it('energies by term and forces of 60 molecules agree', () => {
    const forceField = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
    const records = linesOf<OpenMMRecord>(recorded);
    const worst = { energy: 0, force: 0 };
    for (const record of records) {
      const molecule = moleculeFromSmiles(record.mapped_smiles);
      const system = createSystem(molecule, assignParameters(forceField, molecule), record.charges_e);
      record.geometries_angstrom.forEach((geometry, index) => {
        const coordinates = Float64Array.from(geometry.flat());
        const expected = record.energies_kj_per_mol[index]!;
        const ours = energyTerms(system, coordinates);
        const gradient = new Float64Array(coordinates.length);
        const total = energy(system, coordinates, gradient);
        for (const [term, value] of Object.entries({ ...ours, total })) {
          const theirs = expected[term as keyof typeof expected] / KILOJOULE_PER_KCAL;
          worst.energy = Math.max(worst.energy, Math.abs(value - theirs));
        }
        if (index !== record.forces_of_geometry) return;
        record.forces_kj_per_mol_nm.flat().forEach((force, c) => {
          const deviation = Math.abs(-gradient[c]! - force / KILOJOULE_PER_KCAL / 10);
          worst.force = Math.max(worst.force, deviation);
        });
      });
    }
    expect(records).toHaveLength(60);
    // OpenMM's figures are kept to 1e-8 kJ/mol and 1e-5 kJ/mol/nm.
    expect(worst.energy).toBeLessThan(1e-8);
    expect(worst.force).toBeLessThan(1e-6);
  });

  it('every fifth point of 90 drives comes to rest at the same energy, one in a hundred at most elsewhere', () => {
    const forceField = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
    const geometries = new Map(linesOf<RecordedDrive>(drives).map((drive) => [drive.id, drive]));
    const deviations = linesOf<RelaxedDrive>(relaxed).flatMap((drive) => {
      const molecule = moleculeFromSmiles(drive.mapped_smiles);
      const system = createSystem(molecule, assignParameters(forceField, molecule), drive.charges_e);
      const { grid, geometries_angstrom } = geometries.get(drive.id)!;
      return geometries_angstrom.flatMap((geometry, index) => {
        if (index % 5 !== 0) return [];
        const { energyKcalPerMol } = minimise(system, geometry, {
          frozenAtoms: drive.dihedrals.flat(),
          restraintKcalPerMolPerAngstrom2: 1,
        });
        return [Math.abs(energyKcalPerMol - drive.mm_energy_absolute[drive.grid.indexOf(grid[index]!)]!)];
      });
    });
    expect(deviations.length).toBeGreaterThan(350);
    // Between two minima the smallest difference of the way down decides.
    expect(deviations.filter((deviation) => deviation > 1e-5).length).toBeLessThan(0.01 * deviations.length);
  });
});
