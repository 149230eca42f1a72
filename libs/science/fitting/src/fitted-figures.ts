import {
  appendCopies,
  appendTorsions,
  distinctTorsions,
  figureKind,
  figuresOf,
  periodicityOf,
  type CopyToAppend,
  type Figure,
  type FigureSection,
  type ForceField,
  type ParameterName,
  type TorsionToAppend,
} from '@bespoke/smirnoff';
import { harmonicPriorWidth } from './evidence';
import type { PENALTIES } from './penalty';

/** A figure of the force field that is to be fitted, with the value that it starts from. */
export interface FittedFigure extends Figure {
  /** How far from its start it may well go, in its own unit. */
  priorWidth: number;
}

export interface PriorSettings {
  penalty: keyof typeof PENALTIES;
  /** Of the k of proper torsions; with the penalty `evidence` of those of periodicity 1. */
  priorWidthKcalPerMol: number;
}

/** The priors of BespokeFit's hyperparameters, by section and attribute; those of proper torsions are settings. */
const PRIOR_WIDTHS: Record<Exclude<FigureSection, 'ProperTorsions'>, Readonly<Record<string, number>>> = {
  Bonds: { k: 100, length: 0.1 },
  Angles: { k: 10, angle: 10 },
  ImproperTorsions: { k: 6 },
  vdW: { epsilon: 0.1, sigma: 0.1, rmin_half: 0.1 },
};

/** The parameters that a fit changes. */
export interface ParametersToFit {
  /** New ones, with the terms that they start from. */
  torsions: readonly Omit<TorsionToAppend, 'id'>[];
  /** Parameters of the force field, in place; with `copyOf` copies of those that have this pattern. */
  others: readonly (ParameterName & Partial<Pick<CopyToAppend, 'copyOf'>>)[];
}

/**
 * The force field with the new parameters in it, and every figure that is to be fitted.
 *
 * @throws SmirnoffError for parameters that the force field has not
 */
export function startOfFit(
  base: ForceField,
  { torsions, others }: ParametersToFit,
  settings: PriorSettings,
): { forceField: ForceField; figures: FittedFigure[] } {
  const copies = others.flatMap(({ section, smirks, copyOf }) =>
    copyOf === undefined ? [] : { section, smirks, copyOf },
  );
  const forceField = appendCopies(appendTorsions(base, distinctTorsions(torsions), []), copies);
  const ofTorsions = torsions.map(({ smirks }): ParameterName => ({ section: 'ProperTorsions', smirks }));
  return { forceField, figures: figuresToFit(forceField, [...ofTorsions, ...others], settings) };
}

/**
 * All figures of some parameters, with their priors, each once however often its parameter is named.
 *
 * @throws SmirnoffError for a parameter that the force field has not
 */
export function figuresToFit(
  forceField: ForceField,
  parameters: readonly ParameterName[],
  settings: PriorSettings,
): FittedFigure[] {
  const distinct = new Map(
    parameters.map((parameter) => [`${parameter.section} ${parameter.smirks}`, parameter]),
  );
  const figures = [...distinct.values()].flatMap(({ section, smirks }) =>
    figuresOf(forceField, section, smirks),
  );
  return withPriors(forceField, figures, settings);
}

/** Figures with how far they may go. */
export function withPriors(
  forceField: ForceField,
  figures: readonly Figure[],
  { penalty, priorWidthKcalPerMol }: PriorSettings,
): FittedFigure[] {
  return figures.map((figure) => {
    if (figure.section !== 'ProperTorsions') {
      return { ...figure, priorWidth: PRIOR_WIDTHS[figure.section][figureKind(figure)]! };
    }
    const isByPeriodicity = penalty === 'evidence';
    return {
      ...figure,
      priorWidth: isByPeriodicity
        ? harmonicPriorWidth(priorWidthKcalPerMol, periodicityOf(forceField, figure))
        : priorWidthKcalPerMol,
    };
  });
}
