import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  canonicalAroundBond,
  heavySmiles,
  loadRDKit,
  moleculeFromSmiles,
  type Molecule,
} from '@bespoke/molecule';
import { beforeAll, describe, expect, it } from 'vitest';
import { nextSubstituent } from './growth';
import { fragmentMolecule, type BondOrders, type FragmentationScheme } from './index';

const TARGETS = ['[!#1]~[!$(*#*)&!D1:1]-,=;!@[!$(*#*)&!D1:2]~[!#1]'];
const REFERENCE = path.resolve(__dirname, '../../../../../shared/data/parity/fragments-wbo.jsonl.gz');

type Wbo = Extract<FragmentationScheme, { scheme: 'wbo' }>;
const DEFAULTS: Wbo = {
  scheme: 'wbo',
  threshold: 0.03,
  heuristic: 'path_length',
  keepNonRotorRingSubstituents: false,
};

beforeAll(loadRDKit);

/** The one fragment around the bond between two atoms, given the orders of its bonds. */
async function around(
  smiles: string,
  bond: string,
  bondOrders: (molecule: Molecule) => BondOrders,
  settings: Partial<Wbo> = {},
) {
  const fragments = await fragmentMolecule(
    moleculeFromSmiles(smiles),
    { ...DEFAULTS, ...settings, targetTorsionSmarts: [bond] },
    { bondOrders: (molecule) => Promise.resolve(bondOrders(molecule)) },
  );
  expect(fragments).toHaveLength(1);
  return fragments[0]!;
}

const noBondOrders = (message: string): Error =>
  Object.assign(new Error(message), { code: 'no-bond-orders' });
const same = (): BondOrders => () => 1;
/** Until a fragment has so many atoms, its bonds differ from the molecule's. */
const wrongBelow = (atoms: number) => (molecule: Molecule) => () => (molecule.atoms.length < atoms ? 0.9 : 1);

describe('a fragment by bond orders', () => {
  it('is the minimal one where its bond order is that of the molecule, within the threshold', async () => {
    const butylbenzene = 'CCCCCCc1ccccc1';
    const bond = '[CH3][CH2][CH2:1][CH2:2]';
    expect(heavySmiles((await around(butylbenzene, bond, same)).molecule)).toBe('CCCCCC');
    const grown = await around(butylbenzene, bond, wrongBelow(21));
    expect(heavySmiles(grown.molecule)).toBe(heavySmiles(moleculeFromSmiles(butylbenzene)));
    const tolerant = await around(butylbenzene, bond, wrongBelow(21), { threshold: 0.2 });
    expect(heavySmiles(tolerant.molecule)).toBe('CCCCCC');
  });

  it('is the molecule where nothing less has its bond order, and where nothing less has any', async () => {
    const smiles = 'CCCCCCCCCCCC';
    const bond = '[CH3][CH2][CH2:1][CH2:2][CH2][CH2][CH2][CH2][CH2][CH2][CH2]';
    expect(heavySmiles((await around(smiles, bond, wrongBelow(38))).molecule)).toBe(smiles);
    const whole = await around(smiles, bond, (molecule) => {
      if (molecule.atoms.length < 38) throw noBondOrders('none');
      return () => 1;
    });
    expect(heavySmiles(whole.molecule)).toBe(smiles);
  });

  it('is not to be had of a molecule without bond orders', async () => {
    const none = () => {
      throw noBondOrders('no AM1 for this');
    };
    await expect(around('CCCC', '[CH2:1][CH2:2]', none)).rejects.toThrow('no AM1 for this');
  });

  it('grows by a whole ring or functional group at once', async () => {
    const smiles = 'CCCCCc1ccccc1';
    const grown = await around(smiles, '[CH3][CH2:1][CH2:2]', wrongBelow(18));
    expect(heavySmiles(grown.molecule)).toBe('CCCCCc1ccccc1');
  });

  it('grows by what is nearest to the target bond, or by what is bound most strongly', () => {
    const hexane = moleculeFromSmiles('CCCCCC');
    const firstBondIsStrong: BondOrders = (i, j) => (Math.min(i, j) === 0 ? 2 : 1);
    const next = (atoms: number[], heuristic: Wbo['heuristic']) =>
      nextSubstituent(hexane, new Set(atoms), [2, 3], heuristic, firstBondIsStrong);
    expect(next([1, 2, 3], 'path_length')).toBe(4);
    expect(next([1, 2, 3], 'wbo')).toBe(0);
    expect(next([0, 1, 2, 3, 4, 5], 'wbo')).toBeNull();
    // As near at both ends: what is bound more strongly.
    expect(next([1, 2, 3, 4], 'path_length')).toBe(0);
  });

  it('keeps what cannot turn on its rings only if it is told to', async () => {
    const smiles = 'COc1ccc(F)cc1';
    const bond = '[CH3][O:1]-[c:2]';
    expect(heavySmiles((await around(smiles, bond, same)).molecule)).toBe('COc1ccccc1');
    const kept = await around(smiles, bond, same, { keepNonRotorRingSubstituents: true });
    expect(heavySmiles(kept.molecule)).toBe('COc1ccc(F)cc1');
  });

  it('grows until it has no stereo centre that the molecule has not', async () => {
    // The carbon between two equal arms is cut so that they differ.
    const smiles = 'OC(CCCCCCCl)CCCCCCCl';
    const bond = '[CH2:1]-[CH2:2][CH2][CH2][CH2][CH2]Cl';
    const [pfizer] = await fragmentMolecule(moleculeFromSmiles(smiles), {
      scheme: 'pfizer',
      targetTorsionSmarts: [bond],
    });
    expect(pfizer!.newStereo).toEqual(['C2']);
    expect((await around(smiles, bond, same)).newStereo).toEqual([]);
  });

  it.skipIf(!existsSync(REFERENCE))(
    'is that of openff-fragmenter, given its bond orders (skipped where ../shared/data is absent)',
    async () => {
      let compared = 0;
      for (const line of gunzipSync(readFileSync(REFERENCE)).toString('utf8').trim().split('\n')) {
        const record = JSON.parse(line) as ReferenceRecord;
        const parent = moleculeFromSmiles(record.mapped_smiles);
        const bondOrders = recordedOrders(record, parent);
        const fragments = await fragmentMolecule(
          parent,
          { ...DEFAULTS, targetTorsionSmarts: TARGETS },
          { bondOrders: (molecule) => Promise.resolve(bondOrders(molecule)) },
        );
        const ours = fragments.flatMap(({ occurrences }) =>
          occurrences.map(({ parentBond, parentAtoms }) => `${parentBond.join()}: ${ascending(parentAtoms)}`),
        );
        const theirs = record.fragments.map(
          ({ input_bond: bond, input_atoms: atoms }) => `${ascending(bond)}: ${ascending(atoms)}`,
        );
        expect(ours.sort()).toEqual(theirs.sort());
        compared += theirs.length;
      }
      expect(compared).toBe(53);
    },
  );
});

interface ReferenceRecord {
  mapped_smiles: string;
  parent_map_to_input_atom: number[];
  fragments: { input_bond: [number, number]; input_atoms: (number | null)[] }[];
  wbo_calls: { mapped_smiles: string; wbo: [number, number, number][] }[];
}

function ascending(atoms: readonly (number | null)[]): string {
  return atoms
    .filter((atom) => atom !== null)
    .sort((x, y) => x - y)
    .join();
}

/** The orders of the reference's own evaluations; those of fragments are found by the fragment and its bond. */
function recordedOrders(
  { wbo_calls: calls, parent_map_to_input_atom: inInput }: ReferenceRecord,
  parent: Molecule,
): (molecule: Molecule) => BondOrders {
  const nameOf = (molecule: Molecule, i: number, j: number): string =>
    canonicalAroundBond(molecule, [i, j]).molecule.mappedSmiles;
  const ofParent = new Map(
    calls[0]!.wbo.map(([i, j, order]) => [ascending([inInput[i]!, inInput[j]!]), order]),
  );
  const ofFragments = new Map<string, number>();
  for (const { mapped_smiles, wbo } of calls) {
    const molecule = moleculeFromSmiles(mapped_smiles);
    for (const [i, j, order] of wbo) {
      const isHeavyBond =
        molecule.neighbours[i]!.includes(j) && [i, j].every((atom) => molecule.atoms[atom]!.element > 1);
      if (!isHeavyBond) continue;
      const name = nameOf(molecule, i, j);
      if (!ofFragments.has(name)) ofFragments.set(name, order);
    }
  }
  return (molecule) => (i, j) => {
    const order =
      molecule === parent ? ofParent.get(ascending([i, j])) : ofFragments.get(nameOf(molecule, i, j));
    if (order === undefined)
      throw new Error(`the reference has no order of this bond of ${heavySmiles(molecule)}`);
    return order;
  };
}
