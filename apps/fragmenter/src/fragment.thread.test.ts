import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { moleculeFromSmiles } from '@bespoke/molecule';
import { builtInForceField } from '@bespoke/smirnoff';
import { defaultFragmentation, type FragmentationScheme } from '@bespoke/workflow-schema';
import { afterAll, describe, expect, it } from 'vitest';
import fragment from './fragment.thread';

const scratchDirectory = mkdtempSync(path.join(tmpdir(), 'fragmenter-'));

afterAll(() => rmSync(scratchDirectory, { recursive: true }));

const cut = (
  mappedSmiles: string,
  scheme: FragmentationScheme,
  targetTorsionSmarts: string[],
  withWholeMolecule = false,
) =>
  fragment({
    task: {
      withWholeMolecule,
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

  it('comes with each fragment that is less than all of it, about the same bonds and atom for atom', async () => {
    const { fragments } = await cut(
      'COc1ccc(CCl)cc1',
      'pfizer',
      ['[CH3][O:1]-[c:2]', '[c:1]-[CH2:2]Cl'],
      true,
    );
    expect(fragments).toHaveLength(2);
    for (const { mappedSmiles, occurrences, parameters, wholeMolecule } of fragments) {
      expect(wholeMolecule).toHaveLength(1);
      const [whole] = wholeMolecule!;
      expect(whole!.smiles).toBe('COc1ccc(CCl)cc1');
      expect(whole!.parameters.length).toBeGreaterThanOrEqual(parameters.length);
      expect(whole!.occurrences[0]!.parentBond).toEqual(occurrences[0]!.parentBond);
      const elementsOf = (smiles: string) => moleculeFromSmiles(smiles).atoms.map(({ element }) => element);
      const [inFragment, inWhole] = [elementsOf(mappedSmiles), elementsOf(whole!.mappedSmiles)];
      const { parentAtoms } = occurrences[0]!;
      whole!.fragmentAtoms.forEach((atom, index) => {
        expect(atom === null).toBe(parentAtoms[index] === null);
        if (atom === null) return;
        expect(inWhole[atom]).toBe(inFragment[index]);
        expect(whole!.occurrences[0]!.parentAtoms[atom]).toBe(parentAtoms[index]);
      });
    }
    const alkane = `CO${'C'.repeat(40)}`;
    const { fragments: ofLarge, warnings } = await cut(alkane, 'pfizer', ['[CH3][O:1]-[CH2:2]'], true);
    expect(ofLarge[0]).not.toHaveProperty('wholeMolecule');
    expect(warnings).toEqual([expect.stringContaining('it has 126 atoms, more than the 120')]);
    const { fragments: uncut } = await cut('COc1ccc(CCl)cc1', 'none', ['[CH3][O:1]-[c:2]'], true);
    expect(uncut[0]).not.toHaveProperty('wholeMolecule');
  });
});
