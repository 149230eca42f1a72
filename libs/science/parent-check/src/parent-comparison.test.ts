import { findProgram } from '@bespoke/child-process';
import { drivenDihedral, fragmentMolecule } from '@bespoke/fragmentation';
import { heavySmiles, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { xtb } from '@bespoke/qc-engines';
import { appendTorsions, bespokeTorsions, builtInForceField, parseOffxml } from '@bespoke/smirnoff';
import { tmpdir } from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareWithParent, walk } from './parent-comparison';

describe('the walk over the angles', () => {
  it.each([
    [30, -170],
    [45, 10],
    [60, 179],
    [120, 61],
  ])(
    'comes to each once, and but for the first from a neighbour: every %i from %i degrees',
    (spacing, start) => {
      const steps = walk(start, spacing);
      const angles = steps.map(({ gridDegrees }) => gridDegrees);
      expect(new Set(angles).size).toBe(360 / spacing);
      expect(angles.every((angle) => angle > -180 && angle <= 180 && angle % spacing === 0)).toBe(true);
      expect(Math.abs(Math.cos(((angles[0]! - start) * Math.PI) / 180))).toBeGreaterThan(
        Math.cos((0.51 * spacing * Math.PI) / 180),
      );
      for (const [index, { gridDegrees, from }] of steps.entries()) {
        if (index === 0) {
          expect(from).toBeNull();
          continue;
        }
        expect(angles.slice(0, index)).toContain(from);
        expect([spacing, 360 - spacing]).toContain(Math.abs(gridDegrees - from!));
      }
    },
  );
});

describe.skipIf(findProgram('xtb', 'XTB_BIN') === null)('a fragment and its parent (needs xtb)', () => {
  beforeAll(loadRDKit);

  async function deviationOf(
    parentSmiles: string,
    fragmentSmiles: string,
    method = 'GFN2-xTB',
  ): Promise<number> {
    const parent = moleculeFromSmiles(parentSmiles);
    const fragments = await fragmentMolecule(parent, {
      scheme: 'pfizer',
      targetTorsionSmarts: ['[!#1]~[!$(*#*)&!D1:1]-;!@[!$(*#*)&!D1:2]~[!#1]'],
    });
    const { molecule, bond, occurrences } = fragments.find(
      (fragment) => heavySmiles(fragment.molecule) === heavySmiles(moleculeFromSmiles(fragmentSmiles)),
    )!;
    const base = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
    const parameters = bespokeTorsions({
      fragment: molecule,
      bond,
      parent,
      occurrences,
      forceField: base,
      periodicities: [1, 2, 3, 4],
    });
    const { deviationKcalPerMol, points } = await compareWithParent(
      {
        fragment: molecule,
        dihedral: drivenDihedral(molecule, bond),
        parent,
        parentAtoms: occurrences[0]!.parentAtoms,
        forceField: appendTorsions(
          base,
          parameters.map(({ smirks, terms }, index) => ({ id: `bespoke-${index}`, smirks, terms })),
          [],
        ),
        chargeModel: 'nagl',
        method,
        basis: null,
        gridSpacingDegrees: 60,
      },
      xtb,
      { cores: 1, memoryBytes: 2 ** 30, scratchDirectory: tmpdir() },
    );
    expect(points.reduce((sum, { differenceKcalPerMol }) => sum + differenceKcalPerMol, 0)).toBeCloseTo(0, 8);
    return deviationKcalPerMol;
  }

  it('differ little where what was cut off is far from the bond', async () => {
    expect(await deviationOf('CCn1ncc([N+](=O)[O-])c1C=O', 'Cn1ncc([N+](=O)[O-])c1C=O')).toBeLessThan(0.2);
  });

  it('differ much where what was cut off is what the bond feels: a thioester that became a thioether', async () => {
    expect(await deviationOf('CC(=O)Sc1ccccc1C=O', 'CSc1ccccc1C=O')).toBeGreaterThan(1);
  });

  it('are not judged by too few angles, and the engine has said why', async () => {
    await expect(deviationOf('CCOC', 'CCOC', 'GFN9')).rejects.toThrow(
      /at 0 of 6 angles only: xtb has no method GFN9/,
    );
  });
});
