import { loadRDKit, matchSmarts, moleculeFromSmiles, type Molecule } from '@bespoke/molecule';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { bespokeTorsions, type BespokeTorsion } from './bespoke-torsions';
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

beforeAll(loadRDKit);

describe('bespoke torsions', () => {
  it.skipIf(!existsSync(REFERENCE))(
    'are, for all fragments of the reference set, those of BespokeFit and hit the same torsions of fragment and parent (where the reference data is)',
    () => {
      let parameters = 0;
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
          const expected = reference.map(({ initial_id, fragment_hits, parent_hits }) => ({
            start: initial_id.replace('-BF', ''),
            fragment: named(fragment_hits),
            parent: named(parent_hits),
          }));
          const order = (a: { fragment: string }, b: { fragment: string }): number =>
            a.fragment < b.fragment ? -1 : 1;
          expect(described.sort(order), cmiles).toEqual(expected.sort(order));
          expect(ours.every(({ smirks }) => !smirks.includes('/'))).toBe(true);
          parameters += ours.length;
        }
      }
      expect(parameters).toBe(1128);
    },
    120_000,
  );
});
