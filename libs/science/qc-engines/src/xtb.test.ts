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
import { findProgram, runProgram } from '@bespoke/child-process';
import { dihedralDegrees, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { KCAL_PER_MOL_PER_HARTREE, wrapDegrees } from '@bespoke/units';
import { bestPoints, isFinished, openDrive, recordResult, type DriveJob } from '@bespoke/torsion-drive';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  EngineCrashError,
  EngineError,
  engineNamed,
  xtb,
  type ConstrainedOptimizationRequest,
} from './index';
import { writeXyz } from './xyz';

const realXtb = findProgram('xtb', 'XTB_BIN');

const ethanol: ConstrainedOptimizationRequest = {
  elements: [6, 6, 8, 1, 1, 1, 1, 1, 1],
  formalCharge: 0,
  // prettier-ignore
  bonds: [[0, 1], [1, 2], [0, 3], [0, 4], [0, 5], [1, 6], [1, 7], [2, 8]],
  // prettier-ignore
  geometryAngstrom: [
    -0.868, 0.226, 0.253, 0.392, -0.357, -0.38, 1.556, 0.355, -0.033, -1.743, -0.32, -0.089, -0.974, 1.272, -0.023,
    -0.816, 0.156, 1.339, 0.494, -1.416, -0.098, 0.331, -0.296, -1.469, 1.627, 0.38, 0.928,
  ],
  dihedral: [0, 1, 2, 8],
  targetDegrees: 75,
  method: 'GFN2-xTB',
  basis: null,
};

const ethylammonium: ConstrainedOptimizationRequest = {
  ...ethanol,
  elements: [6, 6, 7, 1, 1, 1, 1, 1, 1, 1, 1],
  formalCharge: 1,
  // prettier-ignore
  bonds: [[0, 1], [1, 2], [0, 3], [0, 4], [0, 5], [1, 6], [1, 7], [2, 8], [2, 9], [2, 10]],
  // prettier-ignore
  geometryAngstrom: [
    1.131, 0.475, -0.248, 0.121, -0.619, 0.023, -1.236, -0.015, 0.234, 2.111, 0.032, -0.399, 0.88, 1.034, -1.146,
    1.207, 1.163, 0.591, 0.388, -1.18, 0.919, 0.061, -1.309, -0.82, -1.946, -0.734, 0.42, -1.205, 0.637, 1.029,
    -1.512, 0.516, -0.603,
  ],
  dihedral: [0, 1, 2, 8],
  targetDegrees: 0,
};

const glycolate: ConstrainedOptimizationRequest = {
  ...ethanol,
  elements: [8, 6, 6, 8, 8, 1, 1, 1],
  formalCharge: -1,
  // prettier-ignore
  bonds: [[0, 1], [1, 2], [2, 3], [2, 4], [0, 5], [1, 6], [1, 7]],
  // prettier-ignore
  geometryAngstrom: [
    -1.247, 0.794, -0.301, -0.416, -0.329, -0.441, 0.862, -0.102, 0.465, 1.718, -0.988, 0.475, 0.827, 0.989, 1.07,
    -0.701, 1.331, 0.339, -0.937, -1.242, -0.118, -0.105, -0.455, -1.488,
  ],
  dihedral: [0, 1, 2, 3],
  targetDegrees: 105,
};

const glycineZwitterion: ConstrainedOptimizationRequest = {
  ...ethanol,
  elements: [7, 6, 6, 8, 8, 1, 1, 1, 1, 1],
  // prettier-ignore
  bonds: [[0, 1], [1, 2], [2, 3], [2, 4], [0, 5], [0, 6], [0, 7], [1, 8], [1, 9]],
  // prettier-ignore
  geometryAngstrom: [
    -1.136, 0.129, -0.019, 0.181, -0.591, -0.22, 1.337, 0.34, 0.215, 0.852, 1.449, 0.62, 2.499, -0.101, 0.113,
    -1.722, -0.281, 0.707, -1.624, 0.344, -0.887, -0.781, 1.046, 0.363, 0.248, -0.839, -1.282, 0.146, -1.495, 0.392,
  ],
  dihedral: [0, 1, 2, 3],
  targetDegrees: 0,
};

let scratchDirectory: string;
beforeEach(() => {
  scratchDirectory = mkdtempSync(join(tmpdir(), 'qc-engines-'));
});
afterEach(() => {
  rmSync(scratchDirectory, { recursive: true });
  delete process.env['XTB_BIN'];
});

const run = () => ({ cores: 1, memoryBytes: 2 ** 30, scratchDirectory });

/** Has XTB_BIN name a shell script. */
function wrapXtb(script: string): void {
  const path = join(scratchDirectory, 'xtb-wrapper');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  process.env['XTB_BIN'] = path;
}

async function failureOf(request: ConstrainedOptimizationRequest): Promise<EngineError> {
  const error = await xtb.constrainedOptimization(request, run()).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
}

describe('what xtb can do', () => {
  it('is said without a program', () => {
    expect(engineNamed('xtb')).toBe(xtb);
    expect(engineNamed('gaussian')).toBeUndefined();
    for (const method of ['GFN2-xTB', 'gfn1-xtb', 'GFN-FF'])
      expect(xtb.supports(method, null, [1, 86])).toBeNull();
    expect(xtb.supports('B3LYP-D3BJ', 'DZVP', [6])).toMatch(/has no method B3LYP-D3BJ/);
    expect(xtb.supports('GFN2-xTB', 'DZVP', [6])).toMatch(/takes no basis set/);
    expect(xtb.supports('GFN2-xTB', null, [6, 92])).toMatch(/no parameters for U/);
  });

  it('is null when XTB_BIN names no program, and an error when it names another', async () => {
    process.env['XTB_BIN'] = '/nowhere/xtb';
    expect(await xtb.probe()).toBeNull();
    await expect(xtb.constrainedOptimization(ethanol, run())).rejects.toMatchObject({
      code: 'program-not-found',
    });
    wrapXtb('echo I am somebody else');
    await expect(xtb.probe()).rejects.toMatchObject({
      code: 'engine-failed',
      output: 'I am somebody else\n',
    });
  });
});

describe.skipIf(realXtb === null)('a constrained optimisation with xtb (needs xtb on the PATH)', () => {
  it('finds the program and its version', async () => {
    expect((await xtb.probe())!.version).toMatch(/^\d+\.\d+/);
  });

  it.each([
    ['ethanol with GFN2-xTB', ethanol, ['--gfn', '2']],
    ['ethanol with GFN1-xTB', { ...ethanol, method: 'gfn1-xtb' }, ['--gfn', '1']],
    ['ethanol with GFN-FF', { ...ethanol, method: 'GFN-FF' }, ['--gfnff']],
    ['a cation', ethylammonium, ['--gfn', '2']],
    ['an anion', glycolate, ['--gfn', '2']],
  ])('brings %s on target, and its energy is that of a single point there', async (_, request, flags) => {
    const result = await xtb.constrainedOptimization(request, run());
    expect(Math.abs(wrapDegrees(result.dihedralDegrees - request.targetDegrees))).toBeLessThan(0.05);
    expect(dihedralDegrees(result.geometryAngstrom, [...request.dihedral])).toBe(result.dihedralDegrees);
    expect(await xtb.constrainedOptimization(request, run())).toEqual(result);
    expect(readdirSync(scratchDirectory)).toEqual([]);

    writeFileSync(join(scratchDirectory, 'end.xyz'), writeXyz(request.elements, result.geometryAngstrom));
    const { stdout } = await runProgram({
      command: realXtb!,
      args: ['end.xyz', ...flags, '--chrg', String(request.formalCharge), '--norestart'],
      cwd: scratchDirectory,
      env: { ...process.env, OMP_NUM_THREADS: '1' },
    });
    const single = Number(/\| TOTAL ENERGY\s+(\S+)/.exec(stdout)![1]);
    expect(Math.abs(result.energyHartree - single)).toBeLessThan(2e-8);
  });

  it('corrects the energy to the target along the slope there', async () => {
    const at = async (targetDegrees: number) =>
      xtb.constrainedOptimization({ ...ethanol, targetDegrees }, run());
    const [below, result, above] = [await at(74), await at(75), await at(76)];
    const slopePerDegree = (above.energyAtTargetHartree - below.energyAtTargetHartree) / 2;
    const offDegrees = result.dihedralDegrees - 75;
    expect(Math.abs(offDegrees)).toBeGreaterThan(0.001);
    const correction = result.energyAtTargetHartree - result.energyHartree;
    // Not 1: the optimisation stops a little before the point that the formula is about.
    const ratio = correction / (-slopePerDegree * offDegrees);
    expect(ratio).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.25);
  });

  it('reaches the same energy from 30 degrees away on either side', async () => {
    const energies: number[] = [];
    for (const from of [45, 105]) {
      const { geometryAngstrom } = await xtb.constrainedOptimization(
        { ...ethanol, targetDegrees: from },
        run(),
      );
      const result = await xtb.constrainedOptimization({ ...ethanol, geometryAngstrom }, run());
      energies.push(result.energyAtTargetHartree);
    }
    expect(Math.abs(energies[0]! - energies[1]!)).toBeLessThan(1e-6);
  });

  it('refuses a radical and an element that the method lacks before it runs anything', async () => {
    wrapXtb('touch ran; exit 1');
    expect(await failureOf({ ...ethanol, formalCharge: 1 })).toMatchObject({ code: 'unsupported' });
    expect(await failureOf({ ...ethanol, elements: [92, ...ethanol.elements.slice(1)] })).toMatchObject({
      code: 'unsupported',
      message: 'GFN2-xTB has no parameters for U',
    });
  });

  it('notices that a proton moved', async () => {
    const error = await failureOf(glycineZwitterion);
    expect(error.code).toBe('connectivity-changed');
    expect(error.message).toMatch(/^bonds changed: .*N1-H\d+ broken/);
    expect(error.message).toMatch(/O4-H\d+ formed/);
    expect(error.output).toContain('GEOMETRY OPTIMIZATION CONVERGED');
  });

  it('does not take the exit code 0 of an optimisation that did not converge for success', async () => {
    wrapXtb(`exec ${realXtb} "$@" --cycles 1`);
    const error = await failureOf(ethanol);
    expect(error.code).toBe('not-converged');
    expect(error.message).toContain('FAILED TO CONVERGE GEOMETRY OPTIMIZATION IN 1 ITERATIONS');
    expect(error.output.length).toBeGreaterThan(1000);
  });

  it('does not take a dropped constraint for success', async () => {
    wrapXtb(`sed -i 's/,9,/,99,/' constraint.inp; exec ${realXtb} "$@"`);
    expect(await failureOf(ethanol)).toMatchObject({
      code: 'constraint-ignored',
      message: expect.stringContaining('Atomic index is out of bounds for dihedral constraint') as string,
    });
  });

  it('drops a result that is off target', async () => {
    wrapXtb(`sed -i 's/constant=20/constant=0.001/' constraint.inp; exec ${realXtb} "$@"`);
    expect(await failureOf({ ...ethanol, targetDegrees: 120 })).toMatchObject({ code: 'off-target' });
  });

  it("hands on xtb's own words when it gives up", async () => {
    wrapXtb(`exec ${realXtb} "$@" --iterations 1`);
    const error = await failureOf(ethanol);
    expect(error.code).toBe('not-converged');
    expect(error.message).toContain('Self consistent charge iterator did not converge');
  });

  it('takes neither garbage nor silence for a result', async () => {
    wrapXtb('echo hello; exit 0');
    expect(await failureOf(ethanol)).toMatchObject({ code: 'engine-failed', message: 'xtb failed: hello' });
    wrapXtb('exit 3');
    expect(await failureOf(ethanol)).toMatchObject({
      code: 'engine-failed',
      message: 'xtb failed: no output',
    });
  });

  it('tells a program that died from one that said no', async () => {
    wrapXtb('kill -KILL $$');
    await expect(xtb.constrainedOptimization(ethanol, run())).rejects.toBeInstanceOf(EngineCrashError);
    expect(readdirSync(scratchDirectory)).toEqual(['xtb-wrapper']);
  });

  it('stops when it is told to', async () => {
    wrapXtb('sleep 600');
    const controller = new AbortController();
    const result = xtb.constrainedOptimization(ethanol, { ...run(), signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await expect(result).rejects.toThrow('enough');
  });
});

const recorded = '../shared/data/xtb-drives/drives-dev.jsonl.gz';

describe.skipIf(realXtb === null || !existsSync(recorded))(
  `a torsion drive with xtb (needs xtb and ${recorded})`,
  () => {
    it('has the energies that torsiondrive, geomeTRIC and xtb give from the same start', async () => {
      await loadRDKit();
      interface Recorded {
        mapped_smiles: string;
        formal_charge: number;
        dihedral: [number, number, number, number];
        start_geometry_angstrom: number[];
        runs: Record<string, { grid: number[]; energies_hartree: number[] }>;
      }
      const [drive] = gunzipSync(readFileSync(recorded))
        .toString('utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Recorded) as [Recorded];
      const { grid, energies_hartree } = drive.runs['qcengine_torsiondrive_geometric_xtb']!;
      const molecule = moleculeFromSmiles(drive.mapped_smiles);
      const geometries = new Map([['start', drive.start_geometry_angstrom]]);
      let { state, jobs: pending } = openDrive({
        gridSpacingDegrees: [15],
        energyDecreaseThresholdHartree: 1e-5,
        seeds: [
          {
            geometry: 'start',
            dihedralsDegrees: [dihedralDegrees(drive.start_geometry_angstrom, drive.dihedral)],
          },
        ],
      });
      for (let job: DriveJob | undefined; (job = pending.shift()) !== undefined;) {
        const {
          energyAtTargetHartree,
          dihedralDegrees: angle,
          geometryAngstrom,
        } = await xtb.constrainedOptimization(
          {
            elements: molecule.atoms.map(({ element }) => element),
            formalCharge: drive.formal_charge,
            bonds: molecule.bonds.map(({ begin, end }) => [begin, end] as const),
            geometryAngstrom: geometries.get(job.startGeometry)!,
            dihedral: drive.dihedral,
            targetDegrees: job.gridDegrees[0]!,
            method: 'GFN2-xTB',
            basis: null,
          },
          run(),
        );
        geometries.set(job.id, geometryAngstrom);
        const step = recordResult(state, job.id, {
          energyHartree: energyAtTargetHartree,
          dihedralsDegrees: [angle],
          geometry: job.id,
        });
        state = step.state;
        pending = [...pending, ...step.jobs];
      }
      expect(isFinished(state)).toBe(true);
      const points = bestPoints(state);
      expect(points.flatMap(({ gridDegrees }) => gridDegrees)).toEqual(grid);
      const differences = points.map(
        ({ energyHartree }, i) => Math.abs(energyHartree - energies_hartree[i]!) * KCAL_PER_MOL_PER_HARTREE,
      );
      expect(Math.max(...differences)).toBeLessThan(0.02);
    });
  },
);
