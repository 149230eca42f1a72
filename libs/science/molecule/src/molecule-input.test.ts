import { beforeAll, describe, expect, it } from 'vitest';
import {
  formalCharge,
  loadRDKit,
  matchSmarts,
  MoleculeError,
  moleculeFromMolfile,
  moleculeFromSmiles,
  moleculeToMolfile,
  rings,
} from './index';

beforeAll(loadRDKit);

const refusalOf = (read: () => unknown): MoleculeError => {
  try {
    read();
  } catch (error) {
    if (error instanceof MoleculeError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
};

describe('a molecule read from SMILES', () => {
  it('gets explicit hydrogens behind the written atoms', () => {
    const ethanol = moleculeFromSmiles('CCO', 'ethanol');
    expect(ethanol.name).toBe('ethanol');
    expect(ethanol.atoms.map((atom) => atom.element)).toEqual([6, 6, 8, 1, 1, 1, 1, 1, 1]);
    expect(ethanol.neighbours[2]).toEqual([1, 8]);
    expect(ethanol.mappedSmiles).toBe('[H:4][C:1]([H:5])([H:6])[C:2]([H:7])([H:8])[O:3][H:9]');
  });

  it('keeps the order of a fully mapped SMILES', () => {
    const methanol = moleculeFromSmiles('[O:3]([H:1])[C:5]([H:2])([H:4])[H:6]');
    expect(methanol.atoms.map((atom) => atom.element)).toEqual([1, 1, 8, 1, 6, 1]);
    expect(methanol.atoms.map((atom) => atom.mapNumber)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(moleculeFromSmiles(methanol.mappedSmiles)).toEqual(methanol);
  });

  it('keeps partial map numbers without reordering', () => {
    const molecule = moleculeFromSmiles('CC[OH:7]');
    expect(molecule.atoms.map((atom) => atom.mapNumber)).toEqual([0, 0, 7, 0, 0, 0, 0, 0, 0]);
  });

  it('keeps isotopes and charges, with the structure in mappedSmiles', () => {
    const molecule = moleculeFromSmiles('[13CH3]C(=O)[O-]');
    expect(molecule.atoms[0]?.isotope).toBe(13);
    expect(formalCharge(molecule)).toBe(-1);
    expect(molecule.mappedSmiles).toContain('[13C:1]');
    expect(molecule.mappedSmiles).toContain('[O-:4]');
  });

  it('tells the stereo that is defined and the stereo that is left open', () => {
    const molecule = moleculeFromSmiles('C[C@H](F)C(O)/C=C/CC=CC');
    expect(molecule.atoms.flatMap(({ stereo }) => stereo ?? [])).toEqual(['S', 'undefined']);
    expect(molecule.bonds.flatMap(({ stereo }) => stereo ?? [])).toEqual(['E', 'undefined']);
    expect(moleculeFromSmiles(molecule.mappedSmiles).mappedSmiles).toBe(molecule.mappedSmiles);
  });

  it.each([
    ['pyridine', 'c1ccncc1', 6],
    ['azulene, but not its shared bond', 'c1ccc2cccc2cc1', 10],
    ['naphthalene', 'c1ccc2ccccc2c1', 11],
    ['pyridinium', 'C[n+]1ccccc1', 6],
    ['no furan', 'c1ccoc1', 0],
    ['no 2-pyridone', 'O=c1cccc[nH]1', 0],
    ['only the benzene ring of indole', 'c1ccc2[nH]ccc2c1', 6],
    ['no cyclooctatetraene', 'C1=CC=CC=CC=C1', 0],
    ['no quinone', 'O=C1C=CC(=O)C=C1', 0],
  ])('is aromatic in the MDL sense: %s', (_name, smiles, aromaticBonds) => {
    expect(moleculeFromSmiles(smiles).bonds.filter((bond) => bond.aromatic)).toHaveLength(aromaticBonds);
  });

  it('works the same after a journey through JSON', () => {
    const molecule = moleculeFromSmiles('C/C=C/[C@H](F)c1ccccc1');
    const copy = { ...(JSON.parse(JSON.stringify(molecule)) as typeof molecule) };
    expect(rings(copy)).toEqual(rings(molecule));
    expect(matchSmarts(copy, 'c-[#6:1]-F')).toEqual(matchSmarts(molecule, 'c-[#6:1]-F'));
  });
});

describe('a SMILES that cannot be used is refused with the reason', () => {
  it.each([
    ['', 'unreadable', /empty/],
    ['   ', 'unreadable', /empty/],
    ['C1CC(', 'unreadable', /syntax error at position 5/],
    ['C1CC', 'unreadable', /unclosed ring/],
    ['CC)', 'unreadable', /extra close parentheses at position 3/],
    ['C C', 'unreadable', /" " at position 2/],
    ['Cé', 'unreadable', /"é" at position 2/],
    ['c1cccc1', 'unreadable', /aromatic atoms 1, 2, 3, 4, 5; an atom of the ring may have a bond/],
    ['c1ccccc1(C)C', 'unreadable', /aromatic atoms 1, 2, 3, 4, 5; an atom of the ring may have a bond/],
    ['c1cccn1', 'unreadable', /aromatic atoms 1, 2, 3, 4, 5; an aromatic nitrogen may lack its hydrogen/],
    ['FC(C)(C)(C)C', 'unreadable', /atom 2 \(C\) has 5 bonds/],
    ['C~C', 'unreadable', /neither single, double nor triple/],
    ['[C+200]', 'unreadable', /charge/],
    ['[C:1234567]', 'unreadable', /number "1234567" is too long/],
    ['CC(=O)[O-].[Na+]', 'mixture', /2 parts/],
    ['[CH3]', 'radical', /atom 1 \(C\) has unpaired electrons/],
    ['CC[N]CC', 'radical', /atom 3 \(N\)/],
    ['[O]', 'radical', /atom 1 \(O\)/],
    ['C[Pt]C', 'unsupported-element', /atom 2 \(Pt\)/],
    ['C[SeH]', 'unsupported-element', /atom 2 \(Se\)/],
    [
      '[Na+:1]',
      'unsupported-element',
      /atom 1 \(Na\).* not supported here, as metals and their ions are not/,
    ],
    ['CC*', 'unsupported-element', /atom 3 is a place holder/],
  ])('%s', (smiles, code, message) => {
    const error = refusalOf(() => moleculeFromSmiles(smiles));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });

  it('if it is too large', () => {
    const large = refusalOf(() => moleculeFromSmiles('C'.repeat(251)));
    expect([large.code, large.message]).toEqual([
      'too-large',
      expect.stringMatching(/251 heavy atoms, more than 250/),
    ]);
    const long = refusalOf(() => moleculeFromSmiles('C'.repeat(30_000)));
    expect([long.code, long.message]).toEqual(['too-large', expect.stringMatching(/30000 characters/)]);
  });

  it('and what is hostile leaves RDKit intact for later calls', () => {
    const hostile = [
      '('.repeat(10_000),
      `${'C('.repeat(5_000)}C${')'.repeat(5_000)}`,
      'C1'.repeat(5_000),
      '['.repeat(10_000),
      '%(999999999999)',
      '[C@@@@@@@@TH9]',
      '{"rdkitjson":{"version":12}}',
      '\0'.repeat(100),
      'c'.repeat(249),
    ];
    for (const smiles of hostile)
      expect(refusalOf(() => moleculeFromSmiles(smiles)).message.length).toBeLessThan(400);
    expect(moleculeFromSmiles('CCO').atoms).toHaveLength(9);
  });
});

const WATER = `water
  by hand         3D

  3  2  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.1173 O   0  0  0  0  0  0  0  0  0  0  0  0
    0.0000    0.7572   -0.4692 H   0  0  0  0  0  0  0  0  0  0  0  0
    0.0000   -0.7572   -0.4692 H   0  0  0  0  0  0  0  0  0  0  0  0
  1  2  1  0
  1  3  1  0
M  END
`;

const CHIRAL_3D = `
  by hand         3D

  5  4  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  0  0  0
    0.6300    0.6300    0.6300 H   0  0  0  0  0  0  0  0  0  0  0  0
   -0.8000   -0.8000    0.8000 F   0  0  0  0  0  0  0  0  0  0  0  0
   -1.0200    1.0200   -1.0200 Cl  0  0  0  0  0  0  0  0  0  0  0  0
    1.1200   -1.1200   -1.1200 Br  0  0  0  0  0  0  0  0  0  0  0  0
  1  2  1  0
  1  3  1  0
  1  4  1  0
  1  5  1  0
M  END
`;

describe('a molecule read from a molfile', () => {
  it('has the coordinates and the title of the file', () => {
    const water = moleculeFromMolfile(WATER);
    expect(water.name).toBe('water');
    expect([...water.conformerAngstrom!]).toEqual([0, 0, 0.1173, 0, 0.7572, -0.4692, 0, -0.7572, -0.4692]);
  });

  it('has the stereo of its coordinates', () => {
    const label = (molfile: string) => moleculeFromMolfile(molfile).atoms[0]?.stereo;
    const mirrored = CHIRAL_3D.replace(
      /^([ -].{9})(.{10})(.{10} [A-Z])/gm,
      (_, x: string, y: string, z: string) => y + x + z,
    );
    expect([label(CHIRAL_3D), label(mirrored)].sort()).toEqual(['R', 'S']);
  });

  it('gets hydrogens that are missing in the file at their places', () => {
    const oxygen = WATER.replace('  3  2  0', '  1  0  0')
      .replace(/^.*H {3}.*\n/gm, '')
      .replace(/^ {2}1 {2}[23].*\n/gm, '');
    const water = moleculeFromMolfile(oxygen);
    expect(water.atoms).toHaveLength(3);
    const [x, y, z, ...hydrogens] = water.conformerAngstrom!;
    expect([x, y, z]).toEqual([0, 0, 0.1173]);
    for (const hydrogen of [hydrogens.slice(0, 3), hydrogens.slice(3)])
      expect(Math.hypot(...hydrogen.map((c, axis) => c - [x!, y!, z!][axis]!))).toBeCloseTo(0.98, 1);
  });

  it('has three-dimensional coordinates where a flat molecule is said to have them', () => {
    const inPlane = WATER.replaceAll(/0\.1173|0\.4692/g, '0.0000');
    const tagged = (dimension: string): string =>
      inPlane.replace('  by hand         3D', `  by hand           ${dimension}`);
    expect(moleculeFromMolfile(tagged('3D')).conformerAngstrom).toHaveLength(9);
    const drawn = moleculeFromMolfile(tagged('2D'));
    expect(drawn.conformerAngstrom).toBeNull();
  });

  it('may be of version V3000 and have the line ends of any system', () => {
    const v3000 = [
      'methanol',
      '',
      '',
      '  0  0  0     0  0            999 V3000',
      'M  V30 BEGIN CTAB',
      'M  V30 COUNTS 2 1 0 0 0',
      'M  V30 BEGIN ATOM',
      'M  V30 1 C 0 0 0 0',
      'M  V30 2 O 1.4 0 0 0',
      'M  V30 END ATOM',
      'M  V30 BEGIN BOND',
      'M  V30 1 1 1 2',
      'M  V30 END BOND',
      'M  V30 END CTAB',
      'M  END',
    ].join('\r\n');
    expect(moleculeFromMolfile(v3000).atoms.map((atom) => atom.element)).toEqual([6, 8, 1, 1, 1, 1]);
  });

  it('is refused where an atom is no element', () => {
    expect(refusalOf(() => moleculeFromMolfile(WATER.replace(' O ', ' Qq'))).code).toBe(
      'unsupported-element',
    );
  });

  it.each([
    ['nothing', ''],
    ['a text', 'hello\nworld'],
    ['a file that is cut off', WATER.slice(0, 150)],
    ['wrong counts', WATER.replace('  3  2', '  9  9')],
    [
      'a counts line that RDKit throws at',
      WATER.replace('0999 V2000', '0 V3000').replace('  3  2  0', '  x'),
    ],
    ['a bond to nowhere', WATER.replace('  1  3  1', '  1 77  1')],
  ])('is refused as unreadable if it is %s', (_what, molfile) => {
    expect(refusalOf(() => moleculeFromMolfile(molfile)).code).toBe('unreadable');
    expect(moleculeFromMolfile(WATER).atoms).toHaveLength(3);
  });
});

describe('a molfile whose counts line does not fit is refused with the numbers that are there', () => {
  it.each(['V2000', 'V3000'] as const)('%s', (version) => {
    const molfile = moleculeToMolfile(moleculeFromSmiles('CO'), { version });
    expect(moleculeFromMolfile(molfile).atoms).toHaveLength(6);
    const counts = (atoms: number, bonds: number) =>
      refusalOf(() =>
        moleculeFromMolfile(
          molfile.replace(/^ {2}6 {2}5|COUNTS 6 5/m, (stated) =>
            stated.replace('6', String(atoms)).replace('5', String(bonds)),
          ),
        ),
      ).message;
    expect(counts(6, 7)).toContain('its counts line says 6 atoms and 7 bonds, but there are 6 and 5');
    expect(counts(4, 5)).toContain('its counts line says 4 atoms and 5 bonds, but there are 6 and 5');
  });
});

describe('a refusal says what to do', () => {
  it.each([
    ['CC(=O)[O-].[Na+]', /2 parts, "CC\(=O\)\[O-\]", "\[Na\+\]": give the one part/],
    ['C[Pt]C', /supported are H, B, C, N, O, F, Si, P, S, Cl, Br, I/],
    ['CC*', /put in what is to be there/],
  ])('%s', (smiles, message) => {
    expect(refusalOf(() => moleculeFromSmiles(smiles)).message).toMatch(message);
  });

  it.each([
    ['A', '1', 'unsupported-element', /atom 2 stands for several elements/],
    ['R#', '1', 'unsupported-element', /atom 2 is a place holder/],
    ['C', '8', 'unreadable', /neither single, double nor triple/],
    ['C', '5', 'unreadable', /neither single, double nor triple/],
    ['C', '9', 'unreadable', /neither single, double nor triple/],
  ])('a molfile with an atom %s and a bond of type %s', (symbol, type, code, message) => {
    const molfile = [
      'x\n\n\n  2  1  0  0  0  0  0  0  0  0999 V2000',
      '    0.0000    0.0000    0.0000 C   0  0',
      `    1.5000    0.0000    0.0000 ${symbol.padEnd(3)} 0  0`,
      `  1  2${type.padStart(3)}  0\nM  END\n`,
    ].join('\n');
    const refusal = refusalOf(() => moleculeFromMolfile(molfile));
    expect(refusal.code).toBe(code);
    expect(refusal.message).toMatch(message);
  });
});
