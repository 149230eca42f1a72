import type { Molecule } from '@bespoke/molecule';
import { labels, labelsInTagOrder, type Label } from './labels';
import { sectionsNamed, type ForceField } from './offxml';
import { patternsIn, type Parameter, type ParameterSection } from './sections';
import { requireAromaticityModel } from './aromaticity-model';
import {
  anglesOf,
  ascending,
  atomsKey,
  bondsOf,
  outerAscending,
  propersOf,
  unchanged,
} from './valence-terms';

/** Atoms, counted from 0, and the id of the parameter that they get; its SMIRKS where it has no id. */
export type AtomsAndId = [...atoms: number[], id: string];

/** The parameters that a force field gives to a molecule, by section; each list ascends by its atoms. */
export interface MoleculeLabels {
  Bonds: AtomsAndId[];
  Angles: AtomsAndId[];
  ProperTorsions: AtomsAndId[];
  /** The centre is second, the others ascend. */
  ImproperTorsions: AtomsAndId[];
  vdW: AtomsAndId[];
  /** Atoms in the order of the pattern's tags; every match, also where a molecule is not covered as a whole. */
  LibraryCharges: AtomsAndId[];
  /** Where the force field has the section. */
  Constraints?: AtomsAndId[];
  /** Where the force field has the section; atoms in the order of the pattern's tags. */
  ChargeIncrementModel?: AtomsAndId[];
  /** Bonds, angles, torsions and atoms that no parameter matches; a section without any is left out. */
  missing: Partial<Record<SectionWithTerms, number[][]>>;
}

/** Sections that must have a parameter for every bond, angle, torsion or atom of a molecule. */
type SectionWithTerms = 'Bonds' | 'Angles' | 'ProperTorsions' | 'vdW';

/**
 * Which parameters a molecule gets, without their values: of those of a section that match, the last one wins.
 * Equals `ForceField.label_molecules` of the OpenFF toolkit.
 *
 * @throws SmirnoffError unsupported-force-field, for another aromaticity model and for parameters without a usable
 *   pattern; unreadable-smirks
 */
export function labelMolecule(forceField: ForceField, molecule: Molecule): MoleculeLabels {
  requireAromaticityModel(forceField);
  const { neighbours } = molecule;
  const missing: MoleculeLabels['missing'] = {};

  function winners(
    section: ParameterSection,
    canonical: (atoms: readonly number[]) => readonly number[],
  ): Map<string, Label<Parameter>> {
    return labels(molecule, patternsIn(forceField, section), canonical);
  }
  function covering(section: SectionWithTerms, terms: readonly (readonly number[])[]): AtomsAndId[] {
    const found = winners(section, ascending);
    const gaps = terms.filter((atoms) => !found.has(atomsKey(atoms)));
    if (gaps.length > 0) {
      missing[section] = gaps.map((atoms) => [...atoms]).sort(byAtoms);
    }
    return listed(found.values());
  }
  const has = (section: string): boolean => sectionsNamed(forceField, section).length > 0;

  return {
    Bonds: covering('Bonds', bondsOf(neighbours)),
    Angles: covering('Angles', anglesOf(neighbours)),
    ProperTorsions: covering('ProperTorsions', propersOf(neighbours)),
    ImproperTorsions: listed(winners('ImproperTorsions', outerAscending).values()),
    vdW: covering(
      'vdW',
      molecule.atoms.map((_, atom) => [atom]),
    ),
    LibraryCharges: listed(winners('LibraryCharges', unchanged).values()),
    ...(has('Constraints') && { Constraints: listed(winners('Constraints', ascending).values()) }),
    ...(has('ChargeIncrementModel') && {
      ChargeIncrementModel: listed(
        labelsInTagOrder(molecule, patternsIn(forceField, 'ChargeIncrementModel')).values(),
      ),
    }),
    missing,
  };
}

function listed(found: Iterable<Label<Parameter>>): AtomsAndId[] {
  return [...found]
    .sort((a, b) => byAtoms(a.atoms, b.atoms))
    .map(({ atoms, parameter }): AtomsAndId => [...atoms, parameter.id]);
}

function byAtoms(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((atom, index) => atom !== b[index]);
  return place < 0 ? a.length - b.length : (a[place] ?? 0) - (b[place] ?? -1);
}
