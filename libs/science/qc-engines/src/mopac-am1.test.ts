import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { findProgram } from '@bespoke/child-process';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { am1BondOrders, EngineCrashError, mopacAm1, probeMopac, type Am1Request } from './index';
import { wrapProgram } from './testing/wrapped-program';

const realMopac = findProgram('mopac', 'MOPAC_BIN');

const methanol: Am1Request = {
  elements: [6, 8, 1, 1, 1, 1],
  formalCharge: 0,
  // prettier-ignore
  geometryAngstrom: [0, 0, 0, 1.4, 0, 0, 1.8, 0.9, 0, -0.4, -1, 0, -0.4, 0.5, 0.9, -0.4, 0.5, -0.9],
  relaxToGradientNorm: 0.1,
};

interface WibergCall {
  mapped_smiles: string;
  geometry_angstrom: number[][];
  wbo: [number, number, number][];
}

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
  wrapProgram('MOPAC_BIN', scratchDirectory, 'mopac', script);
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
    const { geometryAngstrom, chargesE } = await mopacAm1({ ...methanol, relaxToGradientNorm: null }, run());
    for (const [i, coordinate] of geometryAngstrom.entries()) {
      expect(coordinate - geometryAngstrom[i % 3]!).toBeCloseTo(
        methanol.geometryAngstrom[i]! - methanol.geometryAngstrom[i % 3]!,
        6,
      );
    }
    expect(chargesE).not.toEqual((await mopacAm1(methanol, run())).chargesE);
  });

  it('stops relaxing where bonds and angles have relaxed, if that is all that is asked for', async () => {
    const tight = await mopacAm1(methanol, run());
    const loose = await mopacAm1({ ...methanol, relaxToGradientNorm: 3 }, run());
    const energyLeft = loose.heatOfFormationKcalPerMol - tight.heatOfFormationKcalPerMol;
    expect(energyLeft).toBeGreaterThan(0);
    expect(energyLeft).toBeLessThan(0.1);
  });

  const wiberg = '../shared/data/parity/fragments-wbo.jsonl.gz';

  it.skipIf(!existsSync(wiberg))(`gives the recorded Wiberg bond orders (needs ${wiberg})`, async () => {
    await loadRDKit();
    let compared = 0;
    for (const line of gunzipSync(readFileSync(wiberg)).toString('utf8').trim().split('\n')) {
      const [call] = (JSON.parse(line) as { wbo_calls: WibergCall[] }).wbo_calls.filter(
        ({ mapped_smiles }) => (mapped_smiles.match(/\[/g) ?? []).length < 40,
      );
      if (call === undefined) continue;
      const molecule = moleculeFromSmiles(call.mapped_smiles);
      const { bondOrders } = await mopacAm1(
        {
          elements: molecule.atoms.map(({ element }) => element),
          formalCharge: molecule.atoms.reduce((sum, atom) => sum + atom.formalCharge, 0),
          geometryAngstrom: call.geometry_angstrom.flat(),
          relaxToGradientNorm: null,
          bondOrders: true,
        },
        run(),
      );
      for (const [i, j, order] of call.wbo) {
        expect(Math.abs(bondOrders![i * molecule.atoms.length + j]! - order)).toBeLessThan(5e-4);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  it('gives bond orders of a molecule without coordinates: a double bond, an amide bond, a single one', async () => {
    await loadRDKit();
    const acetamide = moleculeFromSmiles('[C:1]([C:2](=[O:3])[N:4]([H:8])[H:9])([H:5])([H:6])[H:7]');
    const order = await am1BondOrders(acetamide, null, run());
    expect(order(1, 2)).toBeGreaterThan(1.7);
    expect(order(3, 1)).toBeGreaterThan(1.05);
    expect(order(0, 1)).toBeCloseTo(0.95, 1);
    expect(order(2, 4)).toBeLessThan(0.1);
  });

  it('computes ions', async () => {
    const hydroxide = await mopacAm1(
      {
        elements: [8, 1],
        formalCharge: -1,
        geometryAngstrom: [0, 0, 0, 0, 0, 0.95],
        relaxToGradientNorm: 0.1,
      },
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
    wrapMopac(`${realMopac} "$@"; sed -i '/ATOM_CHARGES/,$d' mopac.aux`);
    await expect(mopacAm1(methanol, run())).rejects.toMatchObject({ code: 'unreadable-output' });
    wrapMopac('kill -KILL $$');
    await expect(mopacAm1(methanol, run())).rejects.toBeInstanceOf(EngineCrashError);
    process.env['MOPAC_BIN'] = '/nowhere/mopac';
    await expect(mopacAm1(methanol, run())).rejects.toMatchObject({ code: 'program-not-found' });
    expect(await probeMopac()).toBeNull();
  });
});
