import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  canonicalAroundBond,
  dihedralDegrees,
  elementSymbol,
  extractFragment,
  generateConformers,
  heavySmiles,
  loadRDKit,
  moleculeFromSmiles,
  type Molecule,
} from './index';

const data = resolve(__dirname, '../../../../../shared/data');

function records<T>(file: string): T[] {
  const lines = gunzipSync(readFileSync(resolve(data, file)))
    .toString()
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as T);
}

interface AromaticityRecord {
  source: string;
  mapped_smiles: string;
  aromatic_atoms: number[];
  aromatic_bonds: [number, number][];
  bonds: [number, number, number][];
  formal_charges: number[];
  stereo_atoms: Record<string, string>;
  stereo_bonds: [number, number, string][];
}

interface FragmentRecord {
  mapped_smiles: string;
  fragments: { input_atoms: number[]; input_bond: [number, number]; smiles: string }[];
}

interface DriveRecord {
  id: string;
  mapped_smiles: string;
  symbols: string[];
  dihedrals: [number, number, number, number][];
  grid: (number | number[])[];
  geometries_angstrom: number[][];
}

/** A sulfoxide whose label in the OpenFF toolkit contradicts the SMILES string beside it. */
const LABEL_CONTRADICTS_SMILES = 'OpenFF_Gen_2_Torsion_Set_1_Roche_2_126_C7ClH7OS';

beforeAll(loadRDKit);

describe.skipIf(!existsSync(data))('on the reference data (skipped where ../shared/data is absent)', () => {
  it(
    'has the MDL aromaticity, bonds, charges and CIP labels of the OpenFF toolkit for all molecules',
    { timeout: 60_000 },
    () => {
      const all = records<AromaticityRecord>('parity/aromaticity.jsonl.gz');
      expect(all).toHaveLength(249);
      for (const record of all) {
        const molecule = moleculeFromSmiles(record.mapped_smiles);
        const byAtoms = (
          a: readonly [number, number, ...unknown[]],
          b: readonly [number, number, ...unknown[]],
        ) => a[0] - b[0] || a[1] - b[1];
        const labelled = molecule.atoms.flatMap(({ stereo }, i) =>
          stereo === 'R' || stereo === 'S' ? [[String(i), stereo]] : [],
        );
        expect
          .soft(
            {
              aromaticAtoms: molecule.atoms.flatMap(({ aromatic }, i) => (aromatic ? [i] : [])),
              aromaticBonds: molecule.bonds.flatMap(({ aromatic, begin, end }) =>
                aromatic ? [[begin, end]] : [],
              ),
              bonded: molecule.bonds.map(({ begin, end }) => [begin, end]),
              formalCharges: molecule.atoms.map((atom) => atom.formalCharge),
              stereoAtoms:
                record.source === LABEL_CONTRADICTS_SMILES
                  ? record.stereo_atoms
                  : Object.fromEntries(labelled),
              stereoBonds: molecule.bonds.flatMap(({ stereo, begin, end }) =>
                stereo === 'E' || stereo === 'Z' ? [[begin, end, stereo]] : [],
              ),
            },
            record.source,
          )
          .toEqual({
            aromaticAtoms: record.aromatic_atoms.toSorted((a, b) => a - b),
            aromaticBonds: record.aromatic_bonds.toSorted(byAtoms),
            bonded: record.bonds.toSorted(byAtoms).map(([begin, end]) => [begin, end]),
            formalCharges: record.formal_charges,
            stereoAtoms: record.stereo_atoms,
            stereoBonds: record.stereo_bonds,
          });
      }
    },
  );

  it('reads back its own mapped SMILES unchanged', { timeout: 60_000 }, () => {
    for (const { mapped_smiles } of records<AromaticityRecord>('parity/aromaticity.jsonl.gz')) {
      const { mappedSmiles } = moleculeFromSmiles(mapped_smiles);
      expect(moleculeFromSmiles(mappedSmiles).mappedSmiles).toBe(mappedSmiles);
    }
  });

  it("measures the drives' dihedrals at their grid points, in the mapped order of the atoms", () => {
    for (const drive of records<DriveRecord>('torsion-drives/torsion-drives-dev.jsonl.gz')) {
      const molecule = moleculeFromSmiles(drive.mapped_smiles);
      expect(molecule.atoms.map((atom) => elementSymbol(atom.element))).toEqual(drive.symbols);
      const [dihedral] = drive.dihedrals;
      drive.grid.forEach((point, i) => {
        const angle = dihedralDegrees(drive.geometries_angstrom[i]!, dihedral!);
        const off = ((((angle - Number(point)) % 360) + 540) % 360) - 180;
        expect(Math.abs(off), `${drive.id} at ${Number(point)}`).toBeLessThan(0.6);
      });
    }
  });

  it(
    "cuts out the same fragments as OpenFF's fragmenter, and the same one from any numbering of the parent",
    { timeout: 60_000 },
    () => {
      for (const parent of records<FragmentRecord>('parity/fragments-pfizer.jsonl.gz')) {
        const molecule = moleculeFromSmiles(parent.mapped_smiles);
        const [reversed, newIndex] = renumbered(molecule, (i) => molecule.atoms.length - 1 - i);
        for (const { input_atoms, input_bond, smiles } of parent.fragments) {
          const fragment = extractFragment(molecule, new Set(input_atoms));
          expect(heavySmiles(fragment.molecule)).toBe(heavySmiles(moleculeFromSmiles(smiles)));
          const other = extractFragment(reversed, new Set(input_atoms.map(newIndex)));
          const around = input_bond.map((atom) => fragment.parentAtoms.indexOf(atom)) as [number, number];
          const otherAround = input_bond.map((atom) => other.parentAtoms.indexOf(newIndex(atom))) as [
            number,
            number,
          ];
          expect(canonicalAroundBond(other.molecule, otherAround).molecule.mappedSmiles).toBe(
            canonicalAroundBond(fragment.molecule, around).molecule.mappedSmiles,
          );
        }
      }
    },
  );

  it(
    'numbers 100 molecules around their bonds alike, however the input is shuffled',
    { timeout: 60_000 },
    () => {
      const lines = readFileSync(resolve(data, 'molecules/smiles-dev.smi'), 'utf8').trim().split('\n');
      expect(lines).toHaveLength(100);
      const random = pseudoRandom(7);
      for (const line of lines) {
        const molecule = moleculeFromSmiles(line.split(/\s/)[0]!);
        const bonds = molecule.bonds.filter(({ begin, end }) =>
          [begin, end].every((atom) => molecule.neighbours[atom]!.length > 1),
        );
        const { begin, end } = bonds[Math.floor(random() * bonds.length)]!;
        const expected = canonicalAroundBond(molecule, [begin, end]).molecule.mappedSmiles;
        for (let shuffle = 0; shuffle < 5; shuffle++) {
          const places = shuffled(molecule.atoms.length, random);
          const [other, newIndex] = renumbered(molecule, (i) => places[i]!);
          const bond: [number, number] =
            shuffle % 2 ? [newIndex(begin), newIndex(end)] : [newIndex(end), newIndex(begin)];
          expect(canonicalAroundBond(other, bond).molecule.mappedSmiles).toBe(expected);
        }
      }
    },
  );

  it('embeds drive molecules and their mirror images', { timeout: 120_000 }, () => {
    const chiral = records<AromaticityRecord>('parity/aromaticity.jsonl.gz')
      .map((record) => record.mapped_smiles)
      .filter((smiles) => smiles.includes('@'))
      .slice(0, 3);
    expect(chiral).toHaveLength(3);
    for (const smiles of chiral)
      for (const isomer of [smiles, smiles.replace(/@+/g, (sign) => (sign === '@' ? '@@' : '@'))]) {
        const molecule = moleculeFromSmiles(isomer);
        const [geometry] = generateConformers(molecule, { maxConformers: 1, seed: 1 });
        expect(geometry).toHaveLength(3 * molecule.atoms.length);
      }
  });
});

/** The molecule read again with other map numbers, and where its atoms have gone. */
function renumbered(
  molecule: Molecule,
  newIndex: (index: number) => number,
): [Molecule, (index: number) => number] {
  const smiles = molecule.mappedSmiles.replace(/:(\d+)\]/g, (_, map) => `:${newIndex(Number(map) - 1) + 1}]`);
  return [moleculeFromSmiles(smiles), newIndex];
}

function shuffled(count: number, random: () => number): number[] {
  const places = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [places[i], places[j]] = [places[j]!, places[i]!];
  }
  return places;
}

function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
