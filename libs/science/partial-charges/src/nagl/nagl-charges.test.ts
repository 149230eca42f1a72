import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { formalCharge, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { beforeAll, describe, expect, it } from 'vitest';
import { naglUnsupported } from './domain';
import { naglCharges } from './nagl-charges';

/** By openff-nagl 0.5.5 with RDKit 2026.9.1, in e. */
const REFERENCE: readonly (readonly [string, string, readonly number[]])[] = [
  ['water (table)', '[O:1]([H:2])[H:3]', [-0.78515, 0.392575, 0.392575]],
  [
    'methanol (table)',
    '[C:1]([O:2][H:6])([H:3])([H:4])[H:5]',
    [0.116673, -0.5988, 0.02855, 0.02855, 0.02855, 0.396477],
  ],
  [
    'ethanol (table)',
    '[C:1]([C:2]([O:3][H:9])([H:7])[H:8])([H:4])([H:5])[H:6]',
    [-0.09629, 0.13245, -0.60293, 0.04465, 0.04465, 0.04465, 0.01728, 0.01728, 0.39826],
  ],
  [
    'acetate',
    '[C:1]([C:2](=[O:3])[O-:4])([H:5])([H:6])[H:7]',
    [-0.215671, 0.880764, -0.846435, -0.846434, 0.009258, 0.009258, 0.009258],
  ],
  [
    'glycine zwitterion',
    '[N+:1]([C:2]([C:3](=[O:4])[O-:5])([H:9])[H:10])([H:6])([H:7])[H:8]',
    [-0.835906, -0.094171, 0.931935, -0.756567, -0.756567, 0.447118, 0.447118, 0.447118, 0.084961, 0.084961],
  ],
  [
    'nitromethane',
    '[C:1]([N+:2](=[O:3])[O-:4])([H:5])([H:6])[H:7]',
    [-0.136349, 0.260662, -0.203516, -0.203516, 0.094239, 0.09424, 0.094239],
  ],
  [
    'a sulfonamide',
    '[C:1]([S:2](=[O:3])(=[O:4])[N:5]([C:6]([H:11])([H:12])[H:13])[H:10])([H:7])([H:8])[H:9]',
    [
      -0.359533, 1.468009, -0.65376, -0.65376, -0.925389, 0.214883, 0.111297, 0.111297, 0.111297, 0.451156,
      0.041501, 0.041501, 0.041501,
    ],
  ],
  [
    'dimethyl sulfoxide',
    '[C:1]([S:2](=[O:3])[C:4]([H:8])([H:9])[H:10])([H:5])([H:6])[H:7]',
    [-0.124549, 0.276542, -0.499865, -0.12455, 0.078737, 0.078737, 0.078737, 0.078737, 0.078737, 0.078737],
  ],
  [
    'a phosphate',
    '[C:1]([O:2][P:3](=[O:4])([O-:5])[O:6][C:7]([H:11])([H:12])[H:13])([H:8])([H:9])[H:10]',
    [
      0.171886, -0.572796, 1.435985, -0.835759, -0.835759, -0.572796, 0.171886, 0.006226, 0.006226, 0.006226,
      0.006226, 0.006226, 0.006226,
    ],
  ],
  [
    'halogens',
    '[Cl:1][C:2]([C:3]([F:4])([Br:5])[H:8])([H:6])[H:7]',
    [-0.154995, -0.007983, 0.237391, -0.194827, -0.140624, 0.088297, 0.088297, 0.084445],
  ],
  [
    'iodobenzene',
    '[I:1][c:2]1[c:3]([H:8])[c:4]([H:9])[c:5]([H:10])[c:6]([H:11])[c:7]1[H:12]',
    [
      -0.137849, 0.030417, -0.103405, -0.135674, -0.117528, -0.135674, -0.103405, 0.143721, 0.138454,
      0.138769, 0.138454, 0.143721,
    ],
  ],
  [
    'guanidinium',
    '[N:1]([C:2]([N:3]([H:7])[H:8])=[N+:4]([H:9])[H:10])([H:5])[H:6]',
    [-0.509584, 0.566087, -0.509584, -0.509584, 0.327111, 0.327111, 0.327111, 0.327111, 0.327111, 0.327111],
  ],
  [
    'a pyridinium with its charge apart',
    '[C:1]([n+:2]1[c:3]([H:12])[c:4]([H:13])[c:5]([H:14])[c:6]([O-:7])[c:8]1[H:15])([H:9])([H:10])[H:11]',
    [
      -0.039659, 0.116974, -0.29378, -0.000622, -0.314605, 0.586143, -0.647417, -0.225989, 0.080199, 0.080199,
      0.080199, 0.158827, 0.120247, 0.146061, 0.153224,
    ],
  ],
  [
    '1-methyl-2-pyridone drawn with charges',
    '[O-:1][c:2]1[c:3]([H:9])[c:4]([H:10])[c:5]([H:11])[c:6]([H:12])[n+:7]1[C:8]([H:13])([H:14])[H:15]',
    [
      -0.638957, 0.686394, -0.250883, -0.038715, -0.249591, -0.002412, -0.344883, 0.066415, 0.16106, 0.138688,
      0.149958, 0.14844, 0.058162, 0.058162, 0.058162,
    ],
  ],
  [
    'bicyclo[2.1.1]hexane',
    '[C:1]1([H:7])([H:8])[C:2]([H:9])([H:10])[C:3]2([H:11])[C:4]([H:12])([H:13])[C:5]1([H:14])[C:6]2([H:15])[H:16]',
    [
      -0.072339, -0.072339, -0.09304, -0.109687, -0.09304, -0.087223, 0.045524, 0.045524, 0.045524, 0.045524,
      0.06164, 0.060216, 0.060216, 0.06164, 0.05093, 0.05093,
    ],
  ],
  [
    'vinyl fluoride (table)',
    '[F:1][C:2](=[C:3]([H:5])[H:6])[H:4]',
    [-0.18477, 0.05858, -0.27593, 0.13856, 0.13178, 0.13178],
  ],
  [
    'methyl azide',
    '[C:1]([N:2]=[N+:3]=[N-:4])([H:5])([H:6])[H:7]',
    [0.10597, -0.389171, 0.199357, -0.057733, 0.047192, 0.047192, 0.047192],
  ],
  [
    'an imidazole',
    '[Cl:1][C:2]1=[N:3][C:4]([H:7])=[C:5]([H:8])[N:6]1[H:9]',
    [-0.096016, 0.463951, -0.647356, 0.302715, -0.251561, -0.301178, 0.046256, 0.175685, 0.307504],
  ],
];
const DRIVES = join(__dirname, '../../../../../../shared/data/parity/nagl-charges-drives.jsonl.gz');

function largestDifference(charges: readonly number[], reference: readonly number[]): number {
  return Math.max(...charges.map((charge, atom) => Math.abs(charge - (reference[atom] ?? Number.NaN))));
}

beforeAll(loadRDKit);

describe('naglCharges', () => {
  it.each(REFERENCE)('gives the charges of openff-nagl: %s', (_, smiles, reference) => {
    const molecule = moleculeFromSmiles(smiles);
    const charges = naglCharges(molecule);
    expect(largestDifference(charges, reference)).toBeLessThan(1e-5);
    expect(charges.reduce((sum, charge) => sum + charge, 0)).toBeCloseTo(formalCharge(molecule), 12);
  });

  it.skipIf(!existsSync(DRIVES))(
    'agrees with openff-nagl on the molecules of the torsion drives (skipped where shared/data is absent)',
    () => {
      const lines = gunzipSync(readFileSync(DRIVES)).toString('utf8').trim().split('\n');
      const worst = lines.map((line) => {
        const record = JSON.parse(line) as { mapped_smiles: string; charges_e: number[] };
        return largestDifference(naglCharges(moleculeFromSmiles(record.mapped_smiles)), record.charges_e);
      });
      expect(worst.length).toBeGreaterThan(80);
      expect(Math.max(...worst)).toBeLessThan(5e-6);
    },
  );

  it('gives the oxygens of a carboxylate and of a nitro group one charge, in whatever form they are drawn', () => {
    const charges = naglCharges(
      moleculeFromSmiles('[O-:1][C:2](=[O:3])[c:4]1[cH:5][cH:6][c:7]([N+:8](=[O:9])[O-:10])[cH:11][cH:12]1'),
    );
    expect(charges[0]).toBe(charges[2]);
    expect(charges[8]).toBe(charges[9]);
  });

  it('knows the rings of a molecule with a cage, wherever the cage stands', () => {
    const cageLast = naglCharges(moleculeFromSmiles('c1ccccc1C1CN2CCC1CC2'));
    const cageFirst = naglCharges(moleculeFromSmiles('C1(CN2CCC1CC2)c1ccccc1'));
    const sorted = (charges: readonly number[]) => charges.toSorted((a, b) => a - b);
    expect(largestDifference(sorted(cageFirst), sorted(cageLast))).toBeLessThan(1e-9);
  });

  it('does not depend on the order of the atoms', () => {
    const one = naglCharges(moleculeFromSmiles('[CH3:1][S:2](=[O:3])[CH2:4][C:5](=[NH2+:6])[NH2:7]'));
    const other = naglCharges(moleculeFromSmiles('[NH2:1][C:2](=[NH2+:3])[CH2:4][S:5]([CH3:6])=[O:7]'));
    expect(
      largestDifference(
        [0, 1, 2, 3, 4].map((i) => one[i] ?? 0),
        [5, 4, 6, 3, 1].map((i) => other[i] ?? 0),
      ),
    ).toBeLessThan(1e-12);
  });

  it('refuses an ion with too many resonance forms rather than follow them all', () => {
    const ion = moleculeFromSmiles(`[O-]C(=O)N${'C(=O)N'.repeat(60)}`);
    expect(() => naglCharges(ion)).toThrow(/too many resonance forms/);
  });
});

describe('naglUnsupported', () => {
  it.each([
    ['CP(I)C', /single bond like that between P2 and I3/],
    ['C=PP=PC', /double bond like that between P3 and P4/],
    ['CC[Si](C)(C)C', /elements .* not that of atom Si3/],
  ])('refuses %s and names the atoms', (smiles, message) => {
    const molecule = moleculeFromSmiles(smiles);
    expect(naglUnsupported(molecule)).toMatch(message);
    expect(() => naglCharges(molecule)).toThrow(message);
  });

  it('takes a small molecule of the table that the network does not know', () => {
    expect(naglUnsupported(moleculeFromSmiles('ClCl'))).toBeNull();
    expect(naglCharges(moleculeFromSmiles('ClCl'))).toEqual([0, 0]);
  });
});
