import { describe, expect, it } from 'vitest';
import { mergeForceFields } from './merge';
import { parseOffxml, writeOffxml, type ForceField } from './offxml';
import { forceFieldParameters } from './parameters';

function forceField(sections: string, model = 'OEAroModel_MDL'): ForceField {
  return parseOffxml(`<SMIRNOFF version="0.3" aromaticity_model="${model}">${sections}</SMIRNOFF>`);
}

const bond = (id: string): string =>
  `<Bond id="${id}" smirks="[*:1]~[*:2]" k="1 kcal/mol/angstrom**2" length="1 angstrom"/>`;

describe('force fields merged', () => {
  it('have the parameters of the later behind those of the earlier, authors joined, comments and unknown sections kept', () => {
    const merged = mergeForceFields([
      forceField(
        `<!-- one --><Author>A</Author><Bonds version="0.4" note="x">${bond('b1')}</Bonds><Mine a="1"/>`,
      ),
      forceField(
        `<Author>B</Author><Bonds version="0.4" parameterize="k" note="y">${bond('b2')}</Bonds><Mine a="2"/><ToolkitAM1BCC version="0.3"/>`,
      ),
    ]);
    expect(forceFieldParameters(merged).bonds.map(({ id }) => id)).toEqual(['b1', 'b2']);
    const text = writeOffxml(merged);
    expect(text).toContain('<Author>A AND B</Author>');
    expect(text).toContain('<!-- one -->');
    expect(text).toMatch(/<Bonds [^>]*parameterize="k"/);
    expect(text).toMatch(/<Bonds [^>]*note="x"/);
    expect(text).toMatch(/<Mine a="1"><\/Mine>\s*<Mine a="2"><\/Mine>/);
    expect(text).toContain('<ToolkitAM1BCC version="0.3">');
  });

  it.each([
    ['<Bonds version="0.4" potential="harmonic"/>', '<Bonds version="0.4" potential="(k/2)*(r-length)^2"/>'],
    [
      '<vdW version="0.3" method="cutoff" cutoff="9 angstrom"/>',
      '<vdW version="0.4" periodic_method="cutoff" cutoff="0.9 nm"/>',
    ],
    [
      '<Electrostatics version="0.3" method="PME" scale14="0.833333"/>',
      '<Electrostatics version="0.4" scale14="0.8333333333"/>',
    ],
    ['<ImproperTorsions default_idivf="2"/>', '<ImproperTorsions default_idivf="2.0"/>'],
    ['<NAGLCharges model_file="a.pt"/>', '<NAGLCharges model_file="a.pt" model_file_hash="12"/>'],
  ])('agree where they say the same in other words: %s and %s', (one, other) => {
    expect(() => mergeForceFields([forceField(one), forceField(other)])).not.toThrow();
    expect(() => mergeForceFields([forceField(other), forceField(one)])).not.toThrow();
  });

  it.each([
    ['<Bonds version="0.3"/>', '<Bonds version="0.4"/>', /fractional_bondorder_method of Bonds/],
    ['<vdW scale14="0.5"/>', '<vdW scale14="1"/>', /scale14 of vdW is 0.5 in one and 1/],
    ['<vdW/>', '<vdW cutoff="10 angstrom"/>', /cutoff of vdW/],
    ['<ProperTorsions/>', '<ProperTorsions default_idivf="1"/>', /default_idivf of ProperTorsions/],
    ['<NAGLCharges model_file="a.pt"/>', '<NAGLCharges model_file="b.pt"/>', /a\.pt in one and b\.pt/],
  ])('are refused where they disagree: %s and %s', (one, other, reason) => {
    expect(() => mergeForceFields([forceField(one), forceField(other)])).toThrowError(
      expect.objectContaining({
        code: 'incompatible-force-fields',
        message: expect.stringMatching(reason) as string,
      }),
    );
  });

  it('are refused under different aromaticity models, or when there are none', () => {
    expect(() => mergeForceFields([forceField(''), forceField('', 'RDKit')])).toThrowError(
      /aromaticity_model/,
    );
    expect(() => mergeForceFields([])).toThrowError(/No force field/);
  });
});
