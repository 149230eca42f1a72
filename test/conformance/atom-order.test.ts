import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '@bespoke/child-process';
import { createSystem, energy } from '@bespoke/mechanics';
import { generateConformers, loadRDKit, moleculeFromSmiles, rings, type Molecule } from '@bespoke/molecule';
import {
  am1bccCharges,
  bondChargeCorrections,
  ChargeError,
  naglCharges,
  naglUnsupported,
} from '@bespoke/partial-charges';
import { assignParameters, builtInForceField, labelMolecule, parseOffxml } from '@bespoke/smirnoff';
import { randomSmiles } from './random-molecules';
import { FORCE_FIELDS } from './reference-programs';

// test/nightly/differential.sh runs this with many more molecules.
const SEED = Number(process.env.CONFORMANCE_SEED ?? 4);
const MOLECULES = Number(process.env.CONFORMANCE_REORDERED ?? 40);
const WITH_MOPAC = Number(process.env.CONFORMANCE_MOPAC ?? 2);

const forceFields = FORCE_FIELDS.map((name) => parseOffxml(builtInForceField(name)));
const hasMopac = findProgram('mopac') !== null;
let scratchDirectory: string;

beforeAll(async () => {
  scratchDirectory = mkdtempSync(path.join(tmpdir(), 'bespoke-order-'));
  await loadRDKit();
});
afterAll(() => rmSync(scratchDirectory, { recursive: true }));

/** A molecule and itself with its atoms in another order: atom i of the first is atom `place[i]` of the second. */
interface Reordered {
  molecule: Molecule;
  other: Molecule;
  place: number[];
}

const reordered = (smiles: fc.Arbitrary<string>): fc.Arbitrary<Reordered> =>
  smiles
    .chain((one) => {
      const molecule = moleculeFromSmiles(one);
      const atoms = molecule.atoms.map((_, atom) => atom);
      return fc.shuffledSubarray(atoms, { minLength: atoms.length }).map((place) => ({
        molecule,
        other: moleculeFromSmiles(
          molecule.mappedSmiles.replace(/:(\d+)\]/g, (_, map: string) => `:${place[Number(map) - 1]! + 1}]`),
        ),
        place,
      }));
    })
    .filter(hasOneKekuleStructure);

/**
 * Whether both have the same double bonds where MDL sees no aromatic ring. Of a phosphinine, say, RDKit takes one of
 * two structures, by the order of the atoms, and the toolkit's labels go with it; ours are those of the toolkit, for
 * any order: differential.test.ts.
 */
function hasOneKekuleStructure({ molecule, other, place }: Reordered): boolean {
  const orders = new Map(other.bonds.map(({ begin, end, order }) => [`${begin}-${end}`, order]));
  return molecule.bonds.every(({ begin, end, order, aromatic }) => {
    const [low, high] = [place[begin]!, place[end]!].sort((a, b) => a - b);
    return aromatic || orders.get(`${low}-${high}`) === order;
  });
}

const check = (property: fc.IAsyncProperty<unknown> | fc.IProperty<unknown>, numRuns = MOLECULES) =>
  fc.assert(property as fc.IAsyncProperty<unknown>, { seed: SEED, numRuns });

describe(`the order of the atoms changes nothing (${MOLECULES} generated molecules, seed ${SEED})`, () => {
  it('of the aromaticity, the rings and the stereo', () =>
    check(
      fc.property(reordered(randomSmiles()), ({ molecule, other, place }) => {
        const bondsByName = ({ bonds }: Molecule, named: (atom: number) => number): string[] =>
          bonds
            .map(({ begin, end, ...bond }) => {
              const atoms = [named(begin), named(end)].sort((a, b) => a - b);
              return `${atoms.join('-')} ${JSON.stringify([bond.aromatic, bond.inRing, bond.stereo])}`;
            })
            .sort();
        const seen = ({ element, aromatic, inRing, stereo }: Molecule['atoms'][number]): unknown[] => [
          element,
          aromatic,
          inRing,
          stereo,
        ];
        expect(place.map((to) => seen(other.atoms[to]!))).toEqual(molecule.atoms.map(seen));
        expect(bondsByName(other, (atom) => atom)).toEqual(bondsByName(molecule, (atom) => place[atom]!));
      }),
    ));

  it('of the labels of any section, with any shipped force field', () =>
    check(
      fc.property(reordered(randomSmiles()), ({ molecule, other, place }) => {
        for (const forceField of forceFields) {
          const expected = labelNames(labelMolecule(forceField, molecule), (atom) => place[atom]!);
          expect(labelNames(labelMolecule(forceField, other), (atom) => atom)).toEqual(expected);
        }
      }),
    ));

  it('of energies and gradients', () =>
    check(
      fc.property(
        reordered(randomSmiles()),
        fc.integer({ min: 1, max: 2 ** 30 }),
        ({ molecule, other, place }, seed) => {
          const forceField = forceFields.at(-1)!;
          const assignment = assignParameters(forceField, molecule);
          fc.pre(assignment.missing.length === 0);
          const [geometry, charges] = spread(molecule.atoms.length, seed);
          const inOtherOrder = (values: Float64Array, each: number): Float64Array => {
            const moved = new Float64Array(values.length);
            place.forEach((to, from) =>
              moved.set(values.subarray(each * from, each * (from + 1)), each * to),
            );
            return moved;
          };
          const gradient = new Float64Array(geometry.length);
          const otherGradient = new Float64Array(geometry.length);
          const one = energy(createSystem(molecule, assignment, charges), geometry, gradient);
          const same = energy(
            createSystem(other, assignParameters(forceField, other), inOtherOrder(charges, 1)),
            inOtherOrder(geometry, 3),
            otherGradient,
          );
          expect(Math.abs(same - one)).toBeLessThan(1e-9 * Math.max(1, Math.abs(one)));
          const largest = Math.max(1, ...gradient.map(Math.abs));
          inOtherOrder(gradient, 3).forEach((component, c) =>
            expect(Math.abs(otherGradient[c]! - component)).toBeLessThan(1e-9 * largest),
          );
        },
      ),
    ));

  it('of the bond charge corrections of AM1-BCC', () =>
    check(
      fc.property(reordered(randomSmiles()), ({ molecule, other, place }) => {
        const expected = orUnsupported(() => bondChargeCorrections(molecule));
        const found = orUnsupported(() => bondChargeCorrections(other));
        fc.pre(expected !== null || found !== null);
        expectSameCharges(found, expected, place, 1e-12);
      }),
    ));

  it('of the NAGL charges', () =>
    check(
      fc.property(reordered(randomSmiles(4)), ({ molecule, other, place }) => {
        expect(naglUnsupported(other) === null).toBe(naglUnsupported(molecule) === null);
        fc.pre(naglUnsupported(molecule) === null);
        // Of some cages a smallest set of rings leaves one of several equal ones out, as openff-nagl does.
        fc.pre(rings(molecule).length === molecule.bonds.length - molecule.atoms.length + 1);
        expectSameCharges(naglCharges(other), naglCharges(molecule), place, 1e-6);
      }),
    ));

  it.skipIf(!hasMopac)(
    'of the AM1-BCC charges at one geometry (skipped without MOPAC)',
    () =>
      check(
        fc.asyncProperty(reordered(randomSmiles(2)), async ({ molecule, other, place }) => {
          fc.pre(molecule.atoms.length < 30 && orUnsupported(() => bondChargeCorrections(molecule)) !== null);
          const [geometry] = generateConformers(molecule, {
            maxConformers: 1,
            seed: 1,
            allowUndefinedStereo: true,
          });
          const moved = new Float64Array(geometry!.length);
          place.forEach((to, from) => moved.set(geometry!.subarray(3 * from, 3 * from + 3), 3 * to));
          const run = { cores: 1, memoryBytes: 2 ** 30, scratchDirectory };
          const expected = await am1bccCharges(molecule, geometry!, run);
          expectSameCharges(await am1bccCharges(other, moved, run), expected, place, 2e-3);
        }),
        WITH_MOPAC,
      ),
    600_000,
  );
});

/** Labels as sorted text; atoms named as in the other molecule, each tuple read from its lower end where it has no direction. */
function labelNames(
  { missing, ...sections }: ReturnType<typeof labelMolecule>,
  named: (atom: number) => number,
): Record<string, string[]> {
  const turned = (section: string, atoms: number[]): number[] => {
    if (section === 'LibraryCharges' || section === 'ChargeIncrementModel') return atoms;
    if (section === 'ImproperTorsions') {
      const [first, centre, ...others] = atoms as [number, number, number, number];
      return [centre, ...[first, ...others].sort((a, b) => a - b)];
    }
    return atoms[0]! <= atoms.at(-1)! ? atoms : atoms.toReversed();
  };
  const all = Object.entries({ ...sections, ...prefixed(missing) }).map(([section, labels]) => [
    section,
    labels
      .map((label) => {
        const atoms = label.filter((part) => typeof part === 'number').map(named);
        return [...turned(section, atoms), ...label.filter((part) => typeof part === 'string')].join(' ');
      })
      .sort(),
  ]);
  return Object.fromEntries(all) as Record<string, string[]>;
}

function prefixed<T>(sections: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(sections).map(([name, value]) => [`missing ${name}`, value]));
}

/** Atoms on a grid, a little off it, so that none is near another; and charges. */
function spread(atoms: number, seed: number): [geometry: Float64Array, charges: Float64Array] {
  let state = seed;
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const edge = Math.ceil(Math.cbrt(atoms));
  const geometry = Float64Array.from({ length: 3 * atoms }, (_, c) => {
    const place = Math.floor(Math.floor(c / 3) / edge ** (c % 3)) % edge;
    return 1.7 * place + 0.5 * random();
  });
  return [geometry, Float64Array.from({ length: atoms }, () => random() - 0.5)];
}

function orUnsupported(charges: () => number[]): number[] | null {
  try {
    return charges();
  } catch (error) {
    if (error instanceof ChargeError) return null;
    throw error;
  }
}

function expectSameCharges(
  found: number[] | null,
  expected: number[] | null,
  place: number[],
  withinE: number,
): void {
  if (found === null || expected === null) return expect(found).toEqual(expected);
  place.forEach((to, from) => expect(Math.abs(found[to]! - expected[from]!)).toBeLessThan(withinE));
}
