import type { Molecule } from '@bespoke/molecule';
import { labels } from './labels';
import type { ForceField } from './offxml';
import { forceFieldParameters } from './parameters';
import type { Parameter } from './sections';
import { SmirnoffError } from './smirnoff-error';
import { ascending } from './valence-terms';

/** A figure, or figures at two or more bond orders, ascending, between which it is interpolated. */
export type ByBondOrder = number | readonly { bondOrder: number; value: number }[];

/** Wiberg order of the bond between two atoms, from AM1. */
export type WibergBondOrders = (i: number, j: number) => number;

/**
 * The figure of a parameter for a bond of a molecule.
 *
 * @throws SmirnoffError missing-bond-orders
 */
export function figureForBond(
  figure: ByBondOrder,
  [i, j]: readonly [number, number],
  wibergBondOrders: WibergBondOrders | undefined,
  { id }: Parameter,
): number {
  if (typeof figure === 'number') {
    return figure;
  }
  const bondOrder = wibergBondOrders?.(i, j);
  if (bondOrder === undefined || !Number.isFinite(bondOrder)) {
    throw new SmirnoffError(
      'missing-bond-orders',
      `Parameter ${id} is interpolated over the Wiberg order of the bond between atoms ${i + 1} and ${j + 1}, which was not given.`,
    );
  }
  return atBondOrder(figure, bondOrder);
}

/** Linear between the neighbouring points, and beyond the outermost with the slope of the outermost two. */
function atBondOrder(figure: Exclude<ByBondOrder, number>, bondOrder: number): number {
  const above = figure.findIndex((point) => point.bondOrder >= bondOrder);
  const index = Math.min(Math.max(above < 0 ? figure.length : above, 1), figure.length - 1);
  const [low, high] = [figure[index - 1], figure[index]];
  if (low === undefined || high === undefined) {
    throw new RangeError('Two bond orders are needed to interpolate between.');
  }
  const slope = (high.value - low.value) / (high.bondOrder - low.bondOrder);
  return low.value + slope * (bondOrder - low.bondOrder);
}

/**
 * The bonds of a molecule, i < j, whose Wiberg orders the parameters that it gets hang on; none for a force field
 * without k_bondorder and length_bondorder.
 *
 * @throws as `forceFieldParameters`
 */
export function bondsThatNeedOrders(forceField: ForceField, molecule: Molecule): [number, number][] {
  const { bonds, propers } = forceFieldParameters(forceField);
  const needed = new Map<string, [number, number]>();
  const need = (i: number, j: number): unknown =>
    needed.set(`${Math.min(i, j)} ${Math.max(i, j)}`, [Math.min(i, j), Math.max(i, j)]);

  if (bonds.some(interpolatesBond)) {
    for (const { atoms, parameter } of labels(molecule, bonds, ascending).values()) {
      const [i, j] = atoms;
      if (i !== undefined && j !== undefined && interpolatesBond(parameter)) need(i, j);
    }
  }
  if (propers.some(interpolatesTorsion)) {
    for (const { atoms, parameter } of labels(molecule, propers, ascending).values()) {
      const [, i, j] = atoms;
      if (i !== undefined && j !== undefined && interpolatesTorsion(parameter)) need(i, j);
    }
  }
  return [...needed.values()].sort(([a, b], [c, d]) => a - c || b - d);
}

function interpolatesBond(parameter: {
  kKcalPerMolPerAngstrom2: ByBondOrder;
  lengthAngstrom: ByBondOrder;
}): boolean {
  return [parameter.kKcalPerMolPerAngstrom2, parameter.lengthAngstrom].some(
    (figure) => typeof figure !== 'number',
  );
}

function interpolatesTorsion({ terms }: { terms: readonly { kKcalPerMol: ByBondOrder }[] }): boolean {
  return terms.some(({ kKcalPerMol }) => typeof kKcalPerMol !== 'number');
}
