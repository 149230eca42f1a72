import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { findProgram } from '@bespoke/child-process';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineCrashError, engineNamed, type ConstrainedOptimizationRequest } from './index';
import { enginePython } from './engine-environment';
import { psi4 } from './psi4';
import { gradientError } from './testing/gradient-error';
import { wrapProgram } from './testing/wrapped-program';

const realPsi4 = findProgram('psi4', 'PSI4_BIN');
const isThere = realPsi4 !== null && enginePython('psi4', 'DFTD3_PYTHON') !== null;
const isOlder =
  isThere && execFileSync(realPsi4, ['--version'], { encoding: 'utf8', cwd: tmpdir() }).startsWith('1.3');

const hydrogenPeroxide: ConstrainedOptimizationRequest = {
  elements: [8, 8, 1, 1],
  formalCharge: 0,
  // prettier-ignore
  bonds: [[0, 1], [0, 2], [1, 3]],
  geometryAngstrom: [0, 0, 0, 1.453, 0, 0, -0.168, 0.952, 0, 1.621, -0.402, 0.863],
  dihedral: [2, 0, 1, 3],
  targetDegrees: 90,
  method: 'HF',
  basis: 'STO-3G',
};

let scratchDirectory: string;
beforeEach(() => {
  scratchDirectory = mkdtempSync(join(tmpdir(), 'psi4-'));
});
afterEach(() => {
  rmSync(scratchDirectory, { recursive: true });
  delete process.env['PSI4_BIN'];
});

const run = () => ({ cores: 1, memoryBytes: 1.5e9, scratchDirectory });

/** Has PSI4_BIN name a shell script. */
function wrapPsi4(script: string): void {
  wrapProgram(
    'PSI4_BIN',
    scratchDirectory,
    'psi4',
    `[ "$1" = --version ] && exec ${realPsi4} --version\n${script}`,
  );
}

describe('what psi4 can do', () => {
  it('is said without a program', () => {
    expect(engineNamed('psi4')).toBe(psi4);
    for (const method of ['B3LYP-D3BJ', 'b3lyp-d3(bj)', 'B3LYP', 'wB97X-D', 'MP2', 'PBE0-D3BJ']) {
      expect(psi4.supports({ method, basis: 'DZVP' }, [1, 6])).toBeNull();
    }
    for (const method of [
      'B3LYP-D3',
      'wB97X-D3BJ',
      'constructor-D3BJ',
      'PBEh-3c',
      'B3LYP-D3M(BJ)',
      'BP86-D4',
    ]) {
      expect(psi4.supports({ method, basis: 'DZVP' }, [6])).toContain(
        `the dispersion of ${method}; it is for -D3BJ`,
      );
    }
    expect(psi4.supports({ method: 'B3LYP', basis: null }, [6])).toBe('psi4 needs a basis set for B3LYP');
    expect(psi4.supports({ method: 'B3LYP', basis: 'DZVP', solvent: 'water' }, [6])).toMatch(/a solvent/);
  });

  it('is nothing where PSI4_BIN names no program', async () => {
    process.env['PSI4_BIN'] = '/nowhere/psi4';
    expect(await psi4.probe()).toBeNull();
    expect(await psi4.incomplete!()).toBeNull();
    await expect(psi4.constrainedOptimization(hydrogenPeroxide, run())).rejects.toMatchObject({
      code: 'program-not-found',
    });
  });
});

describe.skipIf(!isThere)('psi4 (needs psi4 on the PATH and `bespoke engines install psi4`)', () => {
  it('has a version that names what computes the dispersion, and our optimiser', async () => {
    expect((await psi4.probe())!.version).toMatch(/^\d+\.\d+\S*\+dftd3-\d+\.\d+\S*\+opt\d+$/);
  });

  it('has the gradient that its energies have, of B3LYP-D3BJ/DZVP', async () => {
    const level = { method: 'B3LYP-D3BJ', basis: 'DZVP' };
    const error = await gradientError(psi4, { ...hydrogenPeroxide, ...level }, run(), [11]);
    expect(error).toBeLessThan(2e-5);
    expect(readdirSync(scratchDirectory)).toEqual([]);
  });

  it('relaxes hydrogen peroxide on target', async () => {
    const result = await psi4.constrainedOptimization(hydrogenPeroxide, run());
    expect(Math.abs(result.dihedralDegrees - 90)).toBeLessThan(0.001);
    const { geometryAngstrom } = result;
    const again = await psi4.constrainedOptimization({ ...hydrogenPeroxide, geometryAngstrom }, run());
    expect(Math.abs(again.energyHartree - result.energyHartree)).toBeLessThan(2e-6);
  });

  it.runIf(isOlder)(
    'is asked by --qcschema from 1.4 on (its documented arguments; psi4 1.3 computes)',
    async () => {
      const calculation = { ...hydrogenPeroxide, gradient: true };
      const expected = await psi4.singlePoint(calculation, run());
      const path = join(scratchDirectory, 'psi4-wrapper');
      writeFileSync(
        path,
        `#!/bin/sh
[ "$1" = --version ] && echo 1.9.1 && exit
[ "$1 $2 $3" = "--qcschema --memory 1144MiB" ] && ! grep -q '"memory"' molecule.json || exit 2
shift 3
exec ${realPsi4} --json "$@"
`,
      );
      chmodSync(path, 0o755);
      process.env['PSI4_BIN'] = path;
      const { energyHartree, gradientHartreePerBohr } = await psi4.singlePoint(calculation, run());
      expect(Math.abs(energyHartree - expected.energyHartree)).toBeLessThan(1e-9);
      expect(gradientHartreePerBohr).toHaveLength(12);
    },
  );

  it("hands on psi4's own words when it gives up", async () => {
    const singlePoint = (method: string, basis: string) =>
      psi4.singlePoint({ ...hydrogenPeroxide, method, basis, gradient: true }, run());
    await expect(singlePoint('NOPE', 'DZVP')).rejects.toMatchObject({
      code: 'engine-failed',
      message: expect.stringMatching(
        /^psi4 failed: ValidationError: .*'name' nope .* not available/,
      ) as string,
    });
    await expect(singlePoint('HF', 'NOPE')).rejects.toMatchObject({
      code: 'engine-failed',
      message: expect.stringMatching(/BasisSetNotFound: .*Unable to find a basis set/) as string,
    });
    wrapPsi4(`sed -i 's/"maxiter":200/"maxiter":2/' molecule.json; exec ${realPsi4} "$@"`);
    await expect(singlePoint('HF', 'STO-3G')).rejects.toMatchObject({
      code: 'not-converged',
      message: 'psi4 failed: SCFConvergenceError: Could not converge SCF iterations in 2 iterations.',
      output: expect.stringContaining('DIIS') as string,
    });
  });

  it('takes neither garbage nor silence for a result, and tells a crash from a refusal', async () => {
    const failure = () => psi4.singlePoint({ ...hydrogenPeroxide, gradient: true }, run());
    wrapPsi4('exit 0');
    await expect(failure()).rejects.toMatchObject({
      code: 'engine-failed',
      message: 'psi4 failed: exit code 0, and not a word',
    });
    wrapPsi4('echo nonsense > molecule.json');
    await expect(failure()).rejects.toMatchObject({ code: 'engine-failed' });
    wrapPsi4(`${realPsi4} "$@"; sed -i 's/"return_result": \\[[^,]*,/"return_result": [/' molecule.json`);
    await expect(failure()).rejects.toMatchObject({ code: 'unreadable-output' });
    wrapPsi4('kill -KILL $$');
    await expect(failure()).rejects.toBeInstanceOf(EngineCrashError);
  });

  it('is stopped when it takes more memory than it may', async () => {
    await expect(
      psi4.singlePoint({ ...hydrogenPeroxide, gradient: true }, { ...run(), memoryBytes: 50e6 }),
    ).rejects.toMatchObject({ code: 'program-memory-exceeded' });
  });
});

const recorded = '../shared/data/torsion-drives/torsion-drives-dev.jsonl.gz';

describe.skipIf(!isThere || !existsSync(recorded))(`psi4 beside ${recorded}`, () => {
  it('has the recorded energy of B3LYP-D3BJ/DZVP', async () => {
    await loadRDKit();
    interface Drive {
      mapped_smiles: string;
      symbols: string[];
      formal_charge: number;
      energies_hartree: number[];
      geometries_angstrom: number[][];
    }
    const [smallest] = gunzipSync(readFileSync(recorded))
      .toString('utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Drive)
      .sort((a, b) => a.symbols.length - b.symbols.length) as [Drive];
    const { energyHartree } = await psi4.singlePoint(
      {
        elements: moleculeFromSmiles(smallest.mapped_smiles).atoms.map(({ element }) => element),
        formalCharge: smallest.formal_charge,
        geometryAngstrom: smallest.geometries_angstrom[0]!,
        ...{ method: 'B3LYP-D3BJ', basis: 'DZVP', gradient: false },
      },
      run(),
    );
    expect(Math.abs(energyHartree - smallest.energies_hartree[0]!)).toBeLessThan(1e-7);
  });
});
