import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '@bespoke/child-process';
import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineNamed, type ConstrainedOptimizationRequest } from './index';
import { mopac } from './mopac';
import { mopacAm1 } from './mopac-am1';
import { gradientError } from './testing/gradient-error';
import { ethanol, ethylammonium, glycolate } from './testing/molecules';

let scratchDirectory: string;
beforeEach(() => {
  scratchDirectory = mkdtempSync(join(tmpdir(), 'mopac-'));
});
afterEach(() => rmSync(scratchDirectory, { recursive: true }));

const run = () => ({ cores: 1, memoryBytes: 2 ** 30, scratchDirectory });
const molecules: [string, ConstrainedOptimizationRequest][] = [
  ['ethanol', ethanol],
  ['a cation', ethylammonium],
  ['an anion', glycolate],
];
const methods = ['AM1', 'PM6', 'PM7'];

describe('what MOPAC can do', () => {
  it('is said without a program', () => {
    expect(engineNamed('mopac')).toBe(mopac);
    for (const method of ['am1', 'PM6', 'pm7']) {
      expect(mopac.supports({ method, basis: null }, [1, 6, 7, 8, 17, 53])).toBeNull();
    }
    expect(mopac.supports({ method: 'MNDO', basis: null }, [6])).toMatch(/has no method MNDO/);
    expect(mopac.supports({ method: 'constructor', basis: null }, [6])).toMatch(/has no method constructor/);
    expect(mopac.supports({ method: 'PM7', basis: 'DZVP' }, [6])).toMatch(/takes no basis set/);
    expect(mopac.supports({ method: 'PM7', basis: null, solvent: 'water' }, [6])).toMatch(/in vacuum/);
    expect(mopac.supports({ method: 'AM1', basis: null }, [6, 26])).toBe('AM1 has no parameters for Fe');
    expect(mopac.supports({ method: 'PM6', basis: null }, [6, 26])).toBeNull();
  });
});

describe.skipIf(findProgram('mopac', 'MOPAC_BIN') === null)('MOPAC (needs mopac on the PATH)', () => {
  describe.each(methods)('%s', (method) => {
    it.each(molecules)('has the gradient that its energies have: %s', async (_, molecule) => {
      const coordinates = Array.from(molecule.geometryAngstrom, (__, coordinate) => coordinate);
      const error = await gradientError(
        mopac,
        { ...molecule, method },
        run(),
        coordinates.filter((i) => i % 4 === 0),
      );
      expect(error).toBeLessThan(5e-5);
      expect(readdirSync(scratchDirectory)).toEqual([]);
    });

    it.each(molecules)(
      'relaxes %s on target, and no further on when started there again',
      async (_, molecule) => {
        const relaxed = await mopac.constrainedOptimization({ ...molecule, method }, run());
        expect(Math.abs(relaxed.dihedralDegrees - molecule.targetDegrees)).toBeLessThan(0.001);
        const { geometryAngstrom } = relaxed;
        const again = await mopac.constrainedOptimization({ ...molecule, method, geometryAngstrom }, run());
        expect(again.gradientCount).toBeLessThan(5);
        expect(Math.abs(again.energyHartree - relaxed.energyHartree)).toBeLessThan(2e-6);
      },
    );
  });

  it('has the heat of formation that AM1 charges are computed at for its energy', async () => {
    const { heatOfFormationKcalPerMol } = await mopacAm1({ ...ethanol, relaxToGradientNorm: null }, run());
    const { energyHartree } = await mopac.singlePoint({ ...ethanol, method: 'AM1', gradient: false }, run());
    expect(energyHartree * KCAL_PER_MOL_PER_HARTREE).toBeCloseTo(heatOfFormationKcalPerMol, 8);
  });

  it("finds what MOPAC's own optimiser finds, where the dihedral rests by symmetry", async () => {
    const held = await mopac.constrainedOptimization(
      { ...ethanol, method: 'AM1', targetDegrees: 180 },
      run(),
    );
    const { heatOfFormationKcalPerMol } = await mopacAm1(
      { ...ethanol, geometryAngstrom: held.geometryAngstrom, relaxToGradientNorm: 0.02 },
      run(),
    );
    expect(held.energyHartree * KCAL_PER_MOL_PER_HARTREE - heatOfFormationKcalPerMol).toBeLessThan(0.002);
  });
});
