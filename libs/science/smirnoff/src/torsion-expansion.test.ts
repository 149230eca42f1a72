import { describe, expect, it } from 'vitest';
import type { TorsionTerm } from './assignment';
import { builtInForceField, builtInForceFieldNames } from './built-in-force-fields';
import { parseOffxml } from './offxml';
import { forceFieldParameters } from './parameters';
import { expandTorsionTerms } from './torsion-expansion';

function energyKcalPerMol(terms: readonly TorsionTerm[], angleDegrees: number): number {
  return terms.reduce(
    (sum, { periodicity, phaseDegrees, kKcalPerMol, idivf }) =>
      sum +
      (kKcalPerMol / idivf) * (1 + Math.cos(((periodicity * angleDegrees - phaseDegrees) * Math.PI) / 180)),
    0,
  );
}

/** How much the difference of two torsion energies varies over a turn. */
function spread(a: readonly TorsionTerm[], b: readonly TorsionTerm[]): number {
  const differences = Array.from(
    { length: 73 },
    (_, n) => energyKcalPerMol(a, 5 * n) - energyKcalPerMol(b, 5 * n),
  );
  return Math.max(...differences) - Math.min(...differences);
}

describe('expanding a torsion to given periodicities', () => {
  it.each(builtInForceFieldNames)(
    'leaves the energy of every proper torsion unchanged up to a constant: %s',
    (name) => {
      const { propers } = forceFieldParameters(parseOffxml(builtInForceField(name)));
      for (const proper of propers) {
        const terms = proper.terms.map((term) => ({ ...term, kKcalPerMol: Number(term.kKcalPerMol) }));
        for (const periodicities of [[1, 2, 3, 4], [3], [6, 1]]) {
          const expanded = expandTorsionTerms(terms, periodicities);
          expect(spread(terms, expanded)).toBeLessThan(1e-12);
          expect(expanded.slice(0, periodicities.length).map(({ periodicity }) => periodicity)).toEqual(
            periodicities,
          );
          expect(expanded.every(({ idivf }) => idivf === 1)).toBe(true);
        }
      }
    },
  );

  it('turns a term at the opposite phase into one at the usual phase with the sign changed', () => {
    const terms = [{ periodicity: 2, phaseDegrees: 0, kKcalPerMol: 1.5, idivf: 3 }];
    expect(expandTorsionTerms(terms, [1, 2])).toEqual([
      { periodicity: 1, phaseDegrees: 0, kKcalPerMol: 0, idivf: 1 },
      { periodicity: 2, phaseDegrees: 180, kKcalPerMol: -0.5, idivf: 1 },
    ]);
  });

  it('keeps a term at another phase, or of another periodicity, as its own', () => {
    const terms = [
      { periodicity: 1, phaseDegrees: 90, kKcalPerMol: 1, idivf: 1 },
      { periodicity: 6, phaseDegrees: 0, kKcalPerMol: 2, idivf: 2 },
      { periodicity: 1, phaseDegrees: 360, kKcalPerMol: 3, idivf: 1 },
    ];
    const expanded = expandTorsionTerms(terms, [1]);
    expect(expanded).toEqual([
      { periodicity: 1, phaseDegrees: 0, kKcalPerMol: 3, idivf: 1 },
      { periodicity: 1, phaseDegrees: 90, kKcalPerMol: 1, idivf: 1 },
      { periodicity: 6, phaseDegrees: 180, kKcalPerMol: -1, idivf: 1 },
    ]);
    expect(spread(terms, expanded)).toBeLessThan(1e-12);
  });

  it('leaves its terms as they are where there are none', () => {
    const terms = [
      { periodicity: 5, phaseDegrees: 180, kKcalPerMol: 0.3, idivf: 9 },
      { periodicity: 1, phaseDegrees: 60, kKcalPerMol: -1, idivf: 1 },
    ];
    expect(expandTorsionTerms(terms, [])).toEqual(terms);
  });
});
