import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { builtInForceField } from '@bespoke/smirnoff';
import { defaultFragmentation, type FragmentationScheme } from '@bespoke/workflow-schema';
import { afterAll, describe, expect, it } from 'vitest';
import fragment from './fragment.thread';

const scratchDirectory = mkdtempSync(path.join(tmpdir(), 'fragmenter-'));

afterAll(() => rmSync(scratchDirectory, { recursive: true }));

const cut = (mappedSmiles: string, scheme: FragmentationScheme, targetTorsionSmarts: string[]) =>
  fragment({
    task: {
      mappedSmiles,
      fragmentation: defaultFragmentation(scheme),
      targetTorsionSmarts,
      periodicities: [1, 2, 3, 4],
    },
    baseForceField: builtInForceField('openff_unconstrained-2.2.1.offxml'),
    run: { cores: 1, memoryBytes: 1e9, scratchDirectory },
  });

describe('a molecule', () => {
  it('is cut by AM1 bond orders, which leave nothing behind', async () => {
    const { fragments, warnings } = await cut('COc1ccc(CCl)cc1', 'wbo', [
      '[CH3][O:1]-[c:2]',
      '[c:1]-[CH2:2]Cl',
    ]);
    expect(fragments.map(({ smiles }) => smiles).sort()).toEqual(['COc1ccccc1', 'ClCc1ccccc1']);
    expect(fragments.every(({ parameters }) => parameters.length > 0)).toBe(true);
    expect(warnings).toEqual([]);
    expect(readdirSync(scratchDirectory)).toEqual([]);
  });

  it('is told of stereo that it leaves open, and of stereo that only a fragment has', async () => {
    const { warnings } = await cut('OC(CCCCCCCl)CCCCCCCl', 'pfizer', [
      '[CH2:1]-[CH2:2][CH2][CH2][CH2][CH2]Cl',
    ]);
    expect(warnings).toEqual([expect.stringContaining('the stereo of C2 is open')]);
    expect((await cut('CCC(F)Cl', 'pfizer', ['[CH2:1]-[CH1:2]'])).warnings).toEqual([
      expect.stringContaining('The stereo of C3 is not defined'),
    ]);
  });
});
