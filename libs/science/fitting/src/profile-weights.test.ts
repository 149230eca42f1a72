import { describe, expect, it } from 'vitest';
import { profileWeights } from './profile-weights';

describe('the weights of a profile', () => {
  const weighting = { energyCutoffKcalPerMol: 10, energyDenominatorKcalPerMol: 1 };

  it('are the same up to the denominator, fall above it and vanish above the cutoff', () => {
    const weights = profileWeights([0, 1, 3, 10, 10.01], weighting);
    const raw = [1, 1, 1 / Math.sqrt(5), 1 / Math.sqrt(82), 0];
    const sum = raw.reduce((total, weight) => total + weight, 0);
    raw.forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight / sum, 14));
  });

  it('are less by a factor for what is known less well', () => {
    const [first, second, third] = profileWeights([0, 0, 0], weighting, [1, 0.25, 1]);
    expect(second! / first!).toBeCloseTo(0.25, 14);
    expect(first! + second! + third!).toBeCloseTo(1, 14);
  });

  it('add up to 1', () => {
    const weights = profileWeights([0, 2, 4, 6, 8, 12], weighting);
    expect(weights.reduce((total, weight) => total + weight, 0)).toBeCloseTo(1, 14);
  });
});
