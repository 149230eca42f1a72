import {
  loadRDKit,
  matchSmarts,
  moleculeFromSmiles,
  resonanceClasses,
  type Molecule,
} from '@bespoke/molecule';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { bespokeTorsions, type BespokeTorsion, type BespokeTorsionsRequest } from './bespoke-torsions';
import { builtInForceField } from './built-in-force-fields';
import { parseOffxml } from './offxml';
import { ascending } from './valence-terms';

const REFERENCE = join(__dirname, '../../../../../shared/data/parity/bespoke-smirks.jsonl.gz');
const SAGE = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
const PERIODICITIES = [1, 2, 3, 4];

interface ReferenceRecord {
  mapped_smiles: string;
  parent_map_to_input_atom: number[];
  fragments: {
    cmiles: string;
    bond_indices: [number, number];
    parameters: { initial_id: string; fragment_hits: number[][]; parent_hits: number[][] }[];
  }[];
}

/** Torsions as one text, each named once. */
function named(torsions: readonly number[][]): string {
  return [...new Set(torsions.map((torsion) => ascending(torsion).join('-')))].sort().join(' ');
}

function hits(
  molecule: Molecule,
  { smirks }: BespokeTorsion,
  numbering: (atom: number) => number = (atom) => atom,
): string {
  return named(matchSmarts(molecule, smirks).map((torsion) => torsion.map(numbering)));
}

/** A fragment written with the map numbers of its parent; the atoms without one are caps. */
function fragmentOf(
  smiles: string,
  mapNumbers: [number, number],
): {
  fragment: Molecule;
  bond: [number, number];
  occurrences: { parentAtoms: (number | null)[] }[];
} {
  const fragment = moleculeFromSmiles(smiles);
  const atomOf = (mapNumber: number): number =>
    fragment.atoms.findIndex((atom) => atom.mapNumber === mapNumber);
  const parentAtoms = fragment.atoms.map(({ mapNumber }) => (mapNumber === 0 ? null : mapNumber - 1));
  return { fragment, bond: [atomOf(mapNumbers[0]), atomOf(mapNumbers[1])], occurrences: [{ parentAtoms }] };
}

function wholeMolecule(
  mappedSmiles: string,
): Pick<BespokeTorsionsRequest, 'fragment' | 'parent' | 'occurrences'> {
  const molecule = moleculeFromSmiles(mappedSmiles);
  return { fragment: molecule, parent: molecule, occurrences: [{ parentAtoms: [...molecule.atoms.keys()] }] };
}

/** The SMILES with its first charged and its first doubly bonded oxygen drawn the other way round. */
function otherDrawing(smiles: string): string {
  return smiles
    .replace(/\(?=O\)?(.*?)\[O-\]/, (_, between: string) => `([O-])${between}=O`)
    .replace('()', '');
}

/** The reference's parameters, those that differ by the Lewis structure alone taken as one. */
function mergedByResonance<P extends { fragment: number[][]; parent: number[][] }>(
  parameters: readonly P[],
  fragment: Molecule,
  numbering: (atom: number) => number,
): P[] {
  const classes = resonanceClasses(fragment);
  const classOf = new Map(classes.map((own, atom) => [numbering(atom), own]));
  const merged = new Map<string, P>();
  for (const parameter of parameters) {
    const tuple = (parameter.fragment[0] ?? []).map((atom) => classOf.get(atom) ?? -1);
    const key = [tuple.join(), tuple.toReversed().join()].sort()[0]!;
    const known = merged.get(key);
    merged.set(key, {
      ...parameter,
      fragment: [...(known?.fragment ?? []), ...parameter.fragment],
      parent: [...(known?.parent ?? []), ...parameter.parent],
    });
  }
  return [...merged.values()];
}

beforeAll(loadRDKit);

describe('bespoke torsions', () => {
  it.skipIf(!existsSync(REFERENCE))(
    'are, for all fragments of the reference set, those of BespokeFit but for resonance, and hit the same torsions of fragment and parent (where the reference data is)',
    () => {
      let parameters = 0;
      let withoutResonance = 0;
      for (const line of gunzipSync(readFileSync(REFERENCE)).toString().trim().split('\n')) {
        const record = JSON.parse(line) as ReferenceRecord;
        const parent = moleculeFromSmiles(record.mapped_smiles);
        const inParent = (mapNumber: number): number => record.parent_map_to_input_atom[mapNumber - 1] ?? -1;
        for (const { cmiles, bond_indices, parameters: reference } of record.fragments) {
          const { fragment, bond } = fragmentOf(cmiles, bond_indices);
          const parentAtoms = fragment.atoms.map(({ mapNumber }) =>
            mapNumber === 0 ? null : inParent(mapNumber),
          );
          const ours = bespokeTorsions({
            fragment,
            bond,
            parent,
            occurrences: [{ parentAtoms }],
            forceField: SAGE,
            periodicities: PERIODICITIES,
          });
          const described = ours.map((parameter) => ({
            start: parameter.startingFrom,
            fragment: hits(fragment, parameter, (atom) => parentAtoms[atom] ?? -1),
            parent: hits(parent, parameter),
          }));
          const asReferred = reference.map(({ initial_id, fragment_hits, parent_hits }) => ({
            start: initial_id.replace('-BF', ''),
            fragment: fragment_hits,
            parent: parent_hits,
          }));
          const merged = mergedByResonance(asReferred, fragment, (atom) => parentAtoms[atom] ?? -1);
          const expected = merged.map((parameter) => ({
            start: parameter.start,
            fragment: named(parameter.fragment),
            parent: named(parameter.parent),
          }));
          const order = (a: { fragment: string }, b: { fragment: string }): number =>
            a.fragment < b.fragment ? -1 : 1;
          expect(described.sort(order), cmiles).toEqual(expected.sort(order));
          expect(ours.every(({ smirks }) => !smirks.includes('/'))).toBe(true);
          parameters += reference.length;
          withoutResonance += merged.length === reference.length ? ours.length : 0;
        }
      }
      expect(parameters).toBe(1128);
      expect(withoutResonance).toBeGreaterThan(900);
    },
    120_000,
  );

  it.each([
    ['CC[N+](=O)[O-]', [1, 2], 2],
    ['CCC(=O)[O-]', [1, 2], 2],
    ['COP(=O)([O-])[O-]', [1, 2], 1],
    ['c1ccccc1C(=O)[O-]', [5, 6], 1],
  ] as const)(
    'are the same whichever Lewis structure of %s is drawn, across %j: %i',
    (smiles, bond, count) => {
      const parameters = bespokeTorsions({
        ...wholeMolecule(smiles),
        bond,
        forceField: SAGE,
        periodicities: PERIODICITIES,
      });
      expect(parameters).toHaveLength(count);
      const drawnOtherwise = moleculeFromSmiles(otherDrawing(smiles));
      for (const parameter of parameters)
        expect(hits(drawnOtherwise, parameter)).toBe(hits(moleculeFromSmiles(smiles), parameter));
    },
  );

  it('go by the Lewis structure where the base force field does, and change no energy before a fit', () => {
    const byDrawing = parseOffxml(
      builtInForceField('openff_unconstrained-2.2.1.offxml').replace(
        '</ProperTorsions>',
        '<Proper smirks="[*:1]~[#6:2]-[#6:3]=[#8:4]" id="neutral" periodicity1="2" phase1="180.0 * degree" k1="3 * kilocalorie / mole" idivf1="1.0" />' +
          '<Proper smirks="[*:1]~[#6:2]-[#6:3]-[#8-1:4]" id="charged" periodicity1="2" phase1="0.0 * degree" k1="1 * kilocalorie / mole" idivf1="1.0" />' +
          '</ProperTorsions>',
      ),
    );
    const parameters = bespokeTorsions({
      ...wholeMolecule('c1ccccc1C(=O)[O-]'),
      bond: [5, 6],
      forceField: byDrawing,
      periodicities: [1, 2],
    });
    const starts = parameters.map(({ startingFrom, terms }) => [
      startingFrom,
      ...terms.map(({ kKcalPerMol }) => kKcalPerMol),
    ]);
    expect(starts.sort()).toEqual([
      ['charged', 0, -1],
      ['neutral', 0, 3],
    ]);
  });

  it('of one bond leave alone a bond that is drawn as another one, where the base force field tells them apart', () => {
    const amidinium = wholeMolecule('CCNC(C)=[NH+]CC');
    const across = (bond: [number, number]): string[] =>
      bespokeTorsions({ ...amidinium, bond, forceField: SAGE, periodicities: PERIODICITIES }).map(
        (parameter) => hits(amidinium.fragment, parameter),
      );
    const [single, double] = [across([2, 3]).join(' '), across([3, 5]).join(' ')];
    expect(single.split(' ').every((torsion) => /-2-3-|-3-2-/.test(torsion))).toBe(true);
    expect(double.split(' ').every((torsion) => /-5-3-|-3-5-/.test(torsion))).toBe(true);
  });

  it('are one for each group of torsions that symmetry makes equal', () => {
    const butane = wholeMolecule(
      '[C:1]([C:2]([C:3]([C:4]([H:12])([H:13])[H:14])([H:10])[H:11])([H:8])[H:9])([H:5])([H:6])[H:7]',
    );
    const parameters = bespokeTorsions({
      ...butane,
      bond: [1, 2],
      forceField: SAGE,
      periodicities: PERIODICITIES,
    });
    expect(parameters.map((parameter) => hits(butane.fragment, parameter)).sort()).toEqual([
      '0-1-2-10 0-1-2-9 3-2-1-7 3-2-1-8',
      '0-1-2-3',
      '7-1-2-10 7-1-2-9 8-1-2-10 8-1-2-9',
    ]);
    expect(parameters.map(({ startingFrom }) => startingFrom).sort()).toEqual(['t2', 't3', 't4']);
    expect(
      parameters.every(({ terms }) => terms.map(({ periodicity }) => periodicity).join() === '1,2,3,4'),
    ).toBe(true);
  });

  it('fit the parent where the fragment was cut from it, and nothing that looks alike further off', () => {
    // Pentane cut from nitropentane: the fragment is symmetric, the parent is not, and its chain is a carbon longer.
    const parent = moleculeFromSmiles('CCCCC[N+](=O)[O-]');
    const fragment = moleculeFromSmiles('CCCCC');
    const parentAtoms = fragment.atoms.map((_, atom) => (atom < 5 ? atom : null));
    const hydrogens = (molecule: Molecule, atom: number): number[] =>
      (molecule.neighbours[atom] ?? []).filter((neighbour) => molecule.atoms[neighbour]?.element === 1);
    for (const atom of [0, 1, 2, 3, 4]) {
      hydrogens(parent, atom).forEach(
        (hydrogen, index) => (parentAtoms[hydrogens(fragment, atom)[index] ?? -1] = hydrogen),
      );
    }
    const parameters = bespokeTorsions({
      fragment,
      bond: [1, 2],
      parent,
      occurrences: [{ parentAtoms }],
      forceField: SAGE,
      periodicities: PERIODICITIES,
    });
    const backbone = parameters
      .map((parameter) => hits(parent, parameter))
      .filter((hit) => /(^| )0-/.test(hit));
    const [h3, h4] = hydrogens(parent, 2);
    expect(backbone.sort()).toEqual(['0-1-2-3', `0-1-2-${h3} 0-1-2-${h4}`].sort());
    const hitTwice = parameters.flatMap((parameter) => hits(parent, parameter).split(' '));
    expect(new Set(hitTwice).size).toBe(9);
    expect(hitTwice).toHaveLength(9);
  });

  it('are anchored where tolerance at a cut makes two arms of the parent alike', () => {
    // Around the bond from the nitrogen to the but-2-ynyl arm, which is cut behind its triple bond.
    const parent = moleculeFromSmiles(
      '[H:10][C:1]#[C:2][C:3]([H:11])([H:12])[N+:4]([H:13])([C:5]([H:14])([H:15])[C:6]#[C:7][C:8]([H:16])([H:17])[H:18])[C:9]([H:19])([H:20])[C:21]([H:22])([O:23][H:24])[C:25]([H:26])([H:27])[H:28]',
    );
    const { fragment, bond, occurrences } = fragmentOf(
      '[H][C:7]#[C:6][C:5]([H:14])([H:15])[N+:4]([H:13])([C:3]([H:11])([H:12])[C:2]([H])([H])[H])[C:9]([H:19])([H:20])[C:21]([H:22])([H])[H]',
      [5, 4],
    );
    const parameters = bespokeTorsions({
      fragment,
      bond,
      parent,
      occurrences,
      forceField: SAGE,
      periodicities: PERIODICITIES,
    });
    const acrossTheBond = parameters
      .map((parameter) => hits(parent, parameter))
      .join(' ')
      .split(' ');
    expect(acrossTheBond).toHaveLength(9);
    expect(acrossTheBond.every((torsion) => /^\d+-(3-4|4-3)-\d+$/.test(torsion))).toBe(true);
    expect(parameters.some(({ smirks }) => smirks.includes('$('))).toBe(true);
  });

  it('hit every place in the parent that shares the fragment', () => {
    // Methoxyethane, twice in dimethoxyethane.
    const parent = moleculeFromSmiles(
      '[C:1]([O:2][C:3]([C:4]([O:5][C:6]([H:14])([H:15])[H:16])([H:12])[H:13])([H:10])[H:11])([H:7])([H:8])[H:9]',
    );
    const fragment = moleculeFromSmiles(
      '[C:1]([O:2][C:3]([C:4]([H:5])([H:11])[H:12])([H:9])[H:10])([H:6])([H:7])[H:8]',
    );
    const parameters = bespokeTorsions({
      fragment,
      bond: [1, 2],
      parent,
      occurrences: [
        { parentAtoms: [0, 1, 2, 3, null, 6, 7, 8, 9, 10, 11, 12] },
        { parentAtoms: [5, 4, 3, 2, null, 13, 14, 15, 11, 12, 9, 10] },
      ],
      forceField: SAGE,
      periodicities: PERIODICITIES,
    });
    expect(parameters.map((parameter) => hits(parent, parameter)).sort()).toEqual([
      '0-1-2-10 0-1-2-9 5-4-3-11 5-4-3-12',
      '0-1-2-3 2-3-4-5',
    ]);
  });

  it('have patterns that do not depend on how the parent is numbered', () => {
    const smiles = [
      '[C:1]([O:2][C:3]([C:4]([F:5])([H:11])[H:12])([H:9])[H:10])([H:6])([H:7])[H:8]',
      '[C:4]([O:3][C:2]([C:1]([F:12])([H:11])[H:5])([H:9])[H:10])([H:6])([H:7])[H:8]',
    ];
    const fragment = moleculeFromSmiles(
      '[C:1]([O:2][C:3]([C:4]([H:5])([H:11])[H:12])([H:9])[H:10])([H:6])([H:7])[H:8]',
    );
    const orders = [
      [0, 1, 2, 3, null, 5, 6, 7, 8, 9, 10, 11],
      [3, 2, 1, 0, null, 5, 6, 7, 8, 9, 10, 4],
    ];
    const [first, second] = smiles.map((parent, index) =>
      bespokeTorsions({
        fragment,
        bond: [1, 2],
        parent: moleculeFromSmiles(parent),
        occurrences: [{ parentAtoms: orders[index] ?? [] }],
        forceField: SAGE,
        periodicities: PERIODICITIES,
      }),
    );
    expect(first).toEqual(second);
    expect(first?.[0]?.smirks).toContain('#6X4H2x0+0A,#6X4H3x0+0A');
  });

  it('are refused, naming the bond, where the base force field has no parameter to start from', () => {
    const empty = parseOffxml(
      '<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL"><ProperTorsions/></SMIRNOFF>',
    );
    const ethane = wholeMolecule('[C:1]([C:2]([H:6])([H:7])[H:8])([H:3])([H:4])[H:5]');
    expect(() =>
      bespokeTorsions({ ...ethane, bond: [0, 1], forceField: empty, periodicities: PERIODICITIES }),
    ).toThrowError(/no parameter for a torsion across the bond 0-1/);
  });

  it('are refused, naming the bond, where the fragment is no part of the parent', () => {
    const { fragment } = wholeMolecule('[C:1]([C:2]([H:6])([H:7])[H:8])([H:3])([H:4])[H:5]');
    expect(() =>
      bespokeTorsions({
        fragment,
        bond: [0, 1],
        parent: moleculeFromSmiles('[C:1]([O:9][C:2]([H:6])([H:7])[H:8])([H:3])([H:4])[H:5]'),
        occurrences: [{ parentAtoms: [0, 1, 2, 3, 4, 5, 6, 7] }],
        forceField: SAGE,
        periodicities: PERIODICITIES,
      }),
    ).toThrowError(
      expect.objectContaining({ code: 'bespoke-pattern-misses', message: expect.stringContaining('0-1') }),
    );
  });
});
