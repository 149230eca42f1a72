import { loadRDKit, matchSmarts, moleculeFromSmiles } from '@bespoke/molecule';
import type { TorsionFit } from '@bespoke/workflow-schema';
import { beforeAll, describe, expect, it } from 'vitest';
import { missedPoints } from './profile-symmetry';

/** Where a drive about the SMARTS' four atoms, its energies given by angle, missed a lower path. */
function missed(smiles: string, smarts: string, energies: Record<number, number>): number[] {
  const molecule = moleculeFromSmiles(smiles);
  const points = Object.entries(energies).map(([degrees, qmKcalPerMol]) => ({
    gridDegrees: Number(degrees),
    qmKcalPerMol,
  })) as TorsionFit['points'];
  const dihedral = matchSmarts(molecule, smarts)[0] as TorsionFit['dihedral'];
  return missedPoints(molecule, { dihedral, points }).map(({ gridDegrees }) => gridDegrees);
}

const ASYMMETRIC = { '-120': 1.5, '-60': 0.05, 0: 3, 60: 0, 120: 1, 180: 2 };

describe('the symmetry of a QM profile', () => {
  beforeAll(loadRDKit);

  it('shows the points that lie above their mirror image, by more than optimisations differ', () => {
    expect(missed('NCc1ccccc1', '[N:1][C:2][c:3][c:4]', ASYMMETRIC)).toEqual([-120]);
    expect(missed('NS(=O)(=O)c1ccccc1', '[N:1][S:2][c:3][c:4]', ASYMMETRIC)).toEqual([-120]);
  });

  it('is asked neither of what is chiral nor of a dihedral whose mirror image is another one', () => {
    expect(missed('C[C@H](O)CC', '[C:1][C:2][C:3][CH3:4]', ASYMMETRIC)).toEqual([]);
    // The dihedral to one methyl mirrors into that to the other; likewise for one of two hydrogens.
    expect(missed('CC(C)CO', '[CH3:1][C:2][C:3][O:4]', ASYMMETRIC)).toEqual([]);
    expect(missed('CCO', '[H:1][CH2:2][O:3][H:4]', ASYMMETRIC)).toEqual([]);
    expect(missed('CS(=O)CC', '[CH3:1][S:2][C:3][C:4]', ASYMMETRIC)).toEqual([]);
  });
});
