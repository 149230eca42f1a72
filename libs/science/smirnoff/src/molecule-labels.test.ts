import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtInForceField } from './built-in-force-fields';
import { labelMolecule, type AtomsAndId } from './molecule-labels';
import { parseOffxml, type ForceField } from './offxml';
import { unknownSections } from './sections';

const LABELS = join(__dirname, '../../../../../shared/data/parity/smirnoff-labels-2.2.1.jsonl.gz');
const SECTIONS = [
  ...(['Bonds', 'Angles', 'ProperTorsions', 'ImproperTorsions', 'vdW', 'LibraryCharges'] as const),
];
const METHANOL = '[C:1]([O:2][H:6])([H:3])([H:4])[H:5]';

function forceField(sections: string): ForceField {
  return parseOffxml(`<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL">${sections}</SMIRNOFF>`);
}

beforeAll(loadRDKit);

describe('labelling a molecule', () => {
  it.skipIf(!existsSync(LABELS))(
    'gives every tuple of every section of the reference set, in its order (where the reference data is)',
    ({ annotate }) => {
      const sage = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
      const records = gunzipSync(readFileSync(LABELS)).toString().trim().split('\n').slice(1);
      const count = { molecules: 0, tuples: 0, differences: 0 };
      for (const line of records) {
        const record = JSON.parse(line) as Record<string, AtomsAndId[]> & { mapped_smiles: string };
        const labels = labelMolecule(sage, moleculeFromSmiles(record.mapped_smiles));
        count.molecules += 1;
        expect(labels.missing).toEqual({});
        for (const section of SECTIONS) {
          const [ours, theirs] = [labels[section], record[section] ?? []];
          count.tuples += theirs.length;
          const known = new Set(theirs.map((label) => label.join(' ')));
          count.differences +=
            ours.filter((label) => !known.has(label.join(' '))).length +
            Math.abs(ours.length - theirs.length);
        }
        expect(Object.fromEntries(SECTIONS.map((section) => [section, labels[section]]))).toEqual(
          Object.fromEntries(SECTIONS.map((section) => [section, record[section]])),
        );
      }
      void annotate(`${count.molecules} molecules, ${count.tuples} tuples, ${count.differences} differences`);
      expect(count).toMatchObject({ molecules: 249, differences: 0 });
    },
  );

  it('lists by section what no parameter matches, and calls a parameter without an id by its pattern', () => {
    const labels = labelMolecule(
      forceField('<Bonds><Bond smirks="[#6:1]-[#8:2]"/></Bonds><vdW><Atom id="n" smirks="[#1:1]"/></vdW>'),
      moleculeFromSmiles(METHANOL),
    );
    expect(labels.Bonds).toEqual([[0, 1, '[#6:1]-[#8:2]']]);
    expect(labels.missing.Bonds).toEqual([
      [0, 2],
      [0, 3],
      [0, 4],
      [1, 5],
    ]);
    expect(labels.missing.vdW).toEqual([[0], [1]]);
    expect(labels.missing.Angles).toHaveLength(7);
    expect(labels.missing.ProperTorsions).toEqual([
      [2, 0, 1, 5],
      [3, 0, 1, 5],
      [4, 0, 1, 5],
    ]);
  });

  it('needs no values: sections that are not computed and figures that cannot be read do not stop it', () => {
    const labels = labelMolecule(
      forceField(
        '<Bonds potential="Morse"><Bond id="b" smirks="[*:1]~[*:2]" k="stiff"/></Bonds><GBSA/>' +
          '<VirtualSites><VirtualSite smirks="[#8:1]"/></VirtualSites>',
      ),
      moleculeFromSmiles(METHANOL),
    );
    expect(labels.Bonds).toHaveLength(5);
  });

  it('shows constraints and charge increments where the force field has them, the increments by tag', () => {
    const plain = labelMolecule(forceField(''), moleculeFromSmiles(METHANOL));
    expect(plain).not.toHaveProperty('Constraints');
    expect(plain).not.toHaveProperty('ChargeIncrementModel');
    const labels = labelMolecule(
      forceField(
        '<Constraints><Constraint id="c" smirks="[#8:1]-[#1:2]"/></Constraints><ChargeIncrementModel>' +
          '<ChargeIncrement id="x" smirks="[*:1]-[#8:2]"/><ChargeIncrement id="y" smirks="[#8:1]-[#6:2]"/>' +
          '</ChargeIncrementModel>',
      ),
      moleculeFromSmiles(METHANOL),
    );
    expect(labels.Constraints).toEqual([[1, 5, 'c']]);
    expect(labels.ChargeIncrementModel).toEqual([
      [1, 0, 'y'],
      [5, 1, 'x'],
    ]);
  });

  it('refuses a pattern that tags another number of atoms than its section is about', () => {
    expect(() =>
      labelMolecule(
        forceField('<Bonds><Bond id="b" smirks="[*:1]~[*:2]~[*:3]"/></Bonds>'),
        moleculeFromSmiles('C'),
      ),
    ).toThrowError(/b .*tags 3 atoms instead of 2/);
  });
});

describe('a section that SMIRNOFF does not know', () => {
  it('is named, and stops neither typing nor anything else', () => {
    const unknown = forceField('<SomebodysSection><A/></SomebodysSection><Bonds/><Other/><GBSA/>');
    expect(unknownSections(unknown)).toEqual(['SomebodysSection', 'Other']);
    expect(labelMolecule(unknown, moleculeFromSmiles('C')).Bonds).toEqual([]);
  });
});
