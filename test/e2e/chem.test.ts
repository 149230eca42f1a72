import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bespokePerTest, until } from './support/bespoke';

const newBespoke = bespokePerTest();

const PARITY = path.resolve(__dirname, '../../../shared/data/parity');

/** Some records of a file of reference data; none where the folder is absent. */
function reference(file: string, count: number): Record<string, unknown>[] {
  const at = path.join(PARITY, file);
  if (!existsSync(at)) return [];
  const records = gunzipSync(readFileSync(at))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((record) => 'mapped_smiles' in record);
  const step = Math.max(1, Math.floor(records.length / count));
  return records.filter((_, index) => index % step === 0).slice(0, count);
}

function lines(...records: unknown[]): string {
  return records
    .map((record) => `${typeof record === 'string' ? record : JSON.stringify(record)}\n`)
    .join('');
}

function parsed(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const WATER = {
  id: 'water',
  mapped_smiles: '[O:1]([H:2])[H:3]',
  geometries_angstrom: [
    [
      [0, 0, 0.12],
      [0, 0.76, -0.48],
      [0, -0.76, -0.48],
    ],
  ],
};
const FORMIC = {
  id: 'formic acid',
  mapped_smiles: '[C:1]([H:4])(=[O:2])[O:3][H:5]',
  charges_e: [0.6, -0.5, -0.6, 0.1, 0.4],
  geometries_angstrom: [[-0.13, 0.4, 0, -1.13, -0.26, 0, 1.11, -0.09, 0, -0.1, 1.5, 0, 1.05, -1.05, 0]],
};

describe('chem label', () => {
  const SECTIONS = ['Bonds', 'Angles', 'ProperTorsions', 'ImproperTorsions', 'vdW', 'LibraryCharges'];
  const molecules = reference('smirnoff-labels-2.2.1.jsonl.gz', 12);
  const aromaticity = new Map(
    reference('aromaticity.jsonl.gz', Infinity).map((record) => [record['mapped_smiles'], record]),
  );

  it.skipIf(molecules.length === 0)(
    'gives the labels that the OpenFF toolkit gives (reference data)',
    async () => {
      const { exitCode, stdout, stderr } = await newBespoke().run(['chem', 'label'], lines(...molecules));
      expect(exitCode, stderr).toBe(0);
      const expected = molecules.map((molecule, index) => {
        const { aromatic_atoms, aromatic_bonds } = aromaticity.get(molecule['mapped_smiles'])!;
        return {
          id: index + 1,
          aromatic_atoms,
          aromatic_bonds: (aromatic_bonds as [number, number][]).toSorted(
            (a, b) => a[0] - b[0] || a[1] - b[1],
          ),
          ...Object.fromEntries(SECTIONS.map((section) => [section, molecule[section]])),
          Constraints: expect.any(Array),
          missing: {},
        };
      });
      expect(parsed(stdout)).toEqual(expected);
    },
  );

  it('goes on after lines that fail, in their places, and says so by its exit code', async () => {
    const { exitCode, stdout } = await newBespoke().run(
      ['chem', 'label', '--force-field', 'openff_unconstrained-2.2.1', '--n-cores', '2'],
      lines(
        WATER,
        '{"id": 1, "mapped_smiles"',
        { id: 7 },
        '',
        { id: 'ring', mapped_smiles: 'C1CC' },
        { id: 'unmapped', mapped_smiles: 'CO' },
        { id: 'salt', mapped_smiles: '[Na+:1].[Cl-:2]' },
        { id: { x: 1 }, mapped_smiles: WATER.mapped_smiles },
        [1, 2],
        { mapped_smiles: '[Si:1]([H:2])([H:3])([H:4])[H:5]' },
        FORMIC,
      ),
    );
    expect(exitCode).toBe(1);
    const found = parsed(stdout);
    expect(found.map(({ id }) => id)).toEqual([
      'water',
      2,
      7,
      'ring',
      'unmapped',
      'salt',
      8,
      9,
      10,
      'formic acid',
    ]);
    expect(found.map(({ error }) => error)).toEqual([
      undefined,
      expect.stringMatching(/^the line: it is not JSON/),
      'mapped_smiles: it is missing; the line has id',
      expect.stringMatching(/^mapped_smiles: .*C1CC/),
      expect.stringMatching(/^mapped_smiles: each of the 6 atoms/),
      expect.stringMatching(/^mapped_smiles: /),
      expect.stringMatching(/^id: /),
      expect.stringMatching(/^the line: /),
      undefined,
      undefined,
    ]);
    // Silicon has no parameters: to be looked at, that is no failure.
    expect(found[8]).toMatchObject({
      missing: {
        vdW: [[0]],
        Bonds: [
          [0, 1],
          [0, 2],
          [0, 3],
          [0, 4],
        ],
      },
    });
  });

  it('merges force fields and tells of sections that it does not know', async () => {
    const bespoke = newBespoke();
    const extra = bespoke.file('extra.offxml');
    writeFileSync(
      extra,
      `<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL"><Crystals version="0.3"/>
        <Bonds version="0.4" potential="harmonic" fractional_bondorder_method="AM1-Wiberg" fractional_bondorder_interpolation="linear">
          <Bond smirks="[#8:1]-[#1:2]" id="mine" length="0.96 * angstrom" k="1000 * angstrom**-2 * mole**-1 * kilocalorie"/>
        </Bonds></SMIRNOFF>`,
    );
    const { exitCode, stdout, stderr } = await bespoke.run(
      ['chem', 'label', '--force-field', 'openff_unconstrained-2.2.1', '--force-field', extra],
      lines(WATER),
    );
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/Crystals/);
    expect(parsed(stdout)[0]).toMatchObject({
      Bonds: [
        [0, 1, 'mine'],
        [0, 2, 'mine'],
      ],
      Angles: [[1, 0, 2, expect.any(String)]],
      unknown_sections: ['Crystals'],
    });
  });

  it('reads a file, and ends quietly when its reader has seen enough', async () => {
    const bespoke = newBespoke();
    const file = bespoke.file('many.jsonl');
    writeFileSync(file, lines(...Array.from({ length: 5000 }, (_, id) => ({ ...FORMIC, id }))));
    const { child, ended } = bespoke.start(['chem', 'label', file]);
    child.stdout!.once('data', () => child.stdout!.destroy());
    expect(await ended).toMatchObject({ exitCode: 0, signal: null, stderr: '' });
  });

  it.each([
    ['no such force field', ['--force-field', 'sage-9'], 4, /sage-9/],
    ['no such file', ['none.jsonl'], 3, /none\.jsonl/],
    ['a count of threads that is none', ['--n-cores', '0'], 2, /n-cores/],
  ])('says in one line what is wrong with the command: %s', async (_, args, code, message) => {
    const { exitCode, stdout, stderr } = await newBespoke().run(['chem', 'label', ...args]);
    expect(exitCode).toBe(code);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
  });
});

describe('chem energies', () => {
  const molecules = reference('openmm-energies-2.2.1.jsonl.gz', 8);
  const TERMS = {
    bonds: 'bonds',
    angles: 'angles',
    propers: 'proper_torsions',
    impropers: 'improper_torsions',
    vdw: 'vdw',
    electrostatics: 'electrostatics',
    total: 'total',
  };

  it.skipIf(molecules.length === 0)(
    'gives the energies and gradients that OpenMM gives (reference data)',
    async () => {
      const { exitCode, stdout, stderr } = await newBespoke().run(
        ['chem', 'energies', '--gradients'],
        lines(...molecules),
      );
      expect(exitCode, stderr).toBe(0);
      parsed(stdout).forEach((found, index) => {
        const { id, ...openmm } = molecules[index]!;
        expect(found['id']).toBe(id);
        const energies = found['energies_kcal_mol'] as Record<string, number>[];
        const reference = openmm['energies_kj_per_mol'] as
          Record<string, number[]> | Record<string, number>[];
        energies.forEach((energy, geometry) => {
          for (const [theirs, ours] of Object.entries(TERMS)) {
            const expected = Array.isArray(reference)
              ? reference[geometry]![theirs]!
              : reference[theirs]![geometry]!;
            expect(Math.abs(energy[ours]! - expected / 4.184)).toBeLessThan(1e-5);
          }
        });
        const gradient = (found['gradients_kcal_mol_angstrom'] as number[][][])[
          openmm['forces_of_geometry'] as number
        ]!;
        const forces = (openmm['forces_kj_per_mol_nm'] as number[][]).flat();
        gradient.flat().forEach((component, at) => {
          expect(Math.abs(component + forces[at]! / 41.84)).toBeLessThan(1e-4);
        });
      });
    },
  );

  it('names the field of what it can not use', async () => {
    const [geometry] = FORMIC.geometries_angstrom;
    const { exitCode, stdout } = await newBespoke().run(
      ['chem', 'energies'],
      lines(
        FORMIC,
        { ...FORMIC, geometries_angstrom: [geometry, geometry!.slice(3)] },
        { ...FORMIC, geometries_angstrom: [[[0, 0, 0]]] },
        JSON.stringify(FORMIC).replace('-1.05', 'NaN'),
        { ...FORMIC, charges_e: [0, 0] },
        { ...FORMIC, geometries_angstrom: [] },
        { ...FORMIC, geometries_angstrom: [Array(15).fill(0)] },
        {
          mapped_smiles: '[Si:1]([H:2])([H:3])([H:4])[H:5]',
          charges_e: FORMIC.charges_e,
          geometries_angstrom: FORMIC.geometries_angstrom,
        },
        { ...FORMIC, charges_e: undefined, geometries_angstrom: undefined },
        { ...FORMIC, charges_e: [0.6, -0.5, -0.6, 0.1, 0.5] },
        { ...FORMIC, charges_e: undefined, charge_e: FORMIC.charges_e },
        { ...WATER, geometries_angstrom: WATER.geometries_angstrom[0] },
        { ...WATER, geometry_angstrom: WATER.geometries_angstrom[0] },
        { ...WATER, mapped_smiles: undefined, smiles: 'O' },
        { id: 'early', error: 'The SMILES is unreadable.' },
        WATER,
      ),
    );
    expect(exitCode).toBe(1);
    expect(parsed(stdout).map(({ error }) => error)).toEqual([
      undefined,
      expect.stringMatching(/^geometries_angstrom\[1\]: .*15 numbers/),
      expect.stringMatching(/^geometries_angstrom\[0\]: .*5 times \[x,y,z\]/),
      expect.stringMatching(/^geometries_angstrom\[0\]\[13\]: .*not a number/),
      expect.stringMatching(/^charges_e: .*list of 5/),
      expect.stringMatching(/^geometries_angstrom: it is empty/),
      expect.stringMatching(/^geometries_angstrom\[0\]: .*on top of each other/),
      expect.stringMatching(/no .*parameter for .*1/),
      'geometries_angstrom: it is missing; the line has id, mapped_smiles; geometry_angstrom, for a single one, will do too',
      'charges_e: they add up to 0.1 e, the formal charges of mapped_smiles to 0 e',
      'charge_e: it is to be written charges_e',
      expect.stringMatching(/^geometries_angstrom: .*list of geometries, each \[\[x,y,z\],…\]/),
      expect.stringMatching(/^geometries_angstrom: geometry_angstrom is there too/),
      expect.stringMatching(/^mapped_smiles: .*the line has .*smiles.*chem convert/),
      'The SMILES is unreadable.',
      // Water's charges stand in the force field.
      undefined,
    ]);
  });
});

describe('chem minimize', () => {
  it('finds the minimum near each geometry, and leaves frozen atoms where they are', async () => {
    const two = {
      ...FORMIC,
      geometries_angstrom: [...FORMIC.geometries_angstrom, ...FORMIC.geometries_angstrom],
    };
    const bespoke = newBespoke();
    const free = await bespoke.run(['chem', 'minimize'], lines(two, WATER));
    expect(free.exitCode, free.stderr).toBe(0);
    const [formic, water] = parsed(free.stdout);
    expect(formic).toMatchObject({
      converged: [true, true],
      iterations: [expect.any(Number), expect.any(Number)],
    });
    expect(water).toMatchObject({ converged: [true] });

    const frozen = await bespoke.run(
      ['chem', 'minimize', '--freeze', '1,0,2,4', '--restraint', '1'],
      lines(two, WATER),
    );
    expect(frozen.exitCode).toBe(1);
    const [held, refused] = parsed(frozen.stdout) as { geometries_angstrom: number[][][]; error?: string }[];
    for (const atom of [1, 0, 2, 4]) {
      expect(held!.geometries_angstrom[0]![atom]).toEqual(
        FORMIC.geometries_angstrom[0]!.slice(3 * atom, 3 * atom + 3),
      );
    }
    expect(refused!.error).toMatch(/atom index 4/);

    // A minimum has the energy that it is said to have, and no gradient.
    const again = await bespoke.run(
      ['chem', 'energies', '--gradients'],
      lines({ ...two, geometries_angstrom: formic!['geometries_angstrom'] }),
    );
    const [checked] = parsed(again.stdout);
    expect(checked!['energies_kcal_mol']).toEqual(formic!['energies_kcal_mol']);
    const gradients = (checked!['gradients_kcal_mol_angstrom'] as number[][][]).flat(2);
    expect(Math.max(...gradients.map(Math.abs))).toBeLessThan(1e-5);
  });
});

describe('chem charges', () => {
  it('makes AM1-BCC charges on the geometry of a line, or on one of its own', async () => {
    const { exitCode, stdout, stderr } = await newBespoke().run(
      ['chem', 'charges', '--model', 'am1bcc'],
      lines(
        { ...FORMIC, geometry_angstrom: FORMIC.geometries_angstrom[0] },
        FORMIC,
        { ...FORMIC, id: 'short', geometry_angstrom: [[0, 0, 0]] },
        { id: 'open', mapped_smiles: '[C:1]([F:2])([Cl:3])([Br:4])[H:5]' },
      ),
    );
    expect(exitCode, stderr).toBe(1);
    const found = parsed(stdout) as { id: string; charges_e: number[]; model: string; error?: string }[];
    for (const { charges_e: charges, model } of found.slice(0, 2)) {
      expect(model).toBe('am1bcc');
      expect(charges).toHaveLength(5);
      expect(charges.reduce((sum, charge) => sum + charge, 0)).toBeCloseTo(0, 9);
    }
    expect(found[2]!.error).toMatch(/^geometry_angstrom: .*5 times/);
    expect(found[3]!.error).toMatch(/C1.*--allow-undefined-stereo/);
  });

  it('refuses a geometry that is not one of the molecule', async () => {
    const [[oxygen, one, other]] = WATER.geometries_angstrom as [number[][]];
    const { exitCode, stdout } = await newBespoke().run(
      ['chem', 'charges', '--model', 'nagl'],
      lines(
        { ...WATER, geometry_angstrom: [one, oxygen, other] },
        { ...WATER, geometry_angstrom: [oxygen, one, other].map((xyz) => xyz!.map((x) => x / 10)) },
      ),
    );
    expect(exitCode).toBe(1);
    expect(parsed(stdout).map(({ error }) => error)).toEqual([
      expect.stringMatching(/^geometry_angstrom: .*O1-H3 are bonded but too far apart.*order.*angstrom/),
      expect.stringMatching(/^geometry_angstrom: .*O1-H2 are bonded but too close/),
    ]);
  });

  it('stands between convert and energies', async () => {
    const bespoke = newBespoke();
    const file = bespoke.file('molecules.sdf');
    const [geometry] = WATER.geometries_angstrom as [number[][]];
    const atoms = geometry.map(
      (xyz, atom) => `${xyz.map((x) => x.toFixed(4).padStart(10)).join('')} ${atom === 0 ? 'O' : 'H'}   0  0`,
    );
    writeFileSync(
      file,
      ['water', '', '', '  3  2  0  0  0  0            999 V2000', ...atoms, '  1  2  1  0', '  1  3  1  0']
        .concat('M  END', '$$$$', 'broken', '', '', '  9', 'M  END', '$$$$', '')
        .join('\n'),
    );
    const converted = await bespoke.run(['chem', 'convert', file]);
    const charged = await bespoke.run(['chem', 'charges', '--model', 'NAGL'], converted.stdout);
    const [water, broken] = parsed(charged.stdout);
    expect(Object.keys(water!)).toEqual(['id', 'charges_e', 'model', 'mapped_smiles', 'geometry_angstrom']);
    expect(broken).toEqual(parsed(converted.stdout)[1]);

    for (const before of [converted, charged]) {
      const { exitCode, stdout } = await bespoke.run(['chem', 'energies'], before.stdout);
      expect(exitCode).toBe(1);
      expect(parsed(stdout)).toEqual([{ id: 'water', energies_kcal_mol: [expect.any(Object)] }, broken]);
    }
  });

  it('takes any stereoisomer where it is allowed to', async () => {
    const { exitCode, stdout } = await newBespoke().run(
      ['chem', 'charges', '--model', 'am1bcc', '--allow-undefined-stereo'],
      lines({ id: 'open', mapped_smiles: '[C:1]([F:2])([Cl:3])([Br:4])[H:5]' }),
    );
    expect(parsed(stdout)[0]).toMatchObject({ id: 'open', charges_e: expect.any(Array) });
    expect(exitCode).toBe(0);
  });

  it('ends at once when it is interrupted, and leaves no program', async () => {
    const bespoke = newBespoke();
    const { child, ended, stdout } = bespoke.start(
      ['chem', 'charges', '--model', 'am1bcc'],
      lines(...Array.from({ length: 500 }, (_, id) => ({ ...FORMIC, id }))),
    );
    await until('the first charges', () => stdout().includes('\n'));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ exitCode: 130 });
    await until('every process to be gone', () => bespoke.processes.alive().length === 0, 15_000);
  });

  it('fails lines that take longer than they may, and leaves no program', async () => {
    const bespoke = newBespoke();
    const { exitCode, stdout } = await bespoke.run(
      ['chem', 'charges', '--model', 'am1bcc', '--timeout', '0.01'],
      lines(FORMIC, { ...FORMIC, id: 2 }, '{'),
    );
    expect(exitCode).toBe(1);
    const tooSlow = expect.stringMatching(/more than 0\.01 s.*--timeout/);
    expect(parsed(stdout).slice(0, 2)).toEqual([
      { id: 'formic acid', error: tooSlow },
      { id: 2, error: tooSlow },
    ]);
    await until('every process to be gone', () => bespoke.processes.alive().length === 0, 15_000);
  });

  it('says which models there are', async () => {
    const { exitCode, stderr } = await newBespoke().run(['chem', 'charges', '--model', 'gasteiger']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/gasteiger.*am1bcc/);
    const without = await newBespoke().run(['chem', 'charges']);
    expect(without.exitCode).toBe(2);
    expect(without.stderr).toMatch(/--model is missing.*am1bcc-elf10/);
  });
});

describe('chem fragment', () => {
  it.each(['[C:1', '[C:1]C'])('refuses %s before any line', async (smarts) => {
    const { exitCode, stdout, stderr } = await newBespoke().run(
      ['chem', 'fragment', '--target-torsion', smarts],
      lines({ smiles: 'CCCC' }),
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--target-torsion: /);
    expect(stdout).toBe('');
  });
});

describe('chem convert', () => {
  const SMILES = 'CCO ethanol\nC1CC\nF/C=C/F\n';

  it('writes each molecule as a line of JSON, and goes on after one that it can not read', async () => {
    const bespoke = newBespoke();
    const file = bespoke.file('some.smi');
    writeFileSync(file, SMILES);
    const { exitCode, stdout } = await bespoke.run(['chem', 'convert', file]);
    expect(exitCode).toBe(1);
    expect(parsed(stdout)).toEqual([
      {
        id: 'ethanol',
        smiles: 'CCO',
        mapped_smiles: expect.stringMatching(/\[H:9\]/),
        sdf: expect.stringMatching(/^ethanol\n[^]*M {2}END\n\$\$\$\$\n$/),
        svg: expect.stringMatching(/<svg/),
      },
      { id: 2, error: expect.stringMatching(/some\.smi, line 2: .*C1CC/) },
      expect.objectContaining({ id: 3, smiles: expect.stringMatching(/^F\/C=C\/F$/) }),
    ]);
  });

  it('keeps molecules, names and data items by way of an SD file', async () => {
    const bespoke = newBespoke();
    const [smi, sdf] = [bespoke.file('some.smi'), bespoke.file('some.sdf')];
    writeFileSync(smi, SMILES.replace('C1CC\n', ''));
    const written = await bespoke.run(['chem', 'convert', smi, '--to', 'sdf']);
    expect(written.exitCode, written.stderr).toBe(0);
    writeFileSync(
      sdf,
      written.stdout.replace('$$$$', () => '> <pKa>\n15.9\n\n$$$$'),
    );
    const back = await bespoke.run(['chem', 'convert', sdf]);
    expect(parsed(back.stdout)).toMatchObject([
      { id: 'ethanol', smiles: 'CCO', properties: { pKa: '15.9' } },
      { id: 2, smiles: 'F/C=C/F' },
    ]);
    const mapped = await bespoke.run(['chem', 'convert', sdf, '--to', 'mapped-smiles']);
    const [first] = mapped.stdout.split('\n');
    expect(first).toMatch(/\tethanol$/);
    const labelled = await bespoke.run(['chem', 'label'], lines({ mapped_smiles: first!.split('\t')[0] }));
    expect(labelled.exitCode, labelled.stdout).toBe(0);
  });

  it('says so where --output is a file', async () => {
    const bespoke = newBespoke();
    const file = bespoke.file('some.smi');
    writeFileSync(file, SMILES);
    const { exitCode, stderr } = await bespoke.run([
      'chem',
      'convert',
      file,
      '--to',
      'svg',
      '--output',
      file,
    ]);
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/some\.smi is a file, not a directory/);
  });

  it('draws each molecule into a file of its own', async () => {
    const bespoke = newBespoke();
    const file = bespoke.file('some.smi');
    writeFileSync(file, `${SMILES}CC ethanol\nC ../ethanol\nN ethanol-7\nO ethanol\n`);
    const { exitCode, stderr } = await bespoke.run([
      ...['chem', 'convert', file, '--to', 'svg', '--output', bespoke.file('pictures')],
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/some\.smi, line 2: /);
    const drawn = readdirSync(bespoke.file('pictures')).sort();
    expect(drawn).toEqual(
      ['3', 'ethanol', 'ethanol-4', 'ethanol-5', 'ethanol-7', 'ethanol-7-7']
        .map((name) => `${name}.svg`)
        .sort(),
    );
  });
});

describe('chem torsion-drive-next', () => {
  const START = [0, 0, 0, 2.8, 0, 0, 3.7, 2.7, 0, 6.5, 2.7, 0.1];
  const state = (gridStatus: object) => ({
    dihedrals: [[0, 1, 2, 3]],
    grid_spacing: [15],
    elements: ['C', 'C', 'C', 'C'],
    init_coords: [START],
    grid_status: gridStatus,
  });

  it("reads torsiondrive's state and gives the next jobs by grid point, ascending, none at the end", async () => {
    const start = await newBespoke().run(['chem', 'torsion-drive-next'], JSON.stringify(state({}), null, 2));
    expect(start).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(start.stdout)).toEqual({ '180': [START] });

    const bespoke = newBespoke();
    writeFileSync(bespoke.file('state.json'), JSON.stringify(state({ 180: [[START, START, -1]] })));
    // The start is off 180 by more than 0.5 degrees: dropped, and nothing is left to do.
    expect(await bespoke.run(['chem', 'torsion-drive-next', 'state.json'])).toMatchObject({
      exitCode: 0,
      stdout: '{}\n',
    });
    const flat = START.with(-1, 0);
    writeFileSync(bespoke.file('state.json'), JSON.stringify(state({ 180: [[START, flat, -1]] })));
    const { stdout } = await bespoke.run(['chem', 'torsion-drive-next', 'state.json']);
    expect(stdout).toMatch(/^\{"-165": \[\[.*\]\], "165": \[\[.*\]\]\}\n$/);
    expect(JSON.parse(stdout)).toEqual({ '-165': [flat], '165': [flat] });
  });

  it('names the field of a state that can not be used', async () => {
    const bad = JSON.stringify({ ...state({}), grid_spacing: [14] });
    expect(await newBespoke().run(['chem', 'torsion-drive-next'], bad)).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: expect.stringMatching(/^bespoke: standard input: .*divides 360.*14/),
    });
    expect(await newBespoke().run(['chem', 'torsion-drive-next', 'nowhere.json'])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('nowhere.json'),
    });
  });
});
