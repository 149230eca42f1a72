import type { Fragment } from '@bespoke/fragmentation';
import {
  canonicalAroundBond,
  generateConformers,
  MoleculeError,
  SmartsError,
  type Molecule,
} from '@bespoke/molecule';
import { am1BondOrders, EngineError, type EngineRun } from '@bespoke/qc-engines';
import {
  bespokeTorsions,
  bondsThatNeedOrders,
  SmirnoffError,
  torsionsHit,
  type BespokeTorsion,
  type ForceField,
  type WibergBondOrders,
} from '@bespoke/smirnoff';
import { readForceFields } from './force-field';
import { moleculeOf, moleculeOfSmiles } from './mapped-molecule';
import { FieldError, fieldOf, missingField, type InputRecord } from './record';

export interface ParametersSettings {
  /** OFFXML of each. */
  forceFields: readonly string[];
  /** Each parameter gets a term for each of these. */
  periodicities: readonly number[];
}

/** A fragment, and the first of the line's fragments that is this one. */
interface GivenFragment extends Omit<Fragment, 'newStereo'> {
  place: number;
  /** For each atom its place among the atoms of the SMILES of that one, from 0. */
  written: readonly number[];
}

/** What concerns one fragment, and leaves the others alone. */
const REFUSALS = [SmirnoffError, SmartsError, MoleculeError, EngineError];

/** `chem parameters`: the bespoke torsion parameters of fragments, with the values that they start from. */
export function parametersWith(
  { forceFields, periodicities }: ParametersSettings,
  run: EngineRun,
): (record: InputRecord) => Promise<object> {
  const forceField = readForceFields(forceFields);
  return async (record) => {
    const parent = moleculeOf(record, 'parent_smiles');
    const warnings = warningsOf(record);
    const parameters: ReturnType<typeof described>[] = [];
    for (const given of givenFragments(record, parent)) {
      const { molecule: fragment, bond, occurrences, place } = given;
      try {
        const request = { fragment, bond, parent, occurrences, forceField, periodicities };
        const torsions = bespokeTorsions({ ...request, ...(await interpolated(forceField, fragment, run)) });
        parameters.push(...torsions.map((torsion) => described(torsion, given, parent)));
      } catch (error) {
        if (!(error instanceof Error && REFUSALS.some((refusal) => error instanceof refusal))) throw error;
        warnings.push(`fragments[${place}] keeps its general parameters: ${error.message}`);
      }
    }
    // Bonds that resonance makes equal are different fragments as drawn, and may yet get the same patterns.
    const seen = new Set<string>();
    return { parameters: parameters.filter(({ smirks }) => !seen.has(smirks) && seen.add(smirks)), warnings };
  };
}

/** The AM1 Wiberg bond orders of a fragment, of its first conformer, where the force field interpolates over them. */
async function interpolated(
  forceField: ForceField,
  fragment: Molecule,
  run: EngineRun,
): Promise<{ wibergBondOrders?: WibergBondOrders }> {
  if (bondsThatNeedOrders(forceField, fragment).length === 0) return {};
  const [first] = generateConformers(fragment, { maxConformers: 1, seed: 1, allowUndefinedStereo: true });
  return { wibergBondOrders: await am1BondOrders(fragment, first!, run) };
}

function described(
  { smirks, startingFrom, terms }: BespokeTorsion,
  { molecule, place, written }: GivenFragment,
  parent: Molecule,
) {
  return {
    smirks,
    fragment: place,
    atoms_in_parent: torsionsHit(parent, smirks),
    atoms_in_fragment: torsionsHit(molecule, smirks).map((torsion) => torsion.map((atom) => written[atom])),
    k: terms.map(({ kKcalPerMol }) => kKcalPerMol),
    periodicity: terms.map(({ periodicity }) => periodicity),
    phase: terms.map(({ phaseDegrees }) => phaseDegrees),
    idivf: terms.map(({ idivf }) => idivf),
    from: startingFrom,
  };
}

/**
 * The fragments of a line; those that are the same with the same bond are one that is found in several places.
 * @throws FieldError
 */
function givenFragments(record: InputRecord, parent: Molecule): GivenFragment[] {
  const list = fieldOf(record, 'fragments');
  if (list === undefined)
    throw missingField(record, 'fragments', '`bespoke chem fragment` writes such lines');
  if (!Array.isArray(list)) throw new FieldError('fragments', 'it is to be a list');
  const fragments = new Map<string, GivenFragment>();
  list.forEach((entry: unknown, place) => {
    const field = `fragments[${place}]`;
    const { smiles, bond_indices: bondIndices } = (entry ?? {}) as Record<string, unknown>;
    if (typeof smiles !== 'string') throw new FieldError(`${field}.smiles`, 'it is to be a string of SMILES');
    const given = moleculeOfSmiles(smiles, `${field}.smiles`);
    const parentAtoms = given.atoms.map(({ mapNumber }) => (mapNumber === 0 ? null : mapNumber - 1));
    assertCutFrom(parent, given, parentAtoms, `${field}.smiles`);
    const parentBond = readBond(bondIndices, `${field}.bond_indices`);
    const bond = parentBond.map((atom) => parentAtoms.indexOf(atom)) as [number, number];
    if (!given.neighbours[bond[0]]?.includes(bond[1]))
      throw new FieldError(`${field}.bond_indices`, 'it is to be the map numbers of two bonded atoms');
    const canonical = canonicalAroundBond(given, bond);
    const key = canonical.molecule.mappedSmiles;
    const written = writtenPlaces(smiles, given);
    const known: GivenFragment = fragments.get(key) ?? {
      molecule: canonical.molecule,
      bond: canonical.bond,
      occurrences: [],
      place,
      written: canonical.order.map((atom) => written[atom]!),
    };
    known.occurrences.push({
      parentBond,
      parentAtoms: canonical.order.map((atom) => parentAtoms[atom] ?? null),
    });
    fragments.set(key, known);
  });
  return [...fragments.values()];
}

/** @throws FieldError where an atom is not the one of the parent whose number it carries */
function assertCutFrom(
  parent: Molecule,
  fragment: Molecule,
  parentAtoms: readonly (number | null)[],
  field: string,
): void {
  const seen = new Set<number>();
  parentAtoms.forEach((parentAtom, atom) => {
    if (parentAtom === null) return;
    const isThere = parent.atoms[parentAtom]?.element === fragment.atoms[atom]!.element;
    if (seen.has(parentAtom) || !isThere)
      throw new FieldError(
        field,
        `map number ${parentAtom + 1} is ${isThere ? 'there twice' : 'another element in parent_smiles, or not there'}`,
      );
    seen.add(parentAtom);
  });
}

/**
 * What `chem fragment` warned of, in a list of its own.
 * @throws FieldError
 */
function warningsOf(record: InputRecord): string[] {
  const warnings = fieldOf(record, 'warnings') ?? [];
  if (!Array.isArray(warnings) || !warnings.every((warning) => typeof warning === 'string'))
    throw new FieldError('warnings', 'it is to be a list of strings');
  return [...warnings];
}

/** A bond by map numbers, as indices of the parent. */
function readBond(value: unknown, field: string): [number, number] {
  if (!Array.isArray(value) || value.length !== 2 || !value.every((number) => Number.isSafeInteger(number)))
    throw new FieldError(field, 'it is to be the map numbers of two atoms');
  const [first, second] = value as [number, number];
  return first < second ? [first - 1, second - 1] : [second - 1, first - 1];
}

/** Where all atoms have map numbers from 1, the molecule is ordered by them and not as it is written. */
function writtenPlaces(smiles: string, { atoms }: Molecule): number[] {
  if (atoms.some(({ mapNumber }, atom) => mapNumber !== atom + 1)) return [...atoms.keys()];
  const places: number[] = [];
  [...smiles.matchAll(/:(\d+)\]/g)].forEach(([, number], place) => (places[Number(number) - 1] = place));
  return places;
}
