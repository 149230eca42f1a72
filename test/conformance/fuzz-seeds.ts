import { builtInForceField } from '@bespoke/smirnoff';
import { moleculeFromSmiles, sdfRecord } from '@bespoke/molecule';

export const SMILES_SEEDS = [
  ...[
    'CCO',
    'C[C@H](N)C(=O)[O-]',
    'F/C=C/F',
    'c1ccc2[nH]cnc2c1',
    'CS(=O)(=O)Nc1ncccc1Cl',
    '[2H]OC([2H])([2H])C',
  ],
  ...[
    '[CH3:1][CH2:2][OH:3]',
    '[H:4][O:1][C:2]#[N:3]',
    'C[N+](C)(C)CC(=O)[O-]',
    'C1CC2CCC1C2',
    'C%10CC%11CC%10C%11',
  ],
  ...[
    'OP(=O)(O)OC[C@@H]1CC[C@H](O1)n1cnc2c(N)ncnc12',
    'O=C(/C=C/c1ccc(O)cc1)OC',
    'B(O)(O)c1ccccc1',
    'C[Si](C)(C)C',
  ],
];

export const SMILES_TOKENS = [
  ...[
    'C',
    'N',
    'O',
    'S',
    'P',
    'F',
    'Cl',
    'Br',
    'I',
    'B',
    'c',
    'n',
    'o',
    's',
    'p',
    '*',
    '(',
    ')',
    '(',
    ')',
    '-',
    '=',
    '#',
    ':',
    '$',
  ],
  ...[
    '/',
    '\\',
    '.',
    '1',
    '2',
    '1',
    '2',
    '%10',
    '%(100)',
    '%0',
    '[C@H]',
    '[C@@]',
    '[nH]',
    '[N+]',
    '[O-]',
    '[13C]',
    '[H]',
    '[2H+]',
  ],
  ...[
    '[C@SP1]',
    '[C@TH2]',
    '[C@OH30]',
    '[Fe]',
    '[#6]',
    '[C+15]',
    '[C++++]',
    '[C--]',
    '[CH9]',
    '[C:0]',
    '[C:1]',
    '[C:99999]',
    '[',
    ']',
    '->',
    '~',
    '@',
    '[999C]',
  ],
];

/** Of the three formats' own writers: hydrogens, charges, isotopes, stereo, coordinates, data items. */
export function sdfSeeds(): string[] {
  const molecules = SMILES_SEEDS.slice(0, 9).map((smiles, index) => moleculeFromSmiles(smiles, `m${index}`));
  const records = molecules.map((molecule, index) =>
    sdfRecord(
      molecule,
      { id: `${index}`, 'two words': 'a\nb' },
      { version: index % 2 === 0 ? 'V2000' : 'V3000' },
    ),
  );
  return [...records, records.slice(0, 3).join(''), BY_HAND_V2000, BY_HAND_V3000];
}

const BY_HAND_V2000 = `methanol
  by hand

  6  5  0  0  0  0  0  0  0  0999 V2000
   -0.3709    0.0042    0.0150 C   0  0  0  0  0  0  0  0  0  0  0  0
    0.9118   -0.5713    0.1722 O   0  0  0  0  0  0  0  0  0  0  0  0
   -0.4536    0.9366    0.5747 H   0  0
   -1.1229   -0.7052    0.3657 H   0  0
   -0.5493    0.2187   -1.0405 H   0  0
    1.5848    0.1170   -0.0870 H   0  0
  1  2  1  0
  1  3  1  0
  1  4  1  0
  1  5  1  0
  2  6  1  0
M  ISO  1   3   2
M  CHG  1   2   0
M  END
> <energy>  (1)
-1.5

$$$$
`;

const BY_HAND_V3000 = `alaninate
  by hand

  0  0  0     0  0            999 V3000
M  V30 BEGIN CTAB
M  V30 COUNTS 6 5 0 0 1
M  V30 BEGIN ATOM
M  V30 1 C 0 0 0 0
M  V30 2 C 1.2 0.7 0 0 CFG=1
M  V30 3 N 1.2 2.1 0 0
M  V30 4 C 2.4 0 0 0
M  V30 5 O 2.4 -1.4 0 0
M  V30 6 O 3.6 0.7 0 0 CHG=-1
M  V30 END ATOM
M  V30 BEGIN BOND
M  V30 1 1 2 1
M  V30 2 1 2 3 CFG=1
M  V30 3 1 2 4
M  V30 4 2 4 5
M  V30 5 1 4 -
M  V30 6
M  V30 END BOND
M  V30 END CTAB
M  END
$$$$
`;

export const SDF_TOKENS = [
  ...[
    '\n',
    '\n',
    '\n',
    '  2  1  0  0  0  0  0  0  0  0999 V2000\n',
    '999999  0  0  0  0  0  0  0  0  0999 V2000\n',
    '  0  0  0     0  0            999 V3000\n',
  ],
  ...[
    '    0.0000    0.0000    0.0000 C   0  0\n',
    '    1.0000    1.0000 1e99    N   0  5\n',
    '    0.0    0.0    0.0 R#  0  0\n',
    '  1  2  1  0\n',
    '  1  9  4  0\n',
    '  2  1  9  9\n',
  ],
  ...[
    'M  CHG  1   1   1\n',
    'M  CHG 99   1   1\n',
    'M  ISO  1   1 999\n',
    'M  RAD  1   1   2\n',
    'M  STY  1   1 SRU\n',
    'M  V30 BEGIN CTAB\n',
    'M  V30 COUNTS 2 1 0 0 0\n',
  ],
  ...[
    'M  V30 COUNTS 99999999 1 0 0 0\n',
    'M  V30 BEGIN ATOM\n',
    'M  V30 1 C 0 0 0 0\n',
    'M  V30 2 N 0 0 1 0 CHG=1 MASS=15\n',
    'M  V30 3 [C,N] 0 0 1 0\n',
    'M  V30 END ATOM\n',
  ],
  ...[
    'M  V30 BEGIN BOND\n',
    'M  V30 1 1 1 2\n',
    'M  V30 1 10 1 2 ENDPTS=(2 1 2) ATTACH=ANY\n',
    'M  V30 END BOND\n',
    'M  V30 END CTAB\n',
    'M  END\n',
    '$$$$\n',
    '> <a>\n',
    'b\n',
  ],
];

export const MOL2_SEEDS = [
  `@<TRIPOS>MOLECULE
methanol
 6 5 1 0 0
SMALL
USER_CHARGES

@<TRIPOS>ATOM
      1 C1         -0.3709    0.0042    0.0150 C.3     1  MOL         0.1164
      2 O1          0.9118   -0.5713    0.1722 O.3     1  MOL        -0.5989
      3 H1         -0.4536    0.9366    0.5747 H       1  MOL         0.0287
      4 H2         -1.1229   -0.7052    0.3657 H       1  MOL         0.0287
      5 H3         -0.5493    0.2187   -1.0405 H       1  MOL         0.0287
      6 H4          1.5848    0.1170   -0.0870 H       1  MOL         0.3960
@<TRIPOS>BOND
     1    1    2 1
     2    1    3 1
     3    1    4 1
     4    1    5 1
     5    2    6 1
@<TRIPOS>SUBSTRUCTURE
     1 MOL         1 TEMP              0 ****  ****    0 ROOT
`,
  `# two records
@<TRIPOS>MOLECULE
acetate
7 6
SMALL
NO_CHARGES
@<TRIPOS>ATOM
1 C1 0 0 0 C.3
2 C2 1.5 0 0 C.2
3 O1 2.1 1.1 0 O.co2
4 O2 2.1 -1.1 0 O.co2
5 H1 -0.4 1 0 H
6 H2 -0.4 -0.5 0.9 H
7 H3 -0.4 -0.5 -0.9 H
@<TRIPOS>BOND
1 1 2 1
2 2 3 ar
3 2 4 ar
4 1 5 1
5 1 6 1
6 1 7 1
@<TRIPOS>MOLECULE
benzene
12 12
SMALL
GASTEIGER
@<TRIPOS>ATOM
${[0, 1, 2, 3, 4, 5].map((i) => `${i + 1} C${i} ${(1.39 * Math.cos((i * Math.PI) / 3)).toFixed(4)} ${(1.39 * Math.sin((i * Math.PI) / 3)).toFixed(4)} 0.0 C.ar 1 BNZ -0.06`).join('\n')}
${[0, 1, 2, 3, 4, 5].map((i) => `${i + 7} H${i} ${(2.48 * Math.cos((i * Math.PI) / 3)).toFixed(4)} ${(2.48 * Math.sin((i * Math.PI) / 3)).toFixed(4)} 0.0 H 1 BNZ 0.06`).join('\n')}
@<TRIPOS>BOND
${[0, 1, 2, 3, 4, 5].map((i) => `${i + 1} ${i + 1} ${((i + 1) % 6) + 1} ar`).join('\n')}
${[0, 1, 2, 3, 4, 5].map((i) => `${i + 7} ${i + 1} ${i + 7} 1`).join('\n')}
`,
];

export const MOL2_TOKENS = [
  ...[
    '@<TRIPOS>MOLECULE\n',
    'x\n',
    ' 2 1\n',
    ' 99999999 99999999 1 0 0\n',
    ' -1 0\n',
    'SMALL\n',
    'NO_CHARGES\n',
    '\n',
    '# c\n',
    '@<TRIPOS>ATOM\n',
  ],
  ...[
    '1 C1 0 0 0 C.3\n',
    '2 O1 1 0 0 O.co2 1 A -0.5\n',
    '3 X 0 0 1e400 N.pl3\n',
    '1 Du 0 0 0 Du\n',
    '1 C1 0 0 0 C.cat\n',
    '@<TRIPOS>BOND\n',
    '1 1 2 1\n',
    '1 1 2 ar\n',
  ],
  ...[
    '1 1 2 am\n',
    '1 2 2 un\n',
    '1 1 99 1\n',
    '@<TRIPOS>SUBSTRUCTURE\n',
    '@<TRIPOS>UNITY_ATOM_ATTR\n',
    '1 1\ncharge -1\n',
    '\\\n',
    '@<TRIPOS>\n',
  ],
];

/** Small ones with all sections, and a whole Sage. */
export function offxmlSeeds(): string[] {
  const small = `<?xml version="1.0" encoding="utf-8"?>
<!-- small -->
<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL">
    <Author>nobody &amp; others</Author>
    <Date>2026-01-01</Date>
    <Constraints version="0.3"><Constraint smirks="[#1:1]-[*:2]" id="c1" distance="0.97 * angstrom ** 1"></Constraint></Constraints>
    <Bonds version="0.4" potential="harmonic" fractional_bondorder_method="AM1-Wiberg" fractional_bondorder_interpolation="linear">
        <Bond smirks="[*:1]~[*:2]" id="b1" length="1.5 * angstrom" k="500.0 * kilocalorie_per_mole / angstrom ** 2" parameterize="k"/>
        <Bond smirks="[#6:1]~[#7:2]" id="b2" length_bondorder1="1.4 * angstrom" length_bondorder2="1.3 * angstrom" k_bondorder1="500.0 * kilocalorie_per_mole / angstrom ** 2" k_bondorder2="900.0 * kilocalorie_per_mole / angstrom ** 2"/>
    </Bonds>
    <Angles version="0.3" potential="harmonic"><Angle smirks="[*:1]~[*:2]~[*:3]" id="a1" angle="110 * degree" k="100.0*mole**-1*radian**-2*kilocalorie"/></Angles>
    <ProperTorsions version="0.4" potential="k*(1+cos(periodicity*theta-phase))" default_idivf="auto" fractional_bondorder_method="AM1-Wiberg">
        <Proper smirks="[*:1]~[*:2]~[*:3]~[*:4]" id="t1" periodicity1="3" phase1="0.0 * degree" k1="0.1 * kilocalorie_per_mole" idivf1="1.0" periodicity2="2" phase2="3.14159 * radian" k2="-0.5 * kJ / mol" idivf2="3"/>
        <Proper smirks="[*:1]~[#6:2]~[#7:3]~[*:4]" id="t2" periodicity1="2" phase1="180.0 * degree" k1_bondorder1="1.0 * kilocalorie_per_mole" k1_bondorder2="3.0 * kilocalorie_per_mole" idivf1="1.0"/>
    </ProperTorsions>
    <ImproperTorsions version="0.3" default_idivf="auto"><Improper smirks="[*:1]~[#6X3:2](~[*:3])~[*:4]" id="i1" periodicity1="2" phase1="180 * degree" k1="1.1 * kilocalorie_per_mole"/></ImproperTorsions>
    <vdW version="0.4" potential="Lennard-Jones-12-6" combining_rules="Lorentz-Berthelot" scale12="0.0" scale13="0.0" scale14="0.5" scale15="1.0" cutoff="9.0 * angstrom" switch_width="1.0 * angstrom" periodic_method="cutoff" nonperiodic_method="no-cutoff">
        <Atom smirks="[*:1]" id="n1" epsilon="0.1 * kilocalorie_per_mole" rmin_half="1.9 * angstrom"/>
        <Atom smirks="[#1:1]" id="n2" epsilon="0.0157 * kilocalorie_per_mole" sigma="0.26 * nanometer"/>
    </vdW>
    <Electrostatics version="0.4" scale12="0.0" scale13="0.0" scale14="0.8333333333" scale15="1.0" cutoff="9.0 * angstrom" switch_width="0.0 * angstrom" periodic_potential="Ewald3D-ConductingBoundary" nonperiodic_potential="Coulomb" exception_potential="Coulomb"/>
    <LibraryCharges version="0.3"><LibraryCharge smirks="[#1:1]-[#8X2H2+0:2]-[#1:3]" id="q1" charge1="0.4 * elementary_charge" charge2="-0.8 * elementary_charge" charge3="0.4 * elementary_charge"/></LibraryCharges>
    <ChargeIncrementModel version="0.4" number_of_conformers="1" partial_charge_method="formal_charge"><ChargeIncrement smirks="[#6:1]-[#1:2]" charge_increment1="-0.1 * elementary_charge" charge_increment2="0.1 * elementary_charge"/></ChargeIncrementModel>
    <ToolkitAM1BCC version="0.3"/>
    <Unknown version="1"><Thing a="b">text</Thing></Unknown>
</SMIRNOFF>
`;
  const whole = builtInForceField('openff_unconstrained-2.3.0.offxml');
  return [
    small,
    small,
    small.replaceAll('0.4', '0.3'),
    small.replace(/<Unknown.*Unknown>/, ''),
    small,
    small,
    small,
    whole,
  ];
}

export const OFFXML_TOKENS = [
  ...[
    '<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL">',
    '</SMIRNOFF>',
    '<Bonds>',
    '</Bonds>',
    '<Bonds version="0.4">',
    '<Angles>',
    '</Angles>',
  ],
  ...[
    '<ProperTorsions default_idivf="auto">',
    '</ProperTorsions>',
    '<vdW>',
    '</vdW>',
    '<Bond smirks="[*:1]~[*:2]" ',
    '<Proper smirks="[*:1]~[*:2]~[*:3]~[*:4]" ',
  ],
  ...[
    '<Atom smirks="[*:1]" ',
    'id="x" ',
    'k="1 * kilocalorie_per_mole" ',
    'k1="1e308**9 * kilojoule" ',
    'length="((((1 * angstrom))))" ',
    'length="1 angstrom" ',
    'periodicity1="2.5" ',
  ],
  ...[
    'periodicity1="99999999999" ',
    'idivf1="0" ',
    'phase1="nan * degree" ',
    'epsilon="-1 * kilojoule / mole" ',
    'rmin_half="1 * furlong" ',
    '/>',
    '>',
    '<!-- - -- -->',
    '<?a b?>',
    '&lt;',
  ],
  ...[
    'k="1 * angstrom ** 999999999"',
    'smirks="[$([$([$([*:1])])])]"',
    'smirks="[*:1]" ',
    '<ProperTorsions><Proper smirks="[*:9]~[*:2]" />',
    '</Bond>',
    '<__proto__>',
    '<constructor a="1"/>',
  ],
];

export const OFFXML_VALUES = [
  ...[
    '1',
    '-1',
    '0',
    '1.5',
    '1e308',
    '1e-320',
    '*',
    '/',
    '**',
    '(',
    ')',
    '-',
    '+',
    'angstrom',
    'kilocalorie_per_mole',
    'kJ',
    'mole',
    'radian',
  ],
  ...[
    'degree',
    'elementary_charge',
    'furlong',
    'dimensionless',
    'auto',
    '0.3',
    '0.4',
    '99',
    'nan',
    'inf',
    '[*:1]',
    '[*:2]',
    '~',
    '-',
    '[#6X4:1]',
    '[#1:1]',
  ],
  ...[
    '[#6:1]=[#8:2]',
    '[*:1]~[*:2]~[*:3]',
    '[*:1]~[*:2]~[*:3]~[*:4]',
    '[$([#6]~[#7]):1]',
    '[!#1:1]',
    '[#7;r5:2]',
    '[*:1]~[*:1]',
    '[C:5]',
    '[#6:2]',
    '@',
    '!@',
    ',',
    ';',
  ],
  ...[
    'AM1-Wiberg',
    'linear',
    'harmonic',
    'OEAroModel_MDL',
    'OEAroModel_Daylight',
    'Lennard-Jones-12-6',
    'AM1-Mulliken',
    'openff-gnn-am1bcc-1.0.0.pt',
  ],
];
