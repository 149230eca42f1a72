import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { beforeAll, describe, expect, it } from 'vitest';
import { assignParameters } from './assignment';
import { bondsThatNeedOrders } from './bond-orders';
import { builtInForceField } from './built-in-force-fields';
import { parseOffxml } from './offxml';

const BUTADIENE = '[C:1](=[C:2]([C:3](=[C:4]([H:9])[H:10])[H:8])[H:7])([H:5])[H:6]';
const INTERPOLATED = parseOffxml(
  '<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL">' +
    '<Bonds version="0.4"><Bond id="b" smirks="[#6:1]~[#6:2]" k_bondorder1="100 kcal/mol/angstrom**2" k_bondorder2="200 kcal/mol/angstrom**2" k_bondorder3="400 kcal/mol/angstrom**2" length="1.4 angstrom"/></Bonds>' +
    '<ProperTorsions version="0.4"><Proper id="t" smirks="[*:1]~[#6:2]-[#6:3]~[*:4]" periodicity1="2" phase1="180 degree" k1_bondorder1="1 kcal/mol" k1_bondorder2="3 kcal/mol" idivf1="1"/></ProperTorsions>' +
    '</SMIRNOFF>',
);

beforeAll(loadRDKit);

describe('parameters that hang on bond orders', () => {
  it.each([
    [1, 100, 1],
    [1.5, 150, 2],
    [2.25, 250, 3.5],
    [0.5, 50, 0],
    [3.5, 500, 6],
  ])('are linear between the given orders and go on beyond them: at %s', (order, bondK, torsionK) => {
    const { bonds, propers } = assignParameters(INTERPOLATED, moleculeFromSmiles(BUTADIENE), {
      wibergBondOrders: () => order,
    });
    expect(bonds[0]?.kKcalPerMolPerAngstrom2).toBeCloseTo(bondK, 10);
    expect(bonds[0]?.lengthAngstrom).toBe(1.4);
    expect(propers[0]?.terms[0]?.kKcalPerMol).toBeCloseTo(torsionK, 10);
  });

  it('say which bonds they need the orders of, the central one of a torsion', () => {
    const molecule = moleculeFromSmiles(BUTADIENE);
    expect(bondsThatNeedOrders(INTERPOLATED, molecule)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    const sage = parseOffxml(builtInForceField('openff_unconstrained-2.3.0.offxml'));
    expect(bondsThatNeedOrders(sage, molecule)).toEqual([]);
  });

  it('are refused without the orders, by the parameter and the atoms', () => {
    expect(() => assignParameters(INTERPOLATED, moleculeFromSmiles(BUTADIENE))).toThrowError(
      expect.objectContaining({
        code: 'missing-bond-orders',
        message: expect.stringMatching(/Parameter b .*atoms 1 and 2/) as string,
      }),
    );
  });
});
