import { energy, energyTerms, createSystem } from '@bespoke/mechanics';
import type { Molecule } from '@bespoke/molecule';
import {
  assignParameters,
  builtInForceField,
  labelMolecule,
  parseOffxml,
  type ForceField,
} from '@bespoke/smirnoff';
import { FORCE_FIELDS, SECTIONS, TERMS, type Answer, type ReferenceEnergies } from './reference-programs';

const forceFields = new Map<string, ForceField>();

function forceFieldNamed(name: string): ForceField {
  const known = forceFields.get(name) ?? parseOffxml(builtInForceField(name));
  forceFields.set(name, known);
  return known;
}

/** What was compared, and where this project and the reference programs disagree. */
export interface Comparison {
  molecules: number;
  tuples: number;
  geometries: number;
  worst: { energyKcalPerMol: number; relativeEnergy: number; forceKcalPerMolPerAngstrom: number };
  /** Why the reference programs give no energies of a molecule that lacks no parameter. */
  withoutEnergies: string[];
  /** In words, with what is needed to see it again. */
  disagreements: string[];
}

export function emptyComparison(): Comparison {
  return {
    molecules: 0,
    tuples: 0,
    geometries: 0,
    worst: { energyKcalPerMol: 0, relativeEnergy: 0, forceKcalPerMolPerAngstrom: 0 },
    withoutEnergies: [],
    disagreements: [],
  };
}

/** Adds what the reference programs say about one molecule. */
export function compare(comparison: Comparison, smiles: string, molecule: Molecule, theirs: Answer): void {
  const disagree = (what: string): void => {
    comparison.disagreements.push(`${smiles} (${molecule.mappedSmiles}): ${what}`);
  };
  comparison.molecules += 1;
  if (theirs.read !== null) return disagree(`refused by the toolkit: ${theirs.read}`);
  if (!theirs.same) disagree('the mapped SMILES is another molecule');
  compareSets('aromatic atoms', aromaticAtoms(molecule), theirs.aromatic_atoms.map(String), disagree);
  compareSets('aromatic bonds', aromaticBonds(molecule), theirs.aromatic_bonds.map(String), disagree);
  compareSets(
    'stereo',
    [
      ...molecule.atoms.flatMap(({ stereo }, i) =>
        stereo === 'R' || stereo === 'S' ? [`${i} ${stereo}`] : [],
      ),
      ...molecule.bonds.flatMap(({ stereo, begin, end }) =>
        stereo === 'E' || stereo === 'Z' ? [`${begin},${end},${stereo}`] : [],
      ),
    ],
    [
      ...Object.entries(theirs.stereo_atoms).map(([atom, label]) => `${atom} ${label}`),
      ...theirs.stereo_bonds.map(String),
    ],
    disagree,
  );
  theirs.labels.forEach((labels, index) => {
    const ours = labelMolecule(forceFieldNamed(FORCE_FIELDS[index]!), molecule);
    for (const section of SECTIONS) {
      const expected = (labels[section] ?? []).map((label) => label.join(' '));
      const found = (ours[section] ?? []).map((label) => label.join(' '));
      comparison.tuples += expected.length;
      compareSets(`${section} of ${FORCE_FIELDS[index]}`, found, expected, disagree);
    }
  });
  if (theirs.energies !== null) {
    if (!('error' in theirs.energies)) compareEnergies(comparison, molecule, theirs.energies, disagree);
    // Where both say that there is no parameter they agree.
    else if (Object.keys(labelMolecule(forceFieldNamed(FORCE_FIELDS.at(-1)!), molecule).missing).length === 0)
      comparison.withoutEnergies.push(`${smiles}: ${theirs.energies.error}`);
  }
}

function compareSets(
  what: string,
  ours: readonly string[],
  theirs: readonly string[],
  disagree: (what: string) => void,
): void {
  const onlyOurs = ours.filter((one) => !theirs.includes(one));
  const onlyTheirs = theirs.filter((one) => !ours.includes(one));
  if (onlyOurs.length + onlyTheirs.length > 0)
    disagree(`${what}: only ours ${JSON.stringify(onlyOurs)}, only theirs ${JSON.stringify(onlyTheirs)}`);
}

function aromaticAtoms({ atoms }: Molecule): string[] {
  return atoms.flatMap(({ aromatic }, i) => (aromatic ? [String(i)] : []));
}

function aromaticBonds({ bonds }: Molecule): string[] {
  return bonds.flatMap(({ aromatic, begin, end }) => (aromatic ? [`${begin},${end}`] : []));
}

function compareEnergies(
  comparison: Comparison,
  molecule: Molecule,
  theirs: ReferenceEnergies,
  disagree: (what: string) => void,
): void {
  const { worst } = comparison;
  const forceField = forceFieldNamed(FORCE_FIELDS.at(-1)!);
  const assignment = assignParameters(forceField, molecule);
  if (assignment.missing.length > 0)
    return disagree(`energies, though ${JSON.stringify(assignment.missing)} have no parameter`);
  const system = createSystem(molecule, assignment, theirs.charges_e);
  theirs.geometries_angstrom.forEach((geometry, index) => {
    comparison.geometries += 1;
    const coordinates = Float64Array.from(geometry.flat());
    const gradient = new Float64Array(coordinates.length);
    const ours = { ...energyTerms(system, coordinates), total: energy(system, coordinates, gradient) };
    for (const term of TERMS) {
      const expected = theirs.energies_kcal_mol[index]![term];
      const absolute = Math.abs(ours[term] - expected);
      const relative = absolute / Math.max(Math.abs(expected), 1);
      worst.energyKcalPerMol = Math.max(worst.energyKcalPerMol, absolute);
      worst.relativeEnergy = Math.max(worst.relativeEnergy, relative);
      if (!(absolute <= 1e-5 || relative <= 1e-6))
        disagree(`${term} of geometry ${index}: ${ours[term]} and ${expected} kcal/mol`);
    }
    if (index !== theirs.geometries_angstrom.length - 1) return;
    const largest = Math.max(...theirs.forces_kcal_mol_angstrom.flat().map(Math.abs), 1);
    theirs.forces_kcal_mol_angstrom.flat().forEach((force, c) => {
      const deviation = Math.abs(-gradient[c]! - force);
      worst.forceKcalPerMolPerAngstrom = Math.max(worst.forceKcalPerMolPerAngstrom, deviation);
      if (!(deviation <= 1e-6 * largest)) disagree(`force ${c}: ${-gradient[c]!} and ${force}`);
    });
  });
}
