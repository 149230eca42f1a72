import type { MainModule } from '@rdkit/rdkit';
import { describe, expect, it } from 'vitest';
import { heavySmiles, loadRDKit, matchSmarts, moleculeFromSmiles } from './index';
import { readWithReason } from './rdkit';

describe('RDKit', () => {
  it('has to be loaded first, and the error says how', async () => {
    expect(() => moleculeFromSmiles('C')).toThrow(/await loadRDKit\(\)/);
    await Promise.all([loadRDKit(), loadRDKit()]);
    expect(heavySmiles(moleculeFromSmiles('OCC'))).toBe('CCO');
    expect(heavySmiles(moleculeFromSmiles('[H][H]'))).toBe('[H][H]');
  });

  it('starts anew after it has crashed, and molecules from before still match', async () => {
    await loadRDKit();
    const before = moleculeFromSmiles('OCC');
    expect(matchSmarts(before, '[#8X2:1]')).toEqual([[0]]);
    const tooDeep = (module: MainModule): null => (module.version(), tooDeep(module));
    expect(() => readWithReason(tooDeep)).toThrow(/call stack/);
    expect(() => moleculeFromSmiles('C')).toThrow(/has crashed: await loadRDKit\(\) once more/);
    await loadRDKit();
    expect(heavySmiles(moleculeFromSmiles('C'))).toBe('C');
    expect(matchSmarts(before, '[#8X2:1]')).toEqual([[0]]);
  });
});
