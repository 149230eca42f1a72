import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { assignParameters, builtInForceField, parseOffxml } from '@bespoke/smirnoff';
import { KILOJOULE_PER_KCAL } from '@bespoke/units';
import { beforeAll, describe, expect, it } from 'vitest';
import { energy, energyTerms, type EnergyTerms } from './energy';
import { createSystem } from './system';

const recorded = resolve(__dirname, '../../../../../shared/data/parity/openmm-energies-2.2.1.jsonl.gz');

interface OpenMMRecord {
  id: string;
  mapped_smiles: string;
  charges_e: number[];
  geometries_angstrom: number[][][];
  energies_kj_per_mol: (EnergyTerms & { total: number })[];
  forces_of_geometry: number;
  forces_kj_per_mol_nm: number[][];
}

describe.skipIf(!existsSync(recorded))('against OpenMM (skipped without ../shared/data/parity)', () => {
  beforeAll(loadRDKit);

  it('energies by term and forces of 60 molecules agree', () => {
    const forceField = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
    const records = gunzipSync(readFileSync(recorded)).toString().trim().split('\n');
    const worst = { energy: 0, force: 0 };
    for (const line of records) {
      const record = JSON.parse(line) as OpenMMRecord;
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
    expect(worst.energy).toBeLessThan(1e-6);
    expect(worst.force).toBeLessThan(1e-5);
  });
});
