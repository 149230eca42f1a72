import { FRAGMENT_COLOURS } from '@bespoke/fragmentation';
import { tmpdir } from 'node:os';
import { heavySmiles, loadRDKit, matchSmarts, moleculeFromSmiles } from '@bespoke/molecule';
import { builtInForceField } from '@bespoke/smirnoff';
import { beforeAll, describe, expect, it } from 'vitest';
import { fragmentWith } from './fragment';
import { fragmentPage } from './fragment-page';
import { fragmentSectionWith } from './fragment-section';
import { parametersWith } from './parameters';

const SINGLE_BONDS = '[!#1]~[!$(*#*)&!D1:1]-;!@[!$(*#*)&!D1:2]~[!#1]';
const SAGE = builtInForceField('openff_unconstrained-2.2.1.offxml');

const BY_BOND_ORDER = `<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL">
  <ProperTorsions version="0.4" potential="k*(1+cos(periodicity*theta-phase))" default_idivf="auto" fractional_bondorder_method="AM1-Wiberg" fractional_bondorder_interpolation="linear">
    <Proper smirks="[*:1]~[#6X4:2]-[#6X4:3]~[*:4]" id="tb" periodicity1="3" phase1="0 * degree" k1_bondorder1="1 * kilocalorie_per_mole" k1_bondorder2="11 * kilocalorie_per_mole" idivf1="1"/>
  </ProperTorsions>
</SMIRNOFF>`;

const RUN = { cores: 1, memoryBytes: 1e9, scratchDirectory: tmpdir() };

interface Fragmented {
  parent_smiles: string;
  fragments: { smiles: string; bond_indices: [number, number] }[];
  warnings: string[];
}
interface Parameters {
  parameters: {
    smirks: string;
    fragment: number;
    atoms_in_parent: number[][];
    atoms_in_fragment: number[][];
    k: number[];
    periodicity: number[];
    phase: number[];
    idivf: number[];
    from: string;
  }[];
  warnings: string[];
}

beforeAll(loadRDKit);

const fragmented = (smiles: string, engine: 'pfizer' | 'wbo' | 'none' = 'pfizer'): Promise<Fragmented> =>
  fragmentWith({ engine, targetTorsionSmarts: [SINGLE_BONDS] }, RUN)({ smiles }) as Promise<Fragmented>;
const parametersOf = (
  line: object,
  periodicities = [1, 2, 3, 4],
  forceFields = [SAGE],
): Promise<Parameters> =>
  parametersWith({ forceFields, periodicities }, RUN)({ ...line }) as Promise<Parameters>;

describe('chem fragment', () => {
  it('gives a fragment for each target bond, numbered as the molecule is, its caps without numbers', async () => {
    const { parent_smiles, fragments, warnings } = await fragmented('COc1ccc(OC)cc1');
    const parent = moleculeFromSmiles(parent_smiles);
    expect(fragments.map(({ bond_indices }) => bond_indices)).toEqual([
      [2, 3],
      [6, 7],
    ]);
    for (const { smiles } of fragments) {
      const { atoms } = moleculeFromSmiles(smiles);
      const caps = atoms.filter(({ mapNumber }) => mapNumber === 0);
      expect(caps.map(({ element }) => element)).toEqual([1]);
      for (const { element, mapNumber } of atoms)
        if (mapNumber > 0) expect(parent.atoms[mapNumber - 1]!.element).toBe(element);
    }
    expect(warnings).toEqual([]);
  });

  it('leaves molecules whole where no engine is wanted', async () => {
    const { parent_smiles, fragments } = await fragmented('CCCCCCCCN', 'none');
    for (const { smiles } of fragments)
      expect(moleculeFromSmiles(smiles).mappedSmiles).toBe(moleculeFromSmiles(parent_smiles).mappedSmiles);
    expect(fragments).toHaveLength(6);
  });

  it('cuts by AM1 bond orders', async () => {
    const { fragments } = await fragmented('COc1ccc(CCl)cc1', 'wbo');
    expect(fragments.map(({ smiles }) => heavySmiles(moleculeFromSmiles(smiles))).sort()).toEqual([
      'COc1ccccc1',
      'ClCc1ccccc1',
    ]);
  });

  it('takes the numbering of a mapped SMILES', async () => {
    const mapped_smiles =
      '[C:4]([C:3]([C:2]([C:1]([H:12])([H:13])[H:14])([H:10])[H:11])([H:8])[H:9])([H:5])([H:6])[H:7]';
    const settings = { engine: 'pfizer', targetTorsionSmarts: ['[#6H2:1]-[#6H2:2]'] } as const;
    const { parent_smiles } = (await fragmentWith(settings, RUN)({ mapped_smiles })) as Fragmented;
    expect(moleculeFromSmiles(parent_smiles).mappedSmiles).toBe(
      moleculeFromSmiles(mapped_smiles).mappedSmiles,
    );
    await expect(fragmentWith(settings, RUN)({ mapped_smiles: 'CCCC' })).rejects.toThrow(
      'map number of its own',
    );
  });

  it('says where stereo is not defined, and where nothing is to be turned', async () => {
    expect((await fragmented('CCC(F)Cl')).warnings).toEqual(['the stereo of C3 is not defined']);
    expect((await fragmented('CC')).warnings).toEqual(['no bond of the molecule is a target']);
  });
});

describe('chem fragment --html', () => {
  it('draws each fragment over its molecule and lists the torsions across the bond', async () => {
    const settings = { engine: 'pfizer', targetTorsionSmarts: [SINGLE_BONDS] } as const;
    const section = await fragmentSectionWith(settings, RUN)({ smiles: 'CCCCc1ccccc1' }, '<b>');
    expect(section).toContain('<h2>&lt;b&gt;</h2>');
    expect(section.match(/<article /g)).toHaveLength(3);
    expect(section.match(/<svg/g)).toHaveLength(4); // Two of the three are the whole molecule.
    for (const colour of Object.values(FRAGMENT_COLOURS)) expect(section).toContain(colour);
    expect(section).toContain('Bond C2–C3');
    expect(section).toContain('In the molecule, cut at C2–C1.');
    expect(section).toMatch(/<li>C1–C2–C3–C4<\/li>/);
    const { head, tail } = fragmentPage();
    expect(head + section + tail).not.toMatch(/<script|src=|href=|<\?xml/);
  });

  it('says what there is to warn of', async () => {
    const settings = { engine: 'pfizer', targetTorsionSmarts: [SINGLE_BONDS] } as const;
    expect(await fragmentSectionWith(settings, RUN)({ smiles: 'CC' }, 1)).toContain(
      'no bond of the molecule',
    );
  });
});

describe('chem parameters', () => {
  it('describes every torsion across the bonds of the fragments once', async () => {
    const line = await fragmented('COc1ccc(OC)cc1');
    const { parameters, warnings } = await parametersOf(line);
    expect(warnings).toEqual([]);
    const torsions = parameters.flatMap(({ atoms_in_parent }) =>
      atoms_in_parent.map((atoms) => atoms.join()),
    );
    // At each methoxy group its carbon with either ring atom beside.
    expect(torsions.sort()).toEqual(['0,1,2,3', '0,1,2,9', '4,5,6,7', '7,6,5,8']);
  });

  it('counts atoms of the parent by map number and atoms of the fragment as they are written, from 0', async () => {
    for (const engine of ['pfizer', 'none'] as const) {
      const line = await fragmented('CCCCC(=O)NC', engine);
      const parent = moleculeFromSmiles(line.parent_smiles);
      for (const { fragment, atoms_in_fragment, atoms_in_parent } of (await parametersOf(line)).parameters) {
        const { smiles } = line.fragments[fragment]!;
        const written = [...smiles.matchAll(/\[([A-Za-z]+)[^\]:]*(?::(\d+))?\]/g)];
        const inParent = atoms_in_fragment.map((torsion) =>
          torsion.map((atom) => Number(written[atom]![2] ?? 0) - 1),
        );
        expect(inParent.every(([, b, c]) => parent.neighbours[b!]!.includes(c!))).toBe(true);
        const whole = inParent.filter((torsion) => !torsion.includes(-1));
        const key = (torsion: number[]): string =>
          (torsion[0]! < torsion[3]! ? torsion : torsion.toReversed()).join();
        const expected = new Set(atoms_in_parent.map(key));
        expect(whole.every((torsion) => expected.has(key(torsion)))).toBe(true);
      }
    }
  });

  it('starts from the values of the force field, a term for each periodicity', async () => {
    const { parameters } = await parametersOf(await fragmented('CCCC'), [1, 2, 3, 4, 5, 6]);
    const backbone = parameters.find(({ from }) => from === 't2')!;
    expect(backbone.periodicity).toEqual([1, 2, 3, 4, 5, 6]);
    expect(backbone.phase).toEqual([0, 180, 0, 180, 0, 180]);
    expect(backbone.idivf).toEqual([1, 1, 1, 1, 1, 1]);
    expect(backbone.k.slice(3)).toEqual([0, 0, 0]);
    expect(backbone.k[2]).not.toBe(0);
    expect(backbone.atoms_in_parent).toEqual([[0, 1, 2, 3]]);
    const { smirks } = backbone;
    expect(matchSmarts(moleculeFromSmiles('CCCC'), smirks)).toHaveLength(2);
  });

  it('interpolates over AM1 bond orders where the force field wants that, also of open stereo', async () => {
    const { parameters, warnings } = await parametersOf(
      await fragmented('CCC(F)Cl'),
      [3],
      [SAGE, BY_BOND_ORDER],
    );
    expect(warnings).toEqual(['the stereo of C3 is not defined']); // As `chem fragment` wrote it.
    expect(parameters.length).toBeGreaterThan(1);
    for (const { from, k } of parameters) {
      expect(from).toBe('tb');
      // 1 kcal/mol at a single bond, 11 at a double one.
      expect(k[0]).toBeGreaterThan(0);
      expect(k[0]).toBeLessThan(1.5);
      expect(k[0]).not.toBe(1);
    }
  });

  it('gives fragments that are the same their parameters once', async () => {
    const line = await fragmented('COc1ccc(OC)cc1');
    const single = await parametersOf({ ...line, fragments: line.fragments.slice(0, 1) });
    const both = await parametersOf(line);
    expect(both.parameters.map(({ smirks }) => smirks)).toEqual(
      single.parameters.map(({ smirks }) => smirks),
    );
    expect(new Set(both.parameters.map(({ fragment }) => fragment))).toEqual(new Set([0]));
  });

  it.each([
    [{ fragments: undefined }, 'fragments: it is missing'],
    [{ fragments: 'x' }, 'it is to be a list'],
    [{ fragments: [null] }, 'fragments[0].smiles: it is to be a string'],
    [{ fragments: [{ smiles: '[C', bond_indices: [1, 2] }] }, 'fragments[0].smiles: '],
    [{ fragments: [{ smiles: '[CH3:1][CH2:2]C', bond_indices: [1, 2, 3] }] }, 'fragments[0].bond_indices'],
    [{ fragments: [{ smiles: '[CH3:1][CH2:2]C', bond_indices: [1, 3] }] }, 'two bonded atoms'],
    [
      { fragments: [{ smiles: '[CH3:1][CH2:2][NH2:3]', bond_indices: [1, 2] }] },
      'map number 3 is another element',
    ],
    [
      { fragments: [{ smiles: '[CH3:1][CH2:2][CH3:2]', bond_indices: [1, 2] }] },
      'map number 2 is there twice',
    ],
    [{ fragments: [{ smiles: '[CH3:1][CH3:99]', bond_indices: [1, 99] }] }, 'map number 99'],
    [{ parent_smiles: 'CCCC' }, 'parent_smiles: each of the 14 atoms'],
  ])('refuses %j and says which field is wrong', async (change, message) => {
    const line = await fragmented('CCCC');
    await expect(parametersOf({ ...line, ...change })).rejects.toThrow(message);
  });
});
