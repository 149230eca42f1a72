import { describe, expect, it } from 'vitest';
import { heavySmiles, loadRDKit, moleculeFromSmiles } from './index';

describe('RDKit', () => {
  it('has to be loaded first, and the error says how', async () => {
    expect(() => moleculeFromSmiles('C')).toThrow(/await loadRDKit\(\)/);
    await Promise.all([loadRDKit(), loadRDKit()]);
    expect(heavySmiles(moleculeFromSmiles('OCC'))).toBe('CCO');
    expect(heavySmiles(moleculeFromSmiles('[H][H]'))).toBe('[H][H]');
  });
});
