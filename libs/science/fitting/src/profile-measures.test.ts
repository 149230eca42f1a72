import { describe, expect, it } from 'vitest';
import { profileMeasures } from './profile-measures';

describe('the measures of a profile', () => {
  const QM = [0, 2, 4, 30];
  const WEIGHTS = [0.4, 0.3, 0.3, 0];

  it('leave out what has no weight', () => {
    const measures = profileMeasures([0, 3, 3.5, -100], QM, WEIGHTS)!;
    expect(measures.meanAbsoluteKcalPerMol).toBeCloseTo(0.5, 12);
    expect(measures.largestKcalPerMol).toBeCloseTo(1, 12);
    expect(measures.barrierKcalPerMol).toBeCloseTo(3.5, 12);
    expect(measures.barrierErrorKcalPerMol).toBeCloseTo(-0.5, 12);
  });

  it('count what is low in the reference more, by Boltzmann', () => {
    const high = profileMeasures([0, 2, 5, 30], QM, WEIGHTS)!.boltzmannRmseKcalPerMol;
    const low = profileMeasures([0, 3, 4, 30], QM, WEIGHTS)!.boltzmannRmseKcalPerMol;
    expect(low / high).toBeCloseTo(Math.exp(1 / 0.592484), 3);
  });

  it('are none of a single point', () => {
    expect(profileMeasures([0, 1], [0, 20], [1, 0])).toBeNull();
  });
});
