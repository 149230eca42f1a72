import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
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
import { dihedralDegrees, generateConformers, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
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
import { findLibxtb } from './libxtb-location';
import { usableLibxtb } from './libxtb-processes';
import { gradientError } from './testing/gradient-error';
import { ethanol, ethylammonium, glycolate } from './testing/molecules';
import { writeXyz } from './xyz';
import { wrapProgram } from './testing/wrapped-program';

const realXtb = findProgram('xtb', 'XTB_BIN');
const realLibrary = findLibxtb();

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

/** 2,3,4-hexatriene, turned by its line of four atoms. */
const cumulene: ConstrainedOptimizationRequest = {
  ...ethanol,
  elements: [6, 6, 6, 6, 6, 6, 1, 1, 1, 1, 1, 1, 1, 1],
  // prettier-ignore
  bonds: [[0, 1], [0, 6], [0, 7], [0, 8], [1, 2], [1, 9], [2, 3], [3, 4], [4, 5], [4, 10], [5, 11], [5, 12], [5, 13]],
  // prettier-ignore
  geometryAngstrom: [
    -2.054, 2.513, -3.086, -2.791, 1.363, -3.686, -3.221, 0.328, -3.025, -3.617, -0.627, -2.416, -4.048, -1.662,
    -1.756, -3.179, -2.72, -1.165, -1.911, 2.39, -2.008, -1.069, 2.611, -3.554, -2.608, 3.442, -3.256, -2.976, 1.404,
    -4.755, -5.119, -1.775, -1.618, -3.432, -3.695, -1.593, -2.117, -2.529, -1.351, -3.334, -2.77, -0.083,
  ],
  dihedral: [0, 1, 4, 5],
  targetDegrees: 20,
};

const azide: ConstrainedOptimizationRequest = {
  ...ethanol,
  elements: [6, 6, 7, 7, 7, 1, 1, 1, 1, 1],
  // prettier-ignore
  bonds: [[0, 1], [0, 5], [0, 6], [0, 7], [1, 2], [1, 8], [1, 9], [2, 3], [3, 4]],
  // prettier-ignore
  geometryAngstrom: [
    1.663, -2.214, -2.766, 1.639, -3.544, -3.496, 2.895, -3.696, -4.235, 3.008, -4.752, -4.883, 3.107, -5.72, -5.476,
    2.503, -2.169, -2.064, 0.736, -2.069, -2.203, 1.772, -1.383, -3.47, 0.787, -3.569, -4.186, 1.521, -4.359, -2.773,
  ],
  dihedral: [0, 1, 2, 3],
  targetDegrees: 60,
};

let scratchDirectory: string;
beforeEach(() => {
  scratchDirectory = mkdtempSync(join(tmpdir(), 'qc-engines-'));
});
afterEach(() => {
  rmSync(scratchDirectory, { recursive: true });
  delete process.env['XTB_BIN'];
  delete process.env['XTB_LIBRARY'];
});

const run = () => ({ cores: 1, memoryBytes: 2 ** 30, scratchDirectory });

/** Has XTB_BIN name a shell script. */
function wrapXtb(script: string): void {
  wrapProgram('XTB_BIN', scratchDirectory, 'xtb', script);
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
      expect(xtb.supports({ method, basis: null }, [1, 86])).toBeNull();
    expect(xtb.supports({ method: 'B3LYP-D3BJ', basis: 'DZVP' }, [6])).toMatch(/has no method B3LYP-D3BJ/);
    expect(xtb.supports({ method: 'constructor', basis: null }, [6])).toMatch(/has no method constructor/);
    expect(xtb.supports({ method: 'GFN2-xTB', basis: 'DZVP' }, [6])).toMatch(/takes no basis set/);
    expect(xtb.supports({ method: 'GFN2-xTB', basis: null }, [6, 92])).toMatch(/no parameters for U/);
    expect(xtb.supports({ method: 'GFN2-xTB', basis: null, solvent: 'Water' }, [6])).toBeNull();
    expect(xtb.supports({ method: 'GFN2-xTB', basis: null, solvent: 'beer' }, [6])).toMatch(
      /no solvent beer .* it has acetone, .*woctanol$/,
    );
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

/** Has the program be used, whether there is a library or not. */
function useProgram(): void {
  process.env['XTB_BIN'] = realXtb!;
}

const routes: [string, () => void][] = [
  ...(realLibrary === null ? [] : [['the C library', () => {}] as [string, () => void]]),
  ...(realXtb === null ? [] : [['the program', useProgram] as [string, () => void]]),
];

describe.skipIf(realXtb === null).each(routes)(
  'a constrained optimisation with xtb by %s (needs xtb on the PATH)',
  (_, take) => {
    beforeEach(() => take());

    it('has a version that names our optimiser too', async () => {
      expect((await xtb.probe())!.version).toMatch(/^\d+\.\d+\.\d+\+opt\d+$/);
    });

    it.each([
      ['ethanol with GFN2-xTB', ethanol, ['--gfn', '2']],
      ['ethanol with GFN1-xTB', { ...ethanol, method: 'gfn1-xtb' }, ['--gfn', '1']],
      ['ethanol with GFN-FF', { ...ethanol, method: 'GFN-FF' }, ['--gfnff']],
      ['a cation', ethylammonium, ['--gfn', '2']],
      ['an anion', glycolate, ['--gfn', '2']],
      ['a cumulene', cumulene, ['--gfn', '2']],
      ['an azide', azide, ['--gfn', '2']],
    ])("brings %s on target, where xtb's own optimiser finds nothing lower", async (_, request, flags) => {
      const result = await xtb.constrainedOptimization(request, run());
      expect(Math.abs(wrapDegrees(result.dihedralDegrees - request.targetDegrees))).toBeLessThan(0.001);
      expect(dihedralDegrees(result.geometryAngstrom, [...request.dihedral])).toBe(result.dihedralDegrees);
      expect(await xtb.constrainedOptimization(request, run())).toEqual(result);
      expect(readdirSync(scratchDirectory)).toEqual([]);

      writeFileSync(join(scratchDirectory, 'end.xyz'), writeXyz(request.elements, result.geometryAngstrom));
      const dihedral = request.dihedral.map((atom) => atom + 1).join();
      writeFileSync(
        join(scratchDirectory, 'hold.inp'),
        `$constrain\n  force constant=50\n  dihedral: ${dihedral},${request.targetDegrees}\n$end\n`,
      );
      const energies = async (...args: string[]): Promise<number[]> => {
        const { stdout } = await runProgram({
          command: realXtb!,
          args: ['end.xyz', ...flags, '--chrg', String(request.formalCharge), '--norestart', ...args],
          cwd: scratchDirectory,
          env: { ...process.env, OMP_NUM_THREADS: '1' },
        });
        return [...stdout.matchAll(/\| TOTAL ENERGY\s+(\S+)/g)].map(([, energy]) => Number(energy));
      };
      const [single] = await energies();
      expect(Math.abs(result.energyHartree - single!)).toBeLessThan(5e-8);
      const biased = (await energies('--opt', 'vtight', '--input', 'hold.inp')).at(-1)!;
      expect(result.energyHartree - biased).toBeLessThan(3e-6);
    });

    it('reaches the same energy from 30 degrees away on either side', async () => {
      const energies: number[] = [];
      for (const from of [45, 105]) {
        const { geometryAngstrom } = await xtb.constrainedOptimization(
          { ...ethanol, targetDegrees: from },
          run(),
        );
        const result = await xtb.constrainedOptimization({ ...ethanol, geometryAngstrom }, run());
        energies.push(result.energyHartree);
      }
      expect(Math.abs(energies[0]! - energies[1]!)).toBeLessThan(2e-6);
    });

    it('has the gradient that its energies have', async () => {
      expect(await gradientError(xtb, glycolate, run(), [0, 10, 23])).toBeLessThan(1e-5);
    });

    it('gives the energy alone where no gradient is wanted', async () => {
      const { energyHartree } = await xtb.singlePoint({ ...glycolate, gradient: true }, run());
      expect(await xtb.singlePoint({ ...glycolate, gradient: false }, run())).toEqual({
        energyHartree,
        gradientHartreePerBohr: null,
      });
    });

    it('is stopped when it takes more memory than it may, and says how much', async () => {
      await loadRDKit();
      const decane = moleculeFromSmiles('CCCCCCCCCC');
      const running = xtb.constrainedOptimization(
        {
          ...ethanol,
          elements: decane.atoms.map(({ element }) => element),
          bonds: decane.bonds.map(({ begin, end }) => [begin, end] as const),
          geometryAngstrom: generateConformers(decane, { maxConformers: 1, seed: 1 })[0]!,
          dihedral: [3, 4, 5, 6],
        },
        { ...run(), memoryBytes: 10e6 },
      );
      await expect(running).rejects.toMatchObject({
        code: 'program-memory-exceeded',
        message: expect.stringMatching(/used 0\.\d\d GB of memory where 0\.01 GB are the limit/) as string,
      });
      expect(readdirSync(scratchDirectory)).toEqual([]);
    });

    it('notices that a proton moved', async () => {
      const error = await failureOf(glycineZwitterion);
      expect(error.code).toBe('connectivity-changed');
      expect(error.message).toMatch(/^bonds changed: .*N1-H\d+ broken/);
      expect(error.message).toMatch(/O4-H\d+ formed/);
    });

    it.each(['GFN2-xTB', 'GFN1-xTB', 'GFN-FF'])('dissolves ethanol in water with %s', async (method) => {
      const [inVacuum, inWater] = await Promise.all(
        [null, 'water'].map((solvent) =>
          xtb.singlePoint({ ...ethanol, method, solvent, gradient: false }, run()),
        ),
      );
      const solvationKcalPerMol =
        (inWater!.energyHartree - inVacuum!.energyHartree) * KCAL_PER_MOL_PER_HARTREE;
      // By experiment -5.0 kcal/mol.
      expect(solvationKcalPerMol).toBeGreaterThan(-8);
      expect(solvationKcalPerMol).toBeLessThan(-3);
      const dissolved = { ...ethanol, method, solvent: 'water' };
      expect(await gradientError(xtb, dissolved, run(), [0, 8, 26])).toBeLessThan(2e-5);
    });

    it('keeps a zwitterion in water', async () => {
      const { dihedralDegrees: angle } = await xtb.constrainedOptimization(
        { ...glycineZwitterion, solvent: 'water' },
        run(),
      );
      expect(angle).toBeCloseTo(glycineZwitterion.targetDegrees, 2);
    });

    it('refuses a radical, an element that the method lacks and atoms in one place', async () => {
      expect(await failureOf({ ...ethanol, formalCharge: 1 })).toMatchObject({ code: 'unsupported' });
      expect(await failureOf({ ...ethanol, elements: [92, ...ethanol.elements.slice(1)] })).toMatchObject({
        code: 'unsupported',
        message: 'GFN2-xTB has no parameters for U',
      });
      const { geometryAngstrom } = ethanol;
      for (const geometry of [
        [...Array.from(geometryAngstrom), NaN].slice(1),
        Array.from(geometryAngstrom).slice(1),
      ]) {
        expect(await failureOf({ ...ethanol, geometryAngstrom: geometry })).toMatchObject({
          code: 'unsupported',
          message: expect.stringMatching(/^geometryAngstrom: 27 finite numbers/) as string,
        });
      }
      expect(await failureOf({ ...ethanol, geometryAngstrom: new Array<number>(27).fill(0) })).toMatchObject({
        code: 'unsupported',
        message: expect.stringContaining('in the same place') as string,
      });
    });
  },
);

describe.skipIf(realLibrary === null)("xtb's C library (needs libxtb)", () => {
  /** Our own children that have the library loaded. */
  const processes = (): number[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => {
        try {
          const parent = / \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
          return (
            Number(parent) === process.pid &&
            readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('libxtb-process')
          );
        } catch {
          return false;
        }
      })
      .map(Number);

  it('stays loaded in one process for one optimisation after another, and in two for two at once', async () => {
    await xtb.constrainedOptimization(ethanol, run());
    const [first, ...others] = processes();
    expect(others).toEqual([]);
    const alone = await xtb.constrainedOptimization(ethanol, run());
    expect(processes()).toEqual([first]);
    const atOnce = await Promise.all([
      xtb.constrainedOptimization(ethanol, run()),
      xtb.constrainedOptimization(glycolate, run()),
    ]);
    expect(processes()).toHaveLength(2);
    expect(atOnce[0]).toEqual(alone);
  });

  it('tells a process that died from one that said no, and starts another', async () => {
    const before = await xtb.constrainedOptimization(ethanol, run());
    const running = xtb.constrainedOptimization(ethanol, run());
    await new Promise((resolve) => setTimeout(resolve, 5));
    const killed = processes();
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    await expect(running).rejects.toBeInstanceOf(EngineCrashError);
    expect(readdirSync(scratchDirectory)).toEqual([]);
    // The idle ones too have been seen to end.
    await expect.poll(() => killed.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    expect(await xtb.constrainedOptimization(ethanol, run())).toEqual(before);
  });

  it('stops when it is told to', async () => {
    await xtb.constrainedOptimization(ethanol, run());
    const controller = new AbortController();
    const result = xtb.constrainedOptimization(ethanol, { ...run(), signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 5);
    await expect(result).rejects.toThrow('enough');
    expect(readdirSync(scratchDirectory)).toEqual([]);
  });

  it('is tried again when the trial was ended, not answered', async () => {
    const path = join(scratchDirectory, 'libxtb.so.6.5.1');
    // Opening it waits for somebody to write.
    execFileSync('mkfifo', [path]);
    process.env['XTB_LIBRARY'] = path;
    const before = processes();
    const trial = usableLibxtb();
    trial.catch(() => {});
    const trials = (): number[] => processes().filter((pid) => !before.includes(pid));
    await expect.poll(trials).toHaveLength(1);
    process.kill(trials()[0]!, 'SIGKILL');
    await expect(trial).rejects.toBeInstanceOf(EngineCrashError);
    rmSync(path);
    copyFileSync(realLibrary!.path, path);
    expect(await usableLibxtb()).toEqual({ path, version: '6.5.1' });
  });

  it.skipIf(realXtb === null)('gives what the program gives (needs xtb on the PATH)', async () => {
    for (const request of [ethanol, glycolate, azide]) {
      for (const method of ['GFN2-xTB', 'GFN1-xTB', 'GFN-FF']) {
        const calculation = { ...request, method, gradient: true };
        const byLibrary = await xtb.singlePoint(calculation, run());
        useProgram();
        const byProgram = await xtb.singlePoint(calculation, run());
        delete process.env['XTB_BIN'];
        expect(Math.abs(byLibrary.energyHartree - byProgram.energyHartree)).toBeLessThan(1e-9);
        for (const [i, each] of byLibrary.gradientHartreePerBohr!.entries()) {
          expect(Math.abs(each - byProgram.gradientHartreePerBohr![i]!)).toBeLessThan(1e-9);
        }
      }
    }
  });

  it('is left alone where it does not load or does not say its version: the program computes', async () => {
    for (const name of ['libxtb.so.6.5.1', 'libxtb.so']) {
      const path = join(scratchDirectory, name);
      writeFileSync(path, 'no library');
      process.env['XTB_LIBRARY'] = path;
      const { energyHartree } = await xtb.constrainedOptimization(ethanol, run());
      delete process.env['XTB_LIBRARY'];
      expect(energyHartree).toBeCloseTo((await xtb.constrainedOptimization(ethanol, run())).energyHartree, 7);
      rmSync(path);
    }
  });
});

describe.skipIf(realXtb === null)("xtb's program (needs xtb on the PATH)", () => {
  it('takes no result without the solvent that was asked for', async () => {
    wrapXtb(`exec ${realXtb} geometry.xyz --gfn 2 --grad --norestart`);
    await expect(
      xtb.singlePoint({ ...ethanol, solvent: 'water', gradient: true }, run()),
    ).rejects.toMatchObject({
      code: 'unreadable-output',
      message: 'xtb ended without a word on its solvent',
    });
  });

  it.skipIf(realLibrary === null)(
    "is not run in a solvent under its library's version (needs libxtb)",
    async () => {
      const path = join(scratchDirectory, 'libxtb.so.6.99.0');
      copyFileSync(realLibrary!.path, path);
      process.env['XTB_LIBRARY'] = path;
      expect((await failureOf({ ...ethanol, solvent: 'water' })).message).toMatch(
        /^a solvent takes the program xtb of the library's version 6\.99\.0, but .* is 6\.5\.1: set XTB_BIN/,
      );
    },
  );

  it('is not run for what it cannot do', async () => {
    wrapXtb('touch ran; exit 1');
    expect(await failureOf({ ...ethanol, formalCharge: 1 })).toMatchObject({ code: 'unsupported' });
    expect(readdirSync(scratchDirectory)).toEqual(['xtb-wrapper']);
  });

  it("hands on xtb's own words when it gives up", async () => {
    wrapXtb(`exec ${realXtb} "$@" --iterations 1`);
    const error = await failureOf(ethanol);
    expect(error.code).toBe('not-converged');
    expect(error.message).toContain('Self consistent charge iterator did not converge');
    expect(error.output.length).toBeGreaterThan(1000);
  });

  it('takes neither garbage nor silence for a result', async () => {
    wrapXtb('echo hello; exit 0');
    expect(await failureOf(ethanol)).toMatchObject({ code: 'engine-failed', message: 'xtb failed: hello' });
    wrapXtb('echo nonsense > geometry.engrad');
    expect(await failureOf(ethanol)).toMatchObject({ code: 'unreadable-output' });
    wrapXtb('exit 3');
    expect(await failureOf(ethanol)).toMatchObject({
      code: 'engine-failed',
      message: 'xtb failed: no output',
    });
  });

  it('does not take the gradient of the run before for one of a run that wrote none', async () => {
    wrapXtb(`[ -e seen ] && exit 0; touch seen; exec ${realXtb} "$@"`);
    expect(await failureOf(ethanol)).toMatchObject({ code: 'engine-failed' });
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
          energyHartree,
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
          energyHartree,
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
      expect(Math.max(...differences)).toBeLessThan(0.005);
    });
  },
);
