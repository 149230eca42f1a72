import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { beforeAll, describe, expect, it } from 'vitest';
import { torsionsHit } from './bespoke-torsions';
import { fitGroups } from './fit-groups';

beforeAll(loadRDKit);

/** C-C-C-C of any butane, of one with a free end, and of any alkyl ether. */
const ANY_BUTANE = '[#6X4:1]-[#6X4:2]-[#6X4:3]-[#6X4:4]';
const FREE_BUTANE = '[#6X4H3:1]-[#6X4H2:2]-[#6X4H2:3]-[#6X4H3,#6X4H2:4]';
const ETHER = '[#6X4:1]-[#6X4:2]-[#8X2:3]-[#6X4:4]';

const fragment = (smiles: string, ...patterns: string[]) => ({
  molecule: moleculeFromSmiles(smiles),
  patterns,
});

describe('fragments', () => {
  it('are fitted apart where no parameter of one hits another, together where one does', () => {
    const butane = fragment('CCCC', ANY_BUTANE);
    const ether = fragment('CCOC', ETHER);
    const both = fragment('CCCCOC', '[#6:1]-[#6:2]-[#6:3]-[#8:4]');
    const groups = (fragments: Parameters<typeof fitGroups>[0]) =>
      fitGroups(fragments).map((group) => group.fragments.toSorted());
    expect(groups([butane, ether])).toEqual([[0], [1]]);
    // Its own parameter hits neither of them, but theirs hit it.
    expect(groups([butane, both, ether])).toEqual([[0, 1, 2]]);
    expect(groups([])).toEqual([]);
  });

  it('have the same patterns in a fit whatever the molecule says of them', () => {
    expect(fitGroups([fragment('CCCC', ANY_BUTANE)])).toEqual(fitGroups([fragment('CCCC', FREE_BUTANE)]));
    expect(fitGroups([fragment('CCCC', ANY_BUTANE)])).not.toEqual(fitGroups([fragment('CCCCC', ANY_BUTANE)]));
  });

  it('that are fitted together have them too, in an order that does not depend on the molecule', () => {
    const butane = (pattern: string) => fragment('CCCC', pattern);
    const pentanol = fragment('CCCCO', '[#6:1]-[#6:2]-[#6:3]-[#8:4]');
    const one = fitGroups([butane(ANY_BUTANE), pentanol]);
    const other = fitGroups([pentanol, butane(FREE_BUTANE)]);
    expect(one.map(({ smirks }) => smirks)).toEqual(other.map(({ smirks }) => smirks));
    expect([one[0]!.fragments, other[0]!.fragments].map(([first]) => first)).toEqual(
      one[0]!.fragments[0] === 0 ? [0, 1] : [1, 0],
    );
  });

  it('have patterns in a fit that hit what their parameters hit, and nothing in any other molecule', () => {
    const fragments = [
      fragment('CCCC', ANY_BUTANE),
      fragment('CCCCOC', ETHER),
      fragment('CCCCl', '[*:1]-[#6:2]-[#6:3]-[Cl:4]'),
    ];
    const groups = fitGroups(fragments);
    expect(groups.map((group) => group.fragments.length).sort()).toEqual([1, 2]);
    for (const group of groups) {
      for (const member of group.fragments) {
        const { molecule } = fragments[member]!;
        group.fragments.forEach((owner, n) =>
          expect(torsionsHit(molecule, group.smirks[n]![0]!)).toEqual(
            torsionsHit(molecule, fragments[owner]!.patterns[0]!),
          ),
        );
      }
      for (const smirks of group.smirks.flat()) {
        expect(torsionsHit(moleculeFromSmiles('CCCCCCOCCCCl'), smirks)).toEqual([]);
      }
    }
  });

  it('keep the order and the patterns of their molecule where two of these hit one torsion', () => {
    const fragments = [fragment('CCCCO', ANY_BUTANE.replace(/X4:1/, ':1')), fragment('CCCC', FREE_BUTANE)];
    const [group] = fitGroups(fragments);
    expect(group).toEqual({ fragments: [0, 1], smirks: fragments.map(({ patterns }) => patterns) });
  });
});
