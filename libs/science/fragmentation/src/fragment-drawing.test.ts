import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { beforeAll, describe, expect, it } from 'vitest';
import { depictFragment, depictFragmentInParent } from './fragment-drawing';
import { drivenDihedral, fragmentMolecule } from './index';

beforeAll(loadRDKit);

describe('the drawing of a fragment', () => {
  it('lies as the fragment does in the drawing of its molecule', async () => {
    const parent = moleculeFromSmiles('C[C@H](O)CCc1ccc(OCCCCN2CCOCC2)cc1');
    const fragments = await fragmentMolecule(parent, {
      scheme: 'pfizer',
      targetTorsionSmarts: ['[!#1]~[!$(*#*)&!D1:1]-;!@[!$(*#*)&!D1:2]~[!#1]'],
    });
    expect(fragments.length).toBeGreaterThan(4);
    for (const { molecule, bond, occurrences } of fragments) {
      const drawing = { dihedral: drivenDihedral(molecule, bond), occurrences };
      const { parentAtoms } = occurrences[0]!;
      const inParent = numberPlaces(depictFragmentInParent(parent, drawing));
      const alone = numberPlaces(depictFragment(parent, molecule, drawing));
      const atoms = parentAtoms.flatMap((atom) =>
        atom !== null && inParent.has(atom + 1) ? [atom + 1] : [],
      );
      expect([...alone.keys()].sort((a, b) => a - b)).toEqual(atoms.sort((a, b) => a - b));
      // The same picture but for place and size: as good as parallel from any atom to one that is far from it.
      for (const from of atoms)
        for (const to of atoms) {
          const [a, b] = [inParent, alone].map((places) => between(places.get(from)!, places.get(to)!));
          if (Math.hypot(...a!) < 60) continue;
          const cosine = (a![0] * b![0] + a![1] * b![1]) / Math.hypot(...a!) / Math.hypot(...b!);
          expect(cosine).toBeGreaterThan(0.8);
        }
    }
  });
});

type Place = [number, number];

/** Where the number of each atom is written; those of two digits are two texts. */
function numberPlaces(svg: string): Map<number, Place> {
  const texts = [...svg.matchAll(/<text x='(\S+)' y='(\S+)' class='note'[^>]*>(\d+)</g)];
  return new Map(texts.map(([, x, y, number]) => [Number(number), [Number(x), Number(y)]]));
}

function between([x1, y1]: Place, [x2, y2]: Place): Place {
  return [x2 - x1, y2 - y1];
}
