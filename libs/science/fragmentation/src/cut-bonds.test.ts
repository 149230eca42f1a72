import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { beforeAll, expect, it } from 'vitest';
import { cutBonds } from './cut-bonds';

beforeAll(loadRDKit);

it('a fragment was cut at the bonds between what it has of its molecule and the rest, whatever caps it', () => {
  const propane = moleculeFromSmiles('CCC');
  const ethyl = [
    0,
    1,
    ...propane.neighbours[0]!.slice(1),
    ...propane.neighbours[1]!.filter((atom) => atom > 2),
  ];
  expect(cutBonds(propane, [...ethyl, null])).toEqual([[1, 2]]);
  expect(cutBonds(propane, [2, ...propane.neighbours[2]!.filter((atom) => atom > 2), null])).toEqual([
    [2, 1],
  ]);
  expect(
    cutBonds(
      propane,
      propane.atoms.map((_, atom) => atom),
    ),
  ).toEqual([]);
});
