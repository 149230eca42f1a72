import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '@bespoke/child-process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineCrashError, mopacAm1, probeMopac, type Am1Request } from './index';

const realMopac = findProgram('mopac', 'MOPAC_BIN');

const methanol: Am1Request = {
  elements: [6, 8, 1, 1, 1, 1],
  formalCharge: 0,
  // prettier-ignore
  geometryAngstrom: [0, 0, 0, 1.4, 0, 0, 1.8, 0.9, 0, -0.4, -1, 0, -0.4, 0.5, 0.9, -0.4, 0.5, -0.9],
  optimize: true,
};

let scratchDirectory: string;
beforeEach(() => {
  scratchDirectory = mkdtempSync(join(tmpdir(), 'mopac-'));
});
afterEach(() => {
  rmSync(scratchDirectory, { recursive: true });
  delete process.env['MOPAC_BIN'];
});

const run = () => ({ cores: 1, memoryBytes: 2 ** 30, scratchDirectory });

function wrapMopac(script: string): void {
  const path = join(scratchDirectory, 'mopac-wrapper');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  process.env['MOPAC_BIN'] = path;
}

describe.skipIf(realMopac === null)('AM1 by MOPAC (needs mopac on the PATH)', () => {
  it('finds the program and its version', async () => {
    expect((await probeMopac())!.version).toMatch(/^\d+\./);
  });

  it('relaxes methanol to its AM1 minimum, with the charges there', async () => {
    const { chargesE, heatOfFormationKcalPerMol, geometryAngstrom } = await mopacAm1(methanol, run());
    // Dewar et al., J. Am. Chem. Soc. 107, 3902 (1985): -57.0 kcal/mol.
    expect(heatOfFormationKcalPerMol).toBeCloseTo(-57.0, 0);
    expect(chargesE.reduce((sum, charge) => sum + charge, 0)).toBeCloseTo(0, 5);
    expect(
      Math.hypot(...[0, 1, 2].map((axis) => geometryAngstrom[axis]! - geometryAngstrom[axis + 3]!)),
    ).toBeCloseTo(1.41, 2);
    expect(readdirSync(scratchDirectory)).toEqual([]);
  });

  it('leaves the geometry as it is when it is told to', async () => {
    const { geometryAngstrom, chargesE } = await mopacAm1({ ...methanol, optimize: false }, run());
    for (const [i, coordinate] of geometryAngstrom.entries()) {
      expect(coordinate - geometryAngstrom[i % 3]!).toBeCloseTo(
        methanol.geometryAngstrom[i]! - methanol.geometryAngstrom[i % 3]!,
        6,
      );
    }
    expect(chargesE).not.toEqual((await mopacAm1(methanol, run())).chargesE);
  });

  it('computes ions', async () => {
    const hydroxide = await mopacAm1(
      { elements: [8, 1], formalCharge: -1, geometryAngstrom: [0, 0, 0, 0, 0, 0.95], optimize: true },
      run(),
    );
    expect(hydroxide.chargesE.reduce((sum, charge) => sum + charge, 0)).toBeCloseTo(-1, 5);
  });

  it("hands on MOPAC's own words when it refuses", async () => {
    await expect(mopacAm1({ ...methanol, formalCharge: 1 }, run())).rejects.toMatchObject({
      name: 'EngineError',
      code: 'engine-failed',
      message: 'MOPAC found no AM1 solution: SINGLET SPECIFIED WITH ODD NUMBER OF ELECTRONS, CORRECT FAULT',
      output: expect.stringContaining('MOPAC') as string,
    });
  });

  it('takes neither garbage nor silence for a result, and tells a crash from a refusal', async () => {
    wrapMopac('echo hello');
    await expect(mopacAm1(methanol, run())).rejects.toMatchObject({
      code: 'engine-failed',
      output: 'hello\n',
    });
    wrapMopac(`${realMopac} "$@"; sed -i '/NET ATOMIC/,$d' am1.out`);
    await expect(mopacAm1(methanol, run())).rejects.toMatchObject({ code: 'unreadable-output' });
    wrapMopac('kill -KILL $$');
    await expect(mopacAm1(methanol, run())).rejects.toBeInstanceOf(EngineCrashError);
    process.env['MOPAC_BIN'] = '/nowhere/mopac';
    await expect(mopacAm1(methanol, run())).rejects.toMatchObject({ code: 'program-not-found' });
    expect(await probeMopac()).toBeNull();
  });
});
