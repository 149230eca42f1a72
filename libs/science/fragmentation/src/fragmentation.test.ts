import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { heavySmiles, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { beforeAll, describe, expect, it } from 'vitest';
import { drivenDihedral, fragmentMolecule, FUNCTIONAL_GROUPS, functionalGroups, targetBonds } from './index';

const BESPOKEFIT_TARGETS = ['[!#1]~[!$(*#*)&!D1:1]-,=;!@[!$(*#*)&!D1:2]~[!#1]'];
const SINGLE_BONDS = ['[!#1]~[!$(*#*)&!D1:1]-;!@[!$(*#*)&!D1:2]~[!#1]'];
const REFERENCE = path.resolve(__dirname, '../../../../../shared/data/parity/fragments-pfizer.jsonl.gz');

beforeAll(loadRDKit);

const pfizer = (smiles: string, targetTorsionSmarts = SINGLE_BONDS) =>
  fragmentMolecule(moleculeFromSmiles(smiles), { scheme: 'pfizer', targetTorsionSmarts });
const smilesOf = async (smiles: string) =>
  (await pfizer(smiles)).map(({ molecule }) => heavySmiles(molecule)).sort();

describe('a target bond', () => {
  it('is named by its two atoms, ascending, once for all patterns', () => {
    const butane = moleculeFromSmiles('CCCC');
    expect(targetBonds(butane, [...SINGLE_BONDS, ...BESPOKEFIT_TARGETS])).toEqual([[1, 2]]);
  });

  it.each([
    ['hydroxyl', 'CCO', [[1, 2]]],
    ['hydroxyl', 'CC(=O)O', []],
    ['carboxylic-acid', 'CC(=O)O', [[1, 3]]],
    ['thiol', 'CCS', [[1, 2]]],
    ['amine', 'CCN', [[1, 2]]],
    ['amine', 'CC[NH3+]', []],
  ])('may turn hydrogens alone: %s in %s', (name, smiles, bonds) => {
    const molecule = moleculeFromSmiles(smiles);
    expect(targetBonds(molecule, BESPOKEFIT_TARGETS)).toEqual([]);
    expect(targetBonds(molecule, [name])).toEqual(bonds);
  });

  it('is refused when the pattern tags no bond', () => {
    const butane = moleculeFromSmiles('CCCC');
    expect(() => targetBonds(butane, ['[#6]-[#6]'])).toThrow('must tag the two atoms of the bond');
    expect(() => targetBonds(butane, ['[#6:1]~[#6:2]~[#6:3]'])).toThrow('must tag the two atoms of the bond');
    expect(() => targetBonds(butane, ['[#6:1]~[#6]~[#6:2]'])).toThrow('not bonded');
  });
});

describe('a functional group', () => {
  it.each(
    Object.entries({
      hydrazine: 'CNNC',
      hydrazone: 'CNN=C',
      nitric_oxide: 'C[N+](C)(C)[O-]',
      amide: 'CC(=O)NC',
      amide_n: 'CC(N)[O-]',
      amide_2: 'CNC(=O)NC',
      aldehyde: 'CC=O',
      sulfoxide_1: 'CS(=O)C',
      sulfoxide_2: 'C[S+]([O-])C',
      sulfonyl: 'CS(=O)(=O)C',
      sulfinic_acid: 'CS(=O)O',
      sulfinamide: 'CS(=O)(=O)NC',
      sulfonic_acid: 'CS(=O)(=O)O',
      phosphine_oxide: 'CP(=O)(C)C',
      phosphonate: 'CP(=O)(O)O',
      phosphate: 'COP(=O)(O)O',
      carboxylic_acid: 'CC(=O)O',
      nitro_1: 'C[N+](=O)[O-]',
      ester: 'CC(=O)OC',
      tri_halide: 'CC(F)(F)F',
    }),
  )('%s is found', (name, smiles) => {
    const groups = functionalGroups(moleculeFromSmiles(smiles));
    const tagged = (FUNCTIONAL_GROUPS[name]!.match(/:\d/g) ?? []).length;
    expect(groups.some((group) => group.size === tagged)).toBe(true);
  });
});

describe("Pfizer's scheme", () => {
  it('keeps rings, functional groups and ortho substituents whole, and caps heteroatoms with carbon', async () => {
    expect((await smilesOf('CC(=O)NCCC1=CNc2c1cc(OC)cc2')).length).toBeGreaterThanOrEqual(4);
    expect(await smilesOf('CCCCCCCCc1ccccc1')).toContain('CCCCCC');
    expect(await smilesOf('COc1ccc(C)cc1')).toEqual(['COc1ccccc1']);
    expect(await smilesOf('COc1ccccc1Cl')).toEqual(['COc1ccccc1Cl']);
  });

  it('caps nitrogen, oxygen and sulfur that are cut with their carbons, and carbon with hydrogen', async () => {
    expect(await smilesOf('ClCCOCCCl')).toEqual(['CCOCCCl', 'COCCCl']);
    expect(await smilesOf('ClCCCCCCCCl')).toContain('CCCCCC');
  });

  it('keeps fused and spiro rings whole, with the functional groups that they are part of', async () => {
    expect(await smilesOf('CCC1CCC2(CC1)CC(=O)NC2=O')).toEqual(['CCC1CCC2(CC1)CC(=O)NC2=O']);
  });

  it('gives equivalent bonds one fragment that stands for all of them', async () => {
    const [fragment, ...others] = await pfizer('COc1ccc(OC)cc1');
    expect(others).toEqual([]);
    expect(fragment!.occurrences.map(({ parentBond }) => parentBond)).toEqual([
      [1, 2],
      [5, 6],
    ]);
  });

  it('names the same fragment of two molecules by the same string, atoms mapped to each parent', async () => {
    const [a] = await pfizer('COc1ccc(C)cc1');
    const [b] = await pfizer('Fc1ccc(OC)cc1');
    expect(a!.molecule.mappedSmiles).toBe(b!.molecule.mappedSmiles);
    expect(a!.bond).toEqual(b!.bond);
    expect(drivenDihedral(a!.molecule, a!.bond)).toEqual(drivenDihedral(b!.molecule, b!.bond));
  });

  it('drives the heaviest neighbours', async () => {
    const [fragment] = await pfizer('ClCCBr');
    const elements = drivenDihedral(fragment!.molecule, fragment!.bond).map(
      (atom) => fragment!.molecule.atoms[atom]!.element,
    );
    expect(elements.sort((x, y) => x - y)).toEqual([6, 6, 17, 35]);
  });

  it.skipIf(!existsSync(REFERENCE))(
    "cuts as openff-fragmenter does, on the reference's 100 molecules (skipped where ../shared/data is absent)",
    async () => {
      const lines = gunzipSync(readFileSync(REFERENCE)).toString('utf8').trim().split('\n');
      let compared = 0;
      const different: string[] = [];
      for (const line of lines) {
        const parent = JSON.parse(line) as {
          mapped_smiles: string;
          fragments: { input_atoms: (number | null)[]; input_bond: [number, number] }[];
        };
        const ours = new Map(
          (await pfizer(parent.mapped_smiles, BESPOKEFIT_TARGETS)).flatMap(({ occurrences }) =>
            occurrences.map(({ parentBond, parentAtoms }) => [
              parentBond.join(),
              parentAtoms.filter((atom) => atom !== null).sort((x, y) => x - y),
            ]),
          ),
        );
        const bonds = parent.fragments.map(({ input_bond: [b, c] }) => (b < c ? [b, c] : [c, b]).join());
        if ([...ours.keys()].sort().join(' ') !== [...new Set(bonds)].sort().join(' ')) {
          different.push(
            `${parent.mapped_smiles}: bonds ${[...ours.keys()].join(' ')} not ${bonds.join(' ')}`,
          );
        }
        parent.fragments.forEach(({ input_atoms: atoms }, i) => {
          compared++;
          const theirs = atoms.filter((atom) => atom !== null).sort((x, y) => x - y);
          if (ours.get(bonds[i]!)?.join() !== theirs.join()) {
            different.push(
              `${parent.mapped_smiles} ${bonds[i]}: ${ours.get(bonds[i]!)?.join()} not ${theirs.join()}`,
            );
          }
        });
      }
      console.log(`${compared} fragments compared, ${different.length} different`);
      expect(different).toEqual([]);
      expect(compared).toBeGreaterThan(200);
    },
  );
});
