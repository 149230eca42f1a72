import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '@bespoke/child-process';
import { loadRDKit, matchSmarts, moleculeFromSmiles } from '@bespoke/molecule';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { am1bccAromaticity } from './aromaticity';
import { am1bccCharges, bondChargeCorrections, ChargeError } from './index';
import { BOND_CHARGE_CORRECTIONS } from './bond-charge-corrections';

let scratchDirectory: string;
beforeAll(async () => {
  scratchDirectory = mkdtempSync(join(tmpdir(), 'am1bcc-'));
  await loadRDKit();
});
afterAll(() => rmSync(scratchDirectory, { recursive: true }));

const run = () => ({ cores: 1, memoryBytes: 2 ** 30, scratchDirectory });
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe("AM1-BCC's aromaticity", () => {
  /** Heavy atoms, counted from 0 in the order of the SMILES, that are aromatic. */
  const aromaticAtoms = (smiles: string) => {
    const molecule = moleculeFromSmiles(smiles);
    return am1bccAromaticity(molecule).atoms.flatMap((aromatic, i) => (aromatic ? [i] : []));
  };
  const to = (count: number) => Array.from({ length: count }, (_, i) => i);

  it.each([
    ['benzene', 'c1ccccc1', to(6)],
    ['pyridinium', 'c1cc[nH+]cc1', to(6)],
    ['naphthalene', 'c1ccc2ccccc2c1', to(10)],
    ['naphthalene, its other structure', 'C1=CC2=CC=CC=C2C=C1', to(10)],
    ['pyrene', 'c1cc2ccc3cccc4ccc(c1)c2c34', to(16)],
    ['tropylium', '[CH+]1C=CC=CC=C1', to(7)],
    ['furan', 'c1ccoc1', to(5)],
    ['imidazole', 'c1c[nH]cn1', to(5)],
    ['indole', 'c1ccc2[nH]ccc2c1', to(9)],
    ['indole, its other structure', 'C1=CC2=C(C=C1)NC=C2', to(9)],
    ['purine', 'c1ncc2[nH]cnc2n1', to(9)],
    ['carbazole, but for its nitrogen', 'c1ccc2c(c1)[nH]c1ccccc12', [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12]],
    ['2-pyridone, not at all', 'O=c1cccc[nH]1', []],
    ['benzoquinone, not at all', 'O=C1C=CC(=O)C=C1', []],
    ['cyclooctatetraene, not at all', 'C1=CC=CC=CC=C1', []],
  ])('has %s', (_, smiles, expected) => {
    expect(aromaticAtoms(smiles)).toEqual(expected);
  });
});

describe('bond charge corrections', () => {
  it('move charge along bonds and make none', () => {
    for (const smiles of [
      'CC(=O)NCCC1=CNc2c1cc(OC)cc2',
      'C[N+](=O)[O-]',
      'CS(=O)(=O)c1ccc(F)cc1',
      'C#CCBr',
    ]) {
      const corrections = bondChargeCorrections(moleculeFromSmiles(smiles));
      expect(sum(corrections)).toBeCloseTo(0, 12);
      expect(Math.max(...corrections)).toBeGreaterThan(0.01);
    }
  });

  it('are all there, and all of their patterns can be read', () => {
    const methane = moleculeFromSmiles('C');
    for (const [smarts] of BOND_CHARGE_CORRECTIONS) expect(() => matchSmarts(methane, smarts)).not.toThrow();
    expect(BOND_CHARGE_CORRECTIONS.length).toBe(282 + 24);
  });

  it('have phosphates and thiophosphates', () => {
    for (const smiles of ['COP(=O)(OC)OC', 'COP(=O)([O-])[O-]', 'COP(=S)(OC)SC', 'CP(=O)(N)Cl'])
      expect(sum(bondChargeCorrections(moleculeFromSmiles(smiles)))).toBeCloseTo(0, 12);
  });

  it.each([
    ['sulfonates', 'CS(=O)(=O)[O-]', [0.3228, 0.3228, 0.3228]],
    ['sulfinates', 'CS(=O)[O-]', [0.3916, 0.3916]],
    ['sulfenates', 'CS[O-]', [0.153]],
    ['sulfones', 'CS(C)(=O)=O', [0.2792, 0.2792]],
    ['sulfoxides', 'CS(C)=O', [0.2718]],
  ])("treat the oxygens of %s as the paper's bond types tell", (_, smiles, expected) => {
    const molecule = moleculeFromSmiles(smiles);
    const corrections = bondChargeCorrections(molecule);
    expect(corrections.filter((__, atom) => molecule.atoms[atom]!.element === 8)).toEqual(expected);
  });

  it('do not depend on which Kekulé structure is drawn', () => {
    const [a, b] = [
      '[CH3:1][c:2]1[cH:3][cH:4][cH:5][c:6]2[nH:7][cH:8][cH:9][c:10]12',
      '[CH3:1][C:2]1=[CH:3][CH:4]=[CH:5][C:6]2=[C:10]1[CH:9]=[CH:8][NH:7]2',
    ].map((smiles) => {
      const molecule = moleculeFromSmiles(smiles);
      const corrections = bondChargeCorrections(molecule);
      return new Map(
        molecule.atoms.flatMap(({ mapNumber }, i) =>
          mapNumber === 0 ? [] : [[mapNumber, corrections[i]!.toFixed(10)] as const],
        ),
      );
    });
    expect(a!.size).toBe(10);
    expect(a).toEqual(b);
  });

  it('are an error that names the atoms where there is none', () => {
    const phosphine = moleculeFromSmiles('CP(C)C');
    expect(() => bondChargeCorrections(phosphine)).toThrow(ChargeError);
    expect(() => bondChargeCorrections(phosphine)).toThrow(
      'AM1-BCC has no bond charge correction for the bond C1-P2, P2-C3, P2-C4',
    );
  });
});

describe.skipIf(findProgram('mopac', 'MOPAC_BIN') === null)(
  'AM1-BCC charges (need mopac on the PATH)',
  () => {
    it('of methanol are those that antechamber gives', async () => {
      const charges = await am1bccCharges(
        moleculeFromSmiles('[C:1]([O:2][H:3])([H:4])([H:5])[H:6]'),
        [0, 0, 0, 1.4, 0, 0, 1.8, 0.9, 0, -0.4, -1, 0, -0.4, 0.5, 0.9, -0.4, 0.5, -0.9],
        run(),
      );
      const expected = [0.1167, -0.5988, 0.396, 0.0287, 0.0287, 0.0287];
      for (const [i, charge] of charges.entries())
        expect(Math.abs(charge - expected[i]!)).toBeLessThan(0.001);
      expect(charges[3]).toBe(charges[4]);
    });

    it('of an anion add up to its charge, with equal oxygens', async () => {
      const acetate = moleculeFromSmiles('[C:1]([C:2](=[O:3])[O-:4])([H:5])([H:6])[H:7]');
      const charges = await am1bccCharges(
        acetate,
        // prettier-ignore
        [0, 0, 0, 1.54, 0, 0, 2.15, 1.1, 0, 2.15, -1.1, 0.1, -0.4, 1, 0.1, -0.4, -0.5, 0.85, -0.4, -0.5, -0.9],
        run(),
      );
      expect(sum(charges)).toBeCloseTo(-1, 12);
      expect(charges[2]).toBe(charges[3]);
      expect(charges[2]).toBeLessThan(-0.8);
    });

    it('of a zwitterion that AM1 would make neutral are those of the zwitterion', async () => {
      const betaAlanine = moleculeFromSmiles(
        '[N+:1]([C:2]([C:3]([C:4](=[O:5])[O-:6])([H:12])[H:13])([H:10])[H:11])([H:7])([H:8])[H:9]',
      );
      // prettier-ignore
      const geometry = [
      -1.139, 0.876, 0.098, -0.552, -0.375, 0.637, 0.457, -0.942, -0.336, 1.577, 0.084, -0.429, 2.74, -0.361, -0.34,
      1.143, 1.275, -0.553, -0.292, 1.452, -0.184, -1.652, 0.746, -0.775, -1.656, 1.435, 0.775, -1.385, -1.065, 0.798,
      -0.103, -0.122, 1.604, 0.022, -1.103, -1.328, 0.84, -1.9, 0.033,
    ];
      const charges = await am1bccCharges(betaAlanine, geometry, run());
      const ammonium = sum([0, 6, 7, 8].map((atom) => charges[atom]!));
      const carboxylate = sum([3, 4, 5].map((atom) => charges[atom]!));
      expect(ammonium).toBeGreaterThan(0.4);
      expect(carboxylate).toBeLessThan(-0.6);
      expect(sum(charges)).toBeCloseTo(0, 12);
    });

    const recorded = '../shared/data/charges/am1-bcc-reference-dev.json';

    it.skipIf(!existsSync(recorded))(
      `of small FreeSolv molecules are the recorded ones (needs ${recorded})`,
      { timeout: 120_000 },
      async () => {
        const references = (
          JSON.parse(readFileSync(recorded, 'utf8')) as {
            mapped_smiles: string;
            charges_e: number[];
            geometry_angstrom: number[][];
          }[]
        ).filter(({ charges_e }) => charges_e.length <= 15);
        const deviations: number[] = [];
        for (const reference of references) {
          const molecule = moleculeFromSmiles(reference.mapped_smiles);
          const charges = await am1bccCharges(molecule, reference.geometry_angstrom.flat(), run());
          deviations.push(...charges.map((charge, i) => Math.abs(charge - reference.charges_e[i]!)));
        }
        expect(references.length).toBeGreaterThan(15);
        expect(Math.max(...deviations)).toBeLessThan(0.02);
        expect(sum(deviations) / deviations.length).toBeLessThan(0.003);
      },
    );
  },
);
