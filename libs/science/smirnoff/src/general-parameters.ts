import type { Molecule } from '@bespoke/molecule';
import { assignParameters, termsIn } from './assignment';
import type { FigureSection, ParameterName } from './figures';
import type { ForceField } from './offxml';

/** Of which terms of a molecule the parameters are meant. */
export interface MeantTerms {
  /** Proper torsions: those across these bonds. */
  bonds: readonly (readonly [number, number])[];
  /** All others: those among these atoms. */
  atoms: readonly number[];
}

/**
 * The parameters that a force field gives to terms of a molecule, each once.
 *
 * @throws as `assignParameters`
 */
export function generalParameters(
  forceField: ForceField,
  molecule: Molecule,
  { bonds, atoms: among }: MeantTerms,
  sections: readonly FigureSection[],
): ParameterName[] {
  const assignment = assignParameters(forceField, molecule);
  const isMeant = (section: FigureSection, atoms: readonly number[]): boolean =>
    section === 'ProperTorsions'
      ? bonds.some((bond) => bond.includes(atoms[1]!) && bond.includes(atoms[2]!))
      : atoms.every((atom) => among.includes(atom));
  return sections.flatMap((section) => {
    const terms = termsIn(assignment, section).filter(({ atoms }) => isMeant(section, atoms));
    return [...new Set(terms.map(({ smirks }) => smirks))].map((smirks) => ({ section, smirks }));
  });
}
