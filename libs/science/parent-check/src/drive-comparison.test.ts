import { tmpdir } from 'node:os';
import { findProgram } from '@bespoke/child-process';
import {
  dihedralDegrees,
  formalCharge,
  generateConformers,
  loadRDKit,
  moleculeFromSmiles,
} from '@bespoke/molecule';
import { xtb } from '@bespoke/qc-engines';
import { builtInForceField, parseOffxml } from '@bespoke/smirnoff';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareDriveWithParent } from './drive-comparison';
import { compareWithParent, type Dihedral } from './parent-comparison';

const run = { cores: 1, memoryBytes: 2 ** 30, scratchDirectory: tmpdir() };
const level = { method: 'GFN2-xTB', basis: null };
const ETHER = '[CH3:1][O:2][CH2:3][CH3:4]';
const GLYCOL = '[H:1][O:2][CH2:3][CH2:4][O:5][H:6]';
/** O-C-C-O of glycol. */
const BACKBONE: Dihedral = [1, 2, 3, 4];

describe.skipIf(findProgram('xtb', 'XTB_BIN') === null)('the drive of a fragment (needs xtb)', () => {
  beforeAll(loadRDKit);

  /** A molecule beside itself: a check from its first conformer, and a drive from that or the one furthest from it. */
  async function deviationOf(
    smiles: string,
    { angles, isElsewhere = false }: { angles?: number; isElsewhere?: boolean } = {},
  ): Promise<number> {
    const molecule = moleculeFromSmiles(smiles);
    const dihedral = [0, 1, 2, 3].map((n) =>
      molecule.atoms.findIndex(({ mapNumber }) => mapNumber === n + 1),
    ) as unknown as Dihedral;
    const compared = {
      fragment: molecule,
      dihedral,
      forceField: parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml')),
      chargeModel: 'nagl',
      ...level,
    } as const;
    const parentAtoms = [...molecule.atoms.keys()];
    const parent = { ...compared, parent: molecule, parentAtoms, gridSpacingDegrees: 60 };
    const { points } = await compareWithParent(parent, xtb, run);
    const [first] = generateConformers(molecule, { maxConformers: 1, seed: 1 });
    const away = (geometry: Float64Array): number =>
      Math.abs(Math.abs(dihedralDegrees(geometry, BACKBONE)) - Math.abs(dihedralDegrees(first!, BACKBONE)));
    const others = generateConformers(molecule, { maxConformers: 10, seed: 1 });
    const start = isElsewhere ? others.toSorted((a, b) => away(b) - away(a))[0] : first;
    const fixed = {
      elements: molecule.atoms.map(({ element }) => element),
      formalCharge: formalCharge(molecule),
      bonds: molecule.bonds.map(({ begin, end }) => [begin, end] as const),
      dihedral,
      ...level,
    };
    const drive = [];
    for (const targetDegrees of [-120, -60, 0, 60, 120, 180].slice(0, angles)) {
      const request = { ...fixed, targetDegrees, geometryAngstrom: start! };
      drive.push(await xtb.constrainedOptimization(request, run));
    }
    return compareDriveWithParent({ ...compared, drive, parent: points }, xtb, run);
  }

  it('says the same as the molecule where it goes the same way', async () => {
    expect(await deviationOf(ETHER)).toBeLessThan(0.05);
  });

  it('says otherwise where it goes through other conformations', async () => {
    expect(await deviationOf(GLYCOL, { isElsewhere: true })).toBeGreaterThan(0.5);
  });

  it('is too little where it has fewer than half of the angles', async () => {
    await expect(deviationOf(ETHER, { angles: 2 })).rejects.toMatchObject({ code: 'too-few-points' });
  });
});
