import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { beforeAll, describe, expect, it } from 'vitest';
import { assignParameters } from './assignment';
import { builtInForceField } from './built-in-force-fields';
import { chargeIncrements, libraryCharges, wantedChargeModel } from './charges';
import { parseOffxml } from './offxml';

const ATTRIBUTES: Record<string, string> = {
  Bonds: 'length="1.5 * angstrom" k="600 * kilocalorie_per_mole / angstrom ** 2"',
  Angles: 'angle="110 * degree" k="100 * kilocalorie_per_mole / radian ** 2"',
  ProperTorsions: 'periodicity1="3" phase1="0 * degree" k1="0.5 * kilocalorie_per_mole" idivf1="1"',
  ImproperTorsions: 'periodicity1="2" phase1="180 * degree" k1="1.1 * kilocalorie_per_mole"',
  vdW: 'epsilon="0.1 * kilocalorie_per_mole" rmin_half="1.9 * angstrom"',
};

const ELEMENTS: Record<string, string> = {
  Bonds: 'Bond',
  Angles: 'Angle',
  ProperTorsions: 'Proper',
  ImproperTorsions: 'Improper',
  vdW: 'Atom',
};

/** A force field of one section with these patterns, named p1, p2, …, or with parameters as they are given. */
function forceFieldWith(section: string, ...parameters: string[]): ReturnType<typeof parseOffxml> {
  const written = parameters.map((parameter, index) =>
    parameter.startsWith('<')
      ? parameter
      : `<${ELEMENTS[section]} smirks="${parameter}" id="p${index + 1}" ${ATTRIBUTES[section]}/>`,
  );
  return parseOffxml(
    `<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL"><${section}>${written.join('')}</${section}></SMIRNOFF>`,
  );
}

beforeAll(loadRDKit);

describe('assigning parameters', () => {
  it('lets the last pattern that matches win', () => {
    const forceField = forceFieldWith(
      'Bonds',
      '[*:1]~[*:2]',
      '[#6:1]-[#1:2]',
      '[#1:1]-[#6X4:2]',
      '[#7:1]-[#1:2]',
    );
    const { bonds, missing } = assignParameters(
      forceField,
      moleculeFromSmiles('[C:1]([O:2][H:6])([H:3])([H:4])[H:5]'),
    );
    expect(bonds.map(({ atoms, id }) => [...atoms, id])).toEqual([
      [0, 1, 'p1'],
      [0, 2, 'p3'],
      [0, 3, 'p3'],
      [0, 4, 'p3'],
      [1, 5, 'p1'],
    ]);
    expect(missing.every(({ section }) => section !== 'Bonds')).toBe(true);
  });

  it('names every bond, angle, torsion and atom that nothing matches', () => {
    const { missing } = assignParameters(
      forceFieldWith('ProperTorsions', '[#1:1]-[#6:2]-[#8:3]-[#1:4]'),
      moleculeFromSmiles('[C:1]([O:2][C:9]([H:6])([H:7])[H:8])([H:3])([H:4])[H:5]'),
    );
    const count = (name: string): number => missing.filter(({ section }) => section === name).length;
    expect([count('Bonds'), count('Angles'), count('ProperTorsions'), count('vdW')]).toEqual([8, 13, 6, 9]);
    expect(missing).toContainEqual({ section: 'ProperTorsions', atoms: [2, 0, 1, 8] });
  });

  it('sums an improper over three dihedrals that begin with the centre, a third of k each', () => {
    const { impropers } = assignParameters(
      forceFieldWith('ImproperTorsions', '[*:1]~[#6X3:2](~[*:3])~[*:4]'),
      moleculeFromSmiles('[H:4][C:2](=[O:1])[H:3]'),
    );
    expect(impropers).toHaveLength(1);
    expect(impropers[0]).toMatchObject({
      atoms: [0, 1, 2, 3],
      dihedrals: [
        [1, 0, 2, 3],
        [1, 2, 3, 0],
        [1, 3, 0, 2],
      ],
      terms: [{ periodicity: 2, phaseDegrees: 180, kKcalPerMol: 1.1, idivf: 3 }],
    });
  });

  it('reads a Lennard-Jones radius from sigma as from rmin_half', () => {
    const forceField = forceFieldWith(
      'vdW',
      `<Atom smirks="[*:1]" epsilon="0.4184 * kilojoule_per_mole" sigma="0.3 * nanometer"/>`,
    );
    const [atom] = assignParameters(forceField, moleculeFromSmiles('C')).vdw;
    expect(atom?.rminHalfAngstrom).toBeCloseTo((3 * 2 ** (1 / 6)) / 2, 12);
    expect(atom?.epsilonKcalPerMol).toBeCloseTo(0.1, 12);
  });

  it.each([
    ['another aromaticity model', '<SMIRNOFF version="0.3" aromaticity_model="RDKit"/>', /aromaticity/],
    [
      'virtual sites that fall on the molecule',
      '<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL"><VirtualSites><VirtualSite smirks="[#6X4:1]" id="v"/></VirtualSites></SMIRNOFF>',
      /VirtualSites.* v to atoms 1 /,
    ],
    [
      'a pattern that is no SMARTS',
      '<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL"><vdW><Atom smirks="[#6X:1](" id="n" epsilon="1 kcal/mol" sigma="1 nm"/></vdW></SMIRNOFF>',
      /pattern of parameter n can't be used/,
    ],
    [
      'an implicit solvent',
      '<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL"><GBSA/></SMIRNOFF>',
      /GBSA/,
    ],
    [
      'another functional form',
      '<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL"><vdW potential="Buckingham"/></SMIRNOFF>',
      /Buckingham/,
    ],
    [
      'a figure without its unit',
      '<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL"><Bonds><Bond id="b1" smirks="[*:1]~[*:2]" k="1" length="1"/></Bonds></SMIRNOFF>',
      /k of Bond b1/,
    ],
    [
      'a periodicity that would fill the memory',
      '<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL"><ProperTorsions><Proper id="t1" smirks="[*:1]~[*:2]~[*:3]~[*:4]" periodicity1="1000000000" phase1="0 degree" k1="1 kcal/mol" idivf1="1"/></ProperTorsions></SMIRNOFF>',
      /periodicity1 of Proper t1.* is not an integer from 1 to 100/,
    ],
  ])('refuses %s rather than compute something else', (_, offxml, reason) => {
    expect(() => assignParameters(parseOffxml(offxml), moleculeFromSmiles('C'))).toThrowError(reason);
  });

  it('ignores a pattern only where its elements are absent: recursive parts and alternatives are not required', () => {
    const patterns = ['[*:1]~[#6;!$(*~[#16]):2]', '[#1:1]-[#6,#16:2]', '[#1:1]-[#6:2]~[#8,#16]'];
    const { bonds } = assignParameters(
      forceFieldWith('Bonds', ...patterns),
      moleculeFromSmiles('[C:1]([O:2][H:6])([H:3])([H:4])[H:5]'),
    );
    expect(bonds.map(({ id }) => id)).toEqual(['p1', 'p3', 'p3', 'p3']);
  });
});

describe('constraints', () => {
  it('are at their own distance, else at the length of the bond, else unknown', () => {
    const { constraints } = assignParameters(
      parseOffxml(
        `<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL"><Bonds><Bond smirks="[*:1]-[#1:2]" id="b" ${ATTRIBUTES['Bonds']}/></Bonds>` +
          '<Constraints><Constraint smirks="[*:1]-[*:2]" id="c1"/><Constraint smirks="[#8:1]-[#1:2]" id="c2" distance="0.095 nm"/></Constraints></SMIRNOFF>',
      ),
      moleculeFromSmiles('[C:1]([O:2][H:6])([H:3])([H:4])[H:5]'),
    );
    expect(constraints.map(({ atoms, id, distanceAngstrom }) => [...atoms, id, distanceAngstrom])).toEqual([
      [0, 1, 'c1', null],
      [0, 2, 'c1', 1.5],
      [0, 3, 'c1', 1.5],
      [0, 4, 'c1', 1.5],
      [1, 5, 'c2', 0.95],
    ]);
  });
});

describe('library charges', () => {
  it('are those of a molecule that they cover, the last match winning, and none of another', () => {
    const forceField = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
    const water = libraryCharges(forceField, moleculeFromSmiles('[O:1]([H:2])[H:3]'));
    expect(water).toEqual([-0.834, 0.417, 0.417]);
    expect(libraryCharges(forceField, moleculeFromSmiles('C'))).toBeNull();
  });

  it('cover a molecule only when they cover every atom', () => {
    const forceField = parseOffxml(
      builtInForceField('openff_unconstrained-2.2.1.offxml').replace(
        /(<LibraryCharges[^>]*>)/,
        '$1<LibraryCharge smirks="[#6X4:1]" charge1="-0.2 * elementary_charge" id="c"/>',
      ),
    );
    expect(libraryCharges(forceField, moleculeFromSmiles('C'))).toBeNull();
  });
});

describe('the charge model that a force field wants', () => {
  const wanted = (sections: string): unknown =>
    wantedChargeModel(parseOffxml(`<SMIRNOFF version="0.3">${sections}</SMIRNOFF>`));

  it('is NAGL before charge increments before AM1-BCC, with what the section says of it', () => {
    expect(wanted('')).toEqual({ model: 'none' });
    expect(wanted('<ToolkitAM1BCC/>')).toEqual({ model: 'am1bcc' });
    expect(wanted('<ToolkitAM1BCC/><ChargeIncrementModel partial_charge_method="zeros"/>')).toEqual({
      model: 'charge-increments',
      baseMethod: 'zeros',
      numberOfConformers: 1,
    });
    expect(
      wanted('<ToolkitAM1BCC/><ChargeIncrementModel/><NAGLCharges model_file="m.pt" model_file_hash="ab"/>'),
    ).toEqual({ model: 'nagl', file: 'm.pt', sha256: 'ab', digitalObjectIdentifier: null });
  });

  it('may be a base method with increments, which add up by atom; one that is left out makes the sum zero', () => {
    const forceField = parseOffxml(
      '<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL"><ChargeIncrementModel>' +
        '<ChargeIncrement smirks="[#6:1]-[#1:2]" charge_increment1="-0.1 e" charge_increment2="0.1 e"/>' +
        '<ChargeIncrement smirks="[#8:1](-[#1:2])-[#6:3]" charge_increment1="-0.5 e" charge_increment2="0.3 e"/>' +
        '</ChargeIncrementModel></SMIRNOFF>',
    );
    const increments = chargeIncrements(
      forceField,
      moleculeFromSmiles('[C:1]([O:2][H:6])([H:3])([H:4])[H:5]'),
    );
    [-0.1, -0.5, 0.1, 0.1, 0.1, 0.3].forEach((value, atom) =>
      expect(increments[atom]).toBeCloseTo(value, 12),
    );
  });
});
