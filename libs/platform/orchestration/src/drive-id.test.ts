import { describe, expect, it } from 'vitest';
import { driveIdOf, type DriveOrder } from './index';

const order: DriveOrder = {
  mappedSmiles: '[C:1]([C:2][H:3])[H:4]',
  dihedral: [2, 0, 1, 3],
  qc: { program: 'xtb', method: 'GFN2-xTB' },
  programVersion: '6.5.1',
  torsionDrive: { gridSpacingDegrees: 15, maxConformers: 3, energyDecreaseThresholdHartree: 1e-5 },
  lane: 'normal',
};

const keyIn = (solvent?: string | null): string =>
  driveIdOf({ ...order, qc: { ...order.qc, ...(solvent !== undefined && { solvent }) } });

describe('the key of a drive', () => {
  it('tells the solvent, in whatever case it is written', () => {
    expect(new Set([keyIn(), keyIn('water'), keyIn('toluene')]).size).toBe(3);
    expect(keyIn('Water')).toBe(keyIn('water'));
  });

  it('is that of vacuum where no solvent is named', () => {
    expect(keyIn(null)).toBe(keyIn());
  });
});
