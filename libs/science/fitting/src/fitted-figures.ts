import type { Molecule } from '@bespoke/molecule';
import {
  assignParameters,
  figureKind,
  figuresOf,
  periodicityOf,
  type Figure,
  type FigureSection,
  type ForceField,
} from '@bespoke/smirnoff';
import { harmonicPriorWidth } from './evidence';

/** A figure of the force field that is to be fitted, with the value that it starts from. */
export interface FittedFigure extends Figure {
  /** How far from its start it may well go, in its own unit. */
  priorWidth: number;
}

/** The priors of BespokeFit's hyperparameters, by section and attribute. */
const PRIOR_WIDTHS: Record<FigureSection, Readonly<Record<string, number>>> = {
  Bonds: { k: 100, length: 0.1 },
  Angles: { k: 10, angle: 10 },
  ProperTorsions: { k: 6 },
  ImproperTorsions: { k: 6 },
  vdW: { epsilon: 0.1, sigma: 0.1, rmin_half: 0.1 },
};

/** With BespokeFit's prior. */
export function fittedFigure(figure: Figure): FittedFigure {
  return { ...figure, priorWidth: PRIOR_WIDTHS[figure.section][figureKind(figure)]! };
}

/**
 * With the prior of a fit by evidence: BespokeFit's, but of proper torsions the one of their periodicity, where
 * one of periodicity 1 has `firstKcalPerMol`.
 */
export function figureFittedByEvidence(
  forceField: ForceField,
  figure: Figure,
  firstKcalPerMol: number,
): FittedFigure {
  if (figure.section !== 'ProperTorsions') return fittedFigure(figure);
  return { ...figure, priorWidth: harmonicPriorWidth(firstKcalPerMol, periodicityOf(forceField, figure)) };
}

/**
 * The figures that a force field gives to one molecule in some sections: of proper torsions those across a bond, of
 * other sections all.
 *
 * @throws SmirnoffError
 */
export function generalFigures(
  forceField: ForceField,
  molecule: Molecule,
  bond: readonly [number, number],
  sections: readonly FigureSection[],
): Figure[] {
  const assignment = assignParameters(forceField, molecule);
  const given: Record<FigureSection, readonly ({ smirks: string } | null)[]> = {
    Bonds: assignment.bonds,
    Angles: assignment.angles,
    ProperTorsions: assignment.propers.filter(({ atoms: [, j, k] }) => bond.includes(j) && bond.includes(k)),
    ImproperTorsions: assignment.impropers,
    vdW: assignment.vdw,
  };
  return sections.flatMap((section) => {
    const patterns = new Set(given[section].flatMap((parameter) => parameter?.smirks ?? []));
    return [...patterns].flatMap((smirks) => figuresOf(forceField, section, smirks));
  });
}
