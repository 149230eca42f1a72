import type { TorsionTerm } from '@bespoke/smirnoff';
import type { Adjustable } from './adjustable';
import { atomsOf } from './parameter-terms';
import { addCosineTerm, torsionSeries, type TorsionSeries } from './torsion-series';
import { torsionEnergy } from './torsions';

/** The k of a cosine term that torsions, by their index among the propers or the impropers, share. */
export function adjustableTorsionForceConstant(
  kind: 'propers' | 'impropers',
  all: TorsionSeries,
  torsions: readonly number[],
  term: Omit<TorsionTerm, 'kKcalPerMol'>,
): Adjustable {
  const slopes = torsionSeries(
    torsions.map((torsion) => ({
      atoms: [...atomsOf(all.atoms, 4, [torsion])],
      terms: [{ ...term, kKcalPerMol: 1 }],
    })),
  );
  return {
    isLinear: true,
    shift: (system, by) =>
      torsions.forEach((torsion) => addCosineTerm(system[kind], torsion, { ...term, kKcalPerMol: by })),
    slope: (_, x, gradient) => torsionEnergy(slopes, x, gradient),
  };
}
