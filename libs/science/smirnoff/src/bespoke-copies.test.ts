import { loadRDKit, matchSmarts, moleculeFromSmiles, type Molecule } from '@bespoke/molecule';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { appendCopies } from './append-parameters';
import { assignParameters, termsIn } from './assignment';
import { bespokeCopies, type BespokeCopiesRequest, type CopiedSection } from './bespoke-copies';
import { builtInForceField } from './built-in-force-fields';
import { parseOffxml, writeOffxml } from './offxml';

const REFERENCE = join(__dirname, '../../../../../shared/data/parity/bespoke-smirks.jsonl.gz');
const SAGE = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
const SECTIONS: CopiedSection[] = ['Bonds', 'Angles', 'ImproperTorsions', 'vdW'];

beforeAll(loadRDKit);

type Fragment = BespokeCopiesRequest['fragments'][number];

const whole = (molecule: Molecule): Fragment => ({
  fragment: molecule,
  occurrences: [{ parentAtoms: [...molecule.atoms.keys()] }],
});

/** A fragment whose atoms carry the map numbers of the parent; caps have none. */
function piece(smiles: string): Fragment {
  const fragment = moleculeFromSmiles(smiles);
  const parentAtoms = fragment.atoms.map(({ mapNumber }) => (mapNumber === 0 ? null : mapNumber - 1));
  return { fragment, occurrences: [{ parentAtoms }] };
}

const copiesOf = (
  parent: Molecule,
  sections: readonly CopiedSection[],
  fragments: readonly Fragment[] = [whole(parent)],
) => bespokeCopies({ parent, fragments, forceField: SAGE, sections });

/** Atoms of each match, in an order that has the centre of an improper first and is else their own. */
const named = (section: CopiedSection, hits: readonly (readonly number[])[]): string[] => {
  const name = (atoms: readonly number[]): string =>
    section === 'ImproperTorsions'
      ? [atoms[1], ...[atoms[0]!, atoms[2]!, atoms[3]!].sort((a, b) => a - b)].join('-')
      : [atoms.join('-'), atoms.toReversed().join('-')].sort()[0]!;
  return [...new Set(hits.map(name))].sort();
};

describe('parameters of their own for bonds, angles, impropers and atoms', () => {
  it('are one for each kind of a molecule, and reach no further than they must', () => {
    const { copies, warnings } = copiesOf(moleculeFromSmiles('CCO'), ['Bonds', 'vdW']);
    expect(warnings).toEqual([]);
    expect(copies.filter(({ section }) => section === 'Bonds')).toHaveLength(5);
    expect(copies.find(({ copyOf }) => copyOf === '[#6X4:1]-[#6X4:2]')).toMatchObject({
      smirks: '[#6X4H3x0+0A:1]-;!@[#6X4H2x0+0A:2]-;!@[#8X2H1x0+0A]',
      fragments: [0],
    });
    expect(copies.filter(({ section }) => section === 'vdW')).toHaveLength(6);
  });

  it('reach further where atoms nearby are alike, and take what resonance makes equal as one', () => {
    // The ends of heptan-1-ol differ from each other only three bonds from the bond between atoms 4 and 5.
    const alcohol = copiesOf(moleculeFromSmiles('CCCCCCCO'), ['Bonds']).copies;
    const carbons = (smirks: string): number => smirks.match(/#6/g)!.length;
    expect(new Set(alcohol.map(({ smirks }) => smirks)).size).toBe(alcohol.length);
    expect(Math.max(...alcohol.map(({ smirks }) => carbons(smirks)))).toBeGreaterThan(5);
    const acetate = moleculeFromSmiles('CC(=O)[O-]');
    const oxygens = copiesOf(acetate, ['Bonds']).copies.filter(({ smirks }) =>
      smirks.includes('#8X1H0x0-1A'),
    );
    expect(oxygens.some(({ smirks }) => matchSmarts(acetate, smirks).length === 2)).toBe(true);
  });

  it('hit in a fragment nothing but what stands for the same, and where a cut hides it a warning says so', () => {
    // Of 4-chlorophenetole the ring keeps no chlorine: what tells the sides of the ring apart is cut.
    const parent = moleculeFromSmiles('[CH3:1][CH2:2][O:3][c:4]1[cH:5][cH:6][c:7]([Cl:8])[cH:9][cH:10]1');
    const fragment = piece('[CH3:1][CH2:2][O:3][c:4]1[cH:5][cH:6][cH:7][cH:9][cH:10]1');
    const { copies, warnings } = copiesOf(parent, ['Angles'], [fragment]);
    expect(copies.some(({ fragments }) => fragments.length === 1)).toBe(true);
    expect(copies.some(({ fragments }) => fragments.length === 0)).toBe(true);
    expect(warnings).toEqual([expect.stringMatching(/^Angles .*6-7-9.* keep their general parameters/)]);
  });

  it('leave energies as they are until they are fitted', () => {
    const molecule = moleculeFromSmiles('CC(=O)Nc1ccccc1');
    const { copies } = copiesOf(molecule, SECTIONS);
    const forceField = parseOffxml(writeOffxml(appendCopies(SAGE, copies)));
    const [before, after] = [SAGE, forceField].map((each) => assignParameters(each, molecule));
    for (const section of SECTIONS) {
      const [general, own] = [before!, after!].map((assignment) => termsIn(assignment, section));
      const figures = (terms: typeof general) =>
        terms!.map(({ smirks: _, ...term }) => ({ ...term, id: null })).sort(byAtoms);
      expect(figures(own)).toEqual(figures(general));
      const patterns = new Set(copies.map(({ smirks }) => smirks));
      expect(own!.every(({ smirks }) => patterns.has(smirks))).toBe(true);
    }
  });

  it.skipIf(!existsSync(REFERENCE))(
    'hit, by RDKit, each term of a molecule once, with its general figures, and in fragments what stands for it (where the reference data is)',
    () => {
      const lines = gunzipSync(readFileSync(REFERENCE)).toString().trim().split('\n');
      for (const line of lines.filter((_, n) => n % 10 === 0)) {
        const record = JSON.parse(line) as {
          mapped_smiles: string;
          parent_map_to_input_atom: number[];
          fragments: { cmiles: string }[];
        };
        const parent = moleculeFromSmiles(record.mapped_smiles);
        const fragments = record.fragments.map(({ cmiles }) => {
          const { fragment, occurrences } = piece(cmiles);
          const parentAtoms = occurrences[0]!.parentAtoms.map((atom) =>
            atom === null ? null : record.parent_map_to_input_atom[atom]!,
          );
          return { fragment, occurrences: [{ parentAtoms }] };
        });
        const { copies, warnings } = copiesOf(parent, SECTIONS, fragments);
        const assignment = assignParameters(SAGE, parent);
        for (const section of SECTIONS) {
          const own = copies.filter((copy) => copy.section === section);
          const hits = own.map(({ smirks }) => named(section, matchSmarts(parent, smirks)));
          const terms = termsIn(assignment, section);
          expect(hits.flat().sort()).toEqual(
            named(
              section,
              terms.map(({ atoms }) => atoms),
            ),
          );
          const generalOf = new Map(terms.map(({ atoms, smirks }) => [named(section, [atoms])[0], smirks]));
          own.forEach(({ copyOf, smirks, fragments: hit }, n) => {
            expect(hits[n]!.every((name) => generalOf.get(name) === copyOf)).toBe(true);
            fragments.forEach(({ fragment, occurrences }, index) => {
              const inParent = matchSmarts(fragment, smirks).map((atoms) =>
                atoms.map((atom) => occurrences[0]!.parentAtoms[atom] ?? NaN),
              );
              expect(inParent.length > 0).toBe(hit.includes(index));
              expect(named(section, inParent).every((name) => hits[n]!.includes(name))).toBe(true);
            });
          });
        }
        expect(warnings.every((warning) => /keep their general parameters/.test(warning))).toBe(true);
      }
    },
    120_000,
  );
});

function byAtoms(a: { atoms: readonly number[] }, b: { atoms: readonly number[] }): number {
  return a.atoms.join() < b.atoms.join() ? -1 : 1;
}
