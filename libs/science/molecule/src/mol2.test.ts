import { beforeAll, describe, expect, it } from 'vitest';
import { heavySmiles, loadRDKit, moleculeFromMol2, moleculeFromSmiles, type MoleculeError } from './index';

beforeAll(loadRDKit);

type BondLine = readonly [begin: number, end: number, type: string];

/** A record of these SYBYL types; hydrogens follow the atoms that they are counted for. */
function mol2(types: string, hydrogens: string, bonds: readonly BondLine[], more = ''): string {
  const atoms = types.split(' ');
  const bondLines: BondLine[] = [...bonds];
  [...hydrogens].forEach((count, heavy) => {
    for (let i = 0; i < Number(count); i++) {
      atoms.push('H');
      bondLines.push([heavy + 1, atoms.length, '1']);
    }
  });
  return [
    '@<TRIPOS>MOLECULE',
    'some name',
    `${atoms.length} ${bondLines.length} 0 0 0`,
    'SMALL',
    'NO_CHARGES',
    '',
    '@<TRIPOS>ATOM',
    ...atoms.map(
      (type, i) =>
        `${i + 1} A${i + 1} ${(1.3 * i).toFixed(3)} ${(i * i) % 5} ${(i * 3) % 7} ${type} 1 LIG 0.0`,
    ),
    ...(more === '' ? [] : [more]),
    '@<TRIPOS>BOND',
    ...bondLines.map(([begin, end, type], i) => `${i + 1} ${begin} ${end} ${type}`),
    '',
  ].join('\n');
}

const chain = (...types: string[]): BondLine[] => types.map((type, i) => [i + 1, i + 2, type]);
const ring = (size: number): BondLine[] =>
  Array.from({ length: size }, (_, i) => [i + 1, ((i + 1) % size) + 1, 'ar']);

describe('a molecule read from MOL2', () => {
  it('has the name, the coordinates and the elements of the file', () => {
    const molecule = moleculeFromMol2(mol2('C.3 Cl', '30', chain('1')));
    expect(molecule.name).toBe('some name');
    expect(molecule.atoms.map(({ element }) => element)).toEqual([6, 17, 1, 1, 1]);
    expect([...molecule.conformerAngstrom!.slice(0, 6)]).toEqual([0, 0, 0, 1.3, 1, 3]);
  });

  it.each([
    ['an ammonium', 'C.3 N.4', '33', chain('1'), 'C[NH3+]'],
    ['a carboxylate', 'C.3 C.2 O.co2 O.co2', '3000', [...chain('1', 'ar'), [2, 4, 'ar']], 'CC(=O)[O-]'],
    [
      'a carboxylate with orders',
      'C.3 C.2 O.co2 O.co2',
      '3000',
      [...chain('1', '2'), [2, 4, '1']],
      'CC(=O)[O-]',
    ],
    [
      'a guanidinium',
      'C.cat N.pl3 N.pl3 N.pl3',
      '0222',
      [
        [1, 2, 'ar'],
        [1, 3, 'ar'],
        [1, 4, 'ar'],
      ],
      'NC(N)=[NH2+]',
    ],
    ['a nitro group', 'C.3 N.pl3 O.2 O.2', '3000', [...chain('1', '2'), [2, 4, '2']], 'C[N+](=O)[O-]'],
    [
      'a pyridine N-oxide',
      'C.ar C.ar C.ar C.ar C.ar N.ar O.2',
      '1111100',
      [...ring(6), [6, 7, '2']],
      '[O-][n+]1ccccc1',
    ],
    [
      'a phosphate',
      'C.3 P.3 O.co2 O.co2 O.co2',
      '30000',
      [
        [1, 2, '1'],
        [2, 3, 'ar'],
        [2, 4, 'ar'],
        [2, 5, 'ar'],
      ],
      'CP(=O)([O-])[O-]',
    ],
    [
      'a sulfonate',
      'C.3 S.o2 O.co2 O.co2 O.co2',
      '30000',
      [
        [1, 2, '1'],
        [2, 3, 'ar'],
        [2, 4, 'ar'],
        [2, 5, 'ar'],
      ],
      'CS(=O)(=O)[O-]',
    ],
    ['a thiolate', 'C.3 S.3', '30', chain('1'), 'C[S-]'],
    ['an isocyanide', 'C.3 N.1 C.1', '300', chain('1', '3'), '[C-]#[N+]C'],
    ['an amide', 'C.3 C.2 O.2 N.am', '3002', [...chain('1', '2'), [2, 4, 'am']], 'CC(N)=O'],
    ['pyrrole', 'N.pl3 C.ar C.ar C.ar C.ar', '11111', ring(5), 'c1cc[nH]c1'],
    ['imidazolium', 'N.pl3 C.ar N.ar C.ar C.ar', '11111', ring(5), 'c1c[nH+]c[nH]1'],
    ['an imidazolide', 'N.ar C.ar N.ar C.ar C.ar', '01011', ring(5), 'c1c[n-]cn1'],
    ['pyridinium', 'N.ar C.ar C.ar C.ar C.ar C.ar', '111111', ring(6), 'c1cc[nH+]cc1'],
    ['furan', 'O.3 C.ar C.ar C.ar C.ar', '01111', ring(5), 'c1ccoc1'],
  ] as [string, string, string, BondLine[], string][])(
    'may be %s',
    (_what, types, hydrogens, bonds, smiles) => {
      const molecule = moleculeFromMol2(mol2(types, hydrogens, bonds));
      expect(heavySmiles(molecule)).toBe(heavySmiles(moleculeFromSmiles(smiles)));
    },
  );

  it.each([
    ['C.3 N.4', chain('1'), 'C[NH3+]'],
    ['C.3 C.2 O.co2 O.co2', [...chain('1', 'ar'), [2, 4, 'ar']], 'CC(=O)[O-]'],
    ['C.3 O.3', chain('1'), 'CO'],
    ['N.pl3 C.ar C.ar C.ar C.ar', ring(5), 'c1cc[nH]c1'],
  ] as [string, BondLine[], string][])(
    'gets its hydrogens where the file has none: %s',
    (types, bonds, smiles) => {
      const molecule = moleculeFromMol2(mol2(types, '', bonds));
      expect(heavySmiles(molecule)).toBe(smiles);
      expect(molecule.conformerAngstrom).toHaveLength(3 * molecule.atoms.length);
    },
  );

  it('has the charges that UNITY attributes tell', () => {
    const attributes = '@<TRIPOS>UNITY_ATOM_ATTR\n1 1\ncharge -1';
    const molecule = moleculeFromMol2(
      mol2(
        'N.3 S.o2 C.3 O.2 O.2',
        '10300',
        [
          [1, 2, '1'],
          [2, 3, '1'],
          [2, 4, '2'],
          [2, 5, '2'],
        ],
        attributes,
      ),
    );
    expect(heavySmiles(molecule)).toBe('CS([NH-])(=O)=O');
  });

  it('has no lone pairs', () => {
    const molecule = moleculeFromMol2(mol2('C.3 O.3 LP', '31', [...chain('1', '1')]));
    expect(heavySmiles(molecule)).toBe('CO');
  });
});

describe('a MOL2 record is refused with the reason', () => {
  const good = mol2('C.3 O.3', '31', chain('1'));
  it.each([
    ['no record', 'hello', 'unreadable', /no line "@<TRIPOS>MOLECULE"/],
    ['no atoms', '@<TRIPOS>MOLECULE\nx\n0 0\n', 'unreadable', /no atoms/],
    [
      'types of a force field',
      good.replace('C.3', 'c3'),
      'unreadable',
      /atom 1 has the type "c3".*SYBYL types/,
    ],
    ['a dummy atom', good.replace('O.3', 'Du'), 'unsupported-element', /atom 2 is a place holder/],
    ['a metal', good.replace('O.3', 'Zn'), 'unsupported-element', /atom 2 \(Zn\)/],
    ['an unknown bond', good.replace('1 1 2 1\n', '1 1 2 un\n'), 'unreadable', /line \d+ has the type "un"/],
    ['a bond to nowhere', good.replace('1 1 2 1\n', '1 1 99 1\n'), 'unreadable', /names the atom 99/],
    ['a bond that is there twice', good.replace('2 1 3 1\n', '2 2 1 1\n'), 'unreadable', /is there twice/],
    ['a file that is cut off', good.split('\n').slice(0, 9).join('\n'), 'unreadable', /announces 6 atoms/],
    ['a coordinate that is none', good.replace('1.300', 'x'), 'unreadable', /line \d+ has coordinates/],
    [
      'a carbon without its hydrogen',
      mol2('C.3 C.2 C.3', '313', chain('1', '1')),
      'unreadable',
      /atom 2 \(C\) has 3 bonds/,
    ],
    [
      'an aromatic ring that cannot be one',
      mol2('C.ar C.ar C.ar C.ar C.ar', '11111', ring(5)),
      'unreadable',
      /no alternating/,
    ],
    ['too many atoms', mol2('C.3 '.repeat(1001).trim(), '', []), 'too-large', /more than 1000 atoms/],
  ])('%s', (_what, text, code, message) => {
    expect(() => moleculeFromMol2(text)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as MoleculeError,
    );
  });
});
