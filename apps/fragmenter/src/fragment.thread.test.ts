import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { moleculeFromSmiles } from '@bespoke/molecule';
import { builtInForceField } from '@bespoke/smirnoff';
import { defaultFragmentation, type FragmentationScheme } from '@bespoke/workflow-schema';
import { afterAll, describe, expect, it } from 'vitest';
import fragment, { type FragmentJob } from './fragment.thread';

const scratchDirectory = mkdtempSync(path.join(tmpdir(), 'fragmenter-'));

afterAll(() => rmSync(scratchDirectory, { recursive: true }));

const cut = (
  mappedSmiles: string,
  scheme: FragmentationScheme,
  targetTorsionSmarts: string[],
  withWholeMolecule = false,
  settings: Partial<FragmentJob['task']> = {},
) =>
  fragment({
    task: {
      withWholeMolecule,
      mappedSmiles,
      fragmentation: defaultFragmentation(scheme),
      targetTorsionSmarts,
      periodicities: [1, 2, 3, 4],
      ...settings,
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

  const ANISOLE = ['COc1ccc(CCl)cc1', 'pfizer', ['[CH3][O:1]-[c:2]', '[c:1]-[CH2:2]Cl'], true] as const;
  const cutAnisole = (settings: Partial<FragmentJob['task']>) =>
    cut(ANISOLE[0], ANISOLE[1], [...ANISOLE[2]], ANISOLE[3], settings);

  it('may have its general parameters fitted in place: of its own torsions about the bond, and beside them what each piece has', async () => {
    const { fragments } = await cutAnisole({ parameters: 'general', periodicities: [], also: ['Bonds'] });
    const sage = builtInForceField('openff_unconstrained-2.2.1.offxml');
    expect(fragments).toHaveLength(2);
    for (const { parameters, otherParameters, wholeMolecule } of fragments) {
      expect(parameters).toEqual([]);
      expect(new Set(otherParameters!.map(({ section }) => section))).toEqual(
        new Set(['ProperTorsions', 'Bonds']),
      );
      for (const { smirks, copyOf } of otherParameters!) {
        expect(copyOf).toBeUndefined();
        expect(sage).toContain(`smirks="${smirks}"`);
      }
      expect(wholeMolecule![0]!.otherParameters!.length).toBeGreaterThan(otherParameters!.length);
    }
  });

  it('may have angles of its own, under one pattern in all pieces that have them, and torsions that keep their terms', async () => {
    const { fragments, warnings } = await cutAnisole({ periodicities: [], also: ['Angles'] });
    const angles = fragments.map(({ otherParameters }) => otherParameters!.map(({ smirks }) => smirks));
    expect(angles.every((own) => own.length > 0)).toBe(true);
    expect(angles[0]!.join()).not.toBe(angles[1]!.join());
    for (const { wholeMolecule, otherParameters, parameters } of fragments) {
      const [whole] = wholeMolecule!;
      expect(whole!.otherParameters).toEqual(expect.arrayContaining(otherParameters!));
      expect(parameters.every(({ terms }) => terms.length > 0 && terms.length < 4)).toBe(true);
    }
    expect(warnings).toEqual([expect.stringMatching(/^Angles .* keep their general parameters/)]);
  });
});
