import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { dihedralDegrees } from '@bespoke/molecule';
import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineCrashError, type Calculation } from './engine';
import { enginePython } from './engine-environment';
import { pyscf } from './pyscf';
import { gradientError } from './testing/gradient-error';
import { wrapProgram } from './testing/wrapped-program';

/** Two energies of 13 atoms, 10 s of CPU time each, among other work. */
const BUSY_MACHINE_MS = 900_000;

const realPython = enginePython('pyscf', 'PYSCF_PYTHON');

const water: Calculation = {
  elements: [8, 1, 1],
  formalCharge: 0,
  geometryAngstrom: [0, 0, 0.117, 0, 0.757, -0.469, 0, -0.757, -0.469],
  method: 'B3LYP-D3BJ',
  basis: 'DZVP',
};

let scratchDirectory: string;
beforeEach(() => {
  scratchDirectory = mkdtempSync(join(tmpdir(), 'pyscf-'));
});
const environment = { ...process.env };
afterEach(() => {
  rmSync(scratchDirectory, { recursive: true });
  for (const name of ['PYSCF_PYTHON', 'BESPOKE_ENGINES', 'PYSCF_CONFIG_FILE']) {
    if (environment[name] === undefined) delete process.env[name];
    else process.env[name] = environment[name];
  }
});

const run = () => ({ cores: 1, memoryBytes: 2 ** 31, scratchDirectory });
const energyOf = (calculation: Calculation, signal?: AbortSignal) =>
  pyscf.singlePoint({ ...calculation, gradient: false }, { ...run(), ...(signal && { signal }) });

/** Has PYSCF_PYTHON name a shell script, of which there is no idle process yet. */
function wrapPython(script: string): void {
  wrapProgram('PYSCF_PYTHON', scratchDirectory, 'python', script);
}

describe('what PySCF is set up for', () => {
  it('is said without a program', () => {
    const level = { method: 'B3LYP-D3BJ', basis: 'DZVP' };
    expect(pyscf.supports(level, [1, 53])).toBeNull();
    for (const method of ['b3lyp', 'B3LYP-D3(BJ)', 'PBE0-D4', 'M06-2X-D3ZERO'])
      expect(pyscf.supports({ method, basis: 'def2-TZVP' }, [1, 6, 53])).toBeNull();
    expect(pyscf.supports({ ...level, method: 'B3LYP-D3' }, [6])).toMatch(/method B3LYP-D3;.*B3LYP\[-D3BJ\|/);
    expect(pyscf.supports({ ...level, method: 'M06-2X-D3BJ' }, [6])).toMatch(/method M06-2X-D3BJ/);
    expect(pyscf.supports({ ...level, method: 'constructor' }, [6])).toMatch(/method constructor/);
    expect(pyscf.supports({ ...level, basis: null }, [6])).toMatch(/no basis set; it is for dzvp/);
    expect(pyscf.supports({ ...level, basis: 'STO-3G' }, [6])).toMatch(/basis set STO-3G/);
    expect(pyscf.supports(level, [6, 79])).toBe('DZVP has no functions for Au');
    expect(pyscf.supports({ ...level, solvent: 'water' }, [6])).toMatch(/not set up for a solvent/);
  });

  it('is null where it is not installed, without anything being run', async () => {
    delete process.env['PYSCF_PYTHON'];
    process.env['BESPOKE_ENGINES'] = scratchDirectory;
    expect(await pyscf.probe()).toBeNull();
    // What an installation leaves that was interrupted.
    mkdirSync(join(scratchDirectory, 'pyscf', 'bin'), { recursive: true });
    symlinkSync(process.execPath, join(scratchDirectory, 'pyscf', 'bin', 'python'));
    expect(await pyscf.probe()).toBeNull();
    await expect(energyOf(water)).rejects.toMatchObject({ code: 'program-not-found' });
  });

  it('is an error where PYSCF_PYTHON names a Python without it', async () => {
    wrapPython('echo no module named pyscf >&2; exit 1');
    await expect(pyscf.probe()).rejects.toMatchObject({
      code: 'engine-failed',
      output: 'no module named pyscf\n',
    });
  });
});

describe.skipIf(realPython === null)('PySCF (needs `bespoke engines install pyscf`)', () => {
  it('has a version that names our optimiser too', async () => {
    expect((await pyscf.probe())!.version).toMatch(/^\d+\.\d+\.\d+\+opt\d+$/);
  });

  it('computes an energy, its gradient, and the same again', async () => {
    const result = await pyscf.singlePoint({ ...water, gradient: true }, run());
    expect(await energyOf({ ...water, geometryAngstrom: Float64Array.from(water.geometryAngstrom) })).toEqual(
      {
        energyHartree: result.energyHartree,
        gradientHartreePerBohr: null,
      },
    );
    expect(await gradientError(pyscf, water, run(), [2, 4])).toBeLessThan(5e-5);
    expect(readdirSync(scratchDirectory)).toEqual([]);
  });

  it('knows the charge, and refuses what is no closed shell', async () => {
    const hydronium = {
      ...water,
      elements: [8, 1, 1, 1],
      formalCharge: 1,
      geometryAngstrom: [0, 0, 0.1, 0, 0.95, -0.2, 0.82, -0.47, -0.2, -0.82, -0.47, -0.2],
    };
    const { energyHartree } = await energyOf(hydronium);
    const protonAffinity = ((await energyOf(water)).energyHartree - energyHartree) * KCAL_PER_MOL_PER_HARTREE;
    // 165 by experiment, with the 7 of the vibrations in it.
    expect(protonAffinity).toBeGreaterThan(165);
    expect(protonAffinity).toBeLessThan(180);
    await expect(energyOf({ ...water, formalCharge: 1 })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('relaxes a molecule with its dihedral held', async () => {
    const request = {
      ...water,
      elements: [8, 8, 1, 1],
      bonds: [
        [0, 1],
        [0, 2],
        [1, 3],
      ] as const,
      geometryAngstrom: [0, 0.72, 0, 0, -0.72, 0, 0.9, 0.9, 0.2, -0.6, -0.9, 0.7],
      dihedral: [2, 0, 1, 3] as const,
      targetDegrees: 120,
    };
    const result = await pyscf.constrainedOptimization(request, run());
    expect(dihedralDegrees(result.geometryAngstrom, [...request.dihedral])).toBeCloseTo(120, 2);
    expect(result.gradientCount).toBeLessThan(12);
    expect((await energyOf({ ...request, ...result })).energyHartree).toBeCloseTo(result.energyHartree, 8);
  });

  it('goes on by the second-order method where the SCF does not converge', async () => {
    const { energyHartree } = await energyOf(water);
    limitCycles(4);
    expect((await energyOf(water)).energyHartree).toBeCloseTo(energyHartree, 8);
  });

  it('says so where that does not converge either, with what PySCF wrote', async () => {
    limitCycles(1);
    await expect(energyOf(water)).rejects.toMatchObject({
      name: 'EngineError',
      code: 'not-converged',
      message: expect.stringContaining('nor by the second-order method') as string,
      output: expect.stringContaining('SCF not converged') as string,
    });
  });

  it('does not wait for what it is told to leave, and computes again', async () => {
    const controller = new AbortController();
    const running = energyOf(water, controller.signal);
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await expect(running).rejects.toThrow('enough');
    expect(readdirSync(scratchDirectory)).toEqual([]);
    expect((await energyOf(water)).energyHartree).toBeLessThan(-76);
  });

  /** By PySCF's own configuration file. */
  function limitCycles(count: number): void {
    const file = join(scratchDirectory, 'pyscf.conf');
    writeFileSync(file, `scf_hf_SCF_max_cycle = ${count}\n`);
    wrapPython(`PYSCF_CONFIG_FILE=${file} exec ${realPython} "$@"`);
  }
});

describe('a process that computes with PySCF', () => {
  it('that answers nonsense is ended, and nothing is taken for a result', async () => {
    for (const nonsense of ['gibberish', 'null', '{"energyHartree": -1}']) {
      wrapPython(`echo '${nonsense}' >&3; echo "on the way" >&2; sleep 600`);
      await expect(energyOf(water)).rejects.toMatchObject({
        code: 'unreadable-output',
        message: `PySCF: this is no answer: ${nonsense}`,
      });
    }
    wrapPython(`read line; echo '{"result": {"energyHartree": null}}' >&3; sleep 600`);
    await expect(energyOf(water)).rejects.toMatchObject({ code: 'unreadable-output' });
  });

  it('that died is told from one that gave up', async () => {
    wrapPython('kill -KILL $$');
    await expect(energyOf(water)).rejects.toBeInstanceOf(EngineCrashError);
    wrapPython('echo "out of ideas" >&2; exit 3');
    await expect(energyOf(water)).rejects.toMatchObject({
      code: 'engine-failed',
      message: 'PySCF ended its process with code 3',
      output: 'out of ideas\n',
    });
  });
});

const recorded = '../shared/data/torsion-drives/torsion-drives-dev.jsonl.gz';

describe.skipIf(realPython === null || !existsSync(recorded))(
  `B3LYP-D3BJ/DZVP of PySCF (needs it installed, and ${recorded})`,
  () => {
    it("has psi4's energies", { timeout: BUSY_MACHINE_MS }, async () => {
      interface Drive {
        id: string;
        formal_charge: number;
        geometries_angstrom: number[][];
        energies_hartree: number[];
      }
      const drive = gunzipSync(readFileSync(recorded))
        .toString('utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Drive)
        .find(({ id }) => id === 'OpenFF_Gen_2_Torsion_Set_4_eMolecules_Discrepancy_2_186_C3H7NO2')!;
      const [first, second] = [0, 12];
      const errors: number[] = [];
      for (const point of [first, second]) {
        const { energyHartree } = await energyOf({
          ...water,
          elements: [6, 6, 6, 7, 8, 8, 1, 1, 1, 1, 1, 1, 1],
          formalCharge: drive.formal_charge,
          geometryAngstrom: drive.geometries_angstrom[point]!,
        });
        errors.push(energyHartree - drive.energies_hartree[point]!);
      }
      expect(Math.max(...errors.map(Math.abs))).toBeLessThan(3e-5);
      expect(Math.abs(errors[1]! - errors[0]!) * KCAL_PER_MOL_PER_HARTREE).toBeLessThan(0.01);
    });
  },
);
