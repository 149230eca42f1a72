import {
  adjustableAngle,
  adjustableAngleForceConstant,
  adjustableBondForceConstant,
  adjustableBondLength,
  adjustableEpsilon,
  adjustableTorsionForceConstant,
  adjustableVdwRadius,
  type Adjustable,
  type MechanicsSystem,
} from '@bespoke/mechanics';
import { figureKind, SIGMA_PER_RMIN_HALF, type Assignment, type FigureName } from '@bespoke/smirnoff';

/** How a figure of the force field acts in a molecule; null where the molecule has no term that carries it. */
export function figureInMolecule(
  figure: FigureName,
  assignment: Assignment,
  { bonds, angles, propers, impropers, pairs }: MechanicsSystem,
): Adjustable | null {
  const carriers = (terms: readonly ({ smirks: string } | null)[]): number[] =>
    [...terms.keys()].filter((index) => terms[index]?.smirks === figure.smirks);
  const isForceConstant = figureKind(figure) === 'k';
  const term = Number(figure.attribute.slice(1)) - 1;
  switch (figure.section) {
    case 'Bonds': {
      const at = carriers(assignment.bonds);
      if (at.length === 0) return null;
      return isForceConstant ? adjustableBondForceConstant(bonds, at) : adjustableBondLength(bonds, at);
    }
    case 'Angles': {
      const at = carriers(assignment.angles);
      if (at.length === 0) return null;
      return isForceConstant ? adjustableAngleForceConstant(angles, at) : adjustableAngle(angles, at);
    }
    case 'ProperTorsions': {
      const at = carriers(assignment.propers);
      const cosine = assignment.propers[at[0]!]?.terms[term];
      return cosine === undefined ? null : adjustableTorsionForceConstant('propers', propers, at, cosine);
    }
    case 'ImproperTorsions': {
      const at = carriers(assignment.impropers);
      const cosine = assignment.impropers[at[0]!]?.terms[term];
      if (cosine === undefined) return null;
      const dihedrals = at.flatMap((improper) => [3 * improper, 3 * improper + 1, 3 * improper + 2]);
      return adjustableTorsionForceConstant('impropers', impropers, dihedrals, cosine);
    }
    case 'vdW': {
      const at = carriers(assignment.vdw);
      if (at.length === 0) return null;
      if (figure.attribute === 'epsilon') return adjustableEpsilon(pairs, at);
      return adjustableVdwRadius(pairs, at, figure.attribute === 'sigma' ? 1 / SIGMA_PER_RMIN_HALF : 1);
    }
    default:
      return figure.section satisfies never;
  }
}
