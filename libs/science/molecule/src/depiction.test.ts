import { beforeAll, describe, expect, it } from 'vitest';
import { depictionLayout, depictSvg, loadRDKit, moleculeFromSmiles } from './index';

beforeAll(loadRDKit);

describe('a depiction', () => {
  it('is an SVG of the size asked for', () => {
    const svg = depictSvg(moleculeFromSmiles('CCO'), { widthPx: 240, heightPx: 120 });
    expect(svg).toMatch(/<svg[^>]*width='240px'[^>]*height='120px'/);
    expect(svg.trimEnd()).toMatch(/<\/svg>$/);
    expect(svg).toMatch(/^<\?xml version='1.0' encoding='UTF-8'\?>/);
  });

  it('highlights atoms and bonds, by the numbers they have with all hydrogens', () => {
    const molecule = moleculeFromSmiles('[H]C([H])([H])C(=O)O[H]');
    const plain = depictSvg(molecule);
    const highlighted = depictSvg(molecule, {
      highlights: [
        { atoms: [4, 6, 0], bonds: [[1, 4]], colour: '#AABBCC' },
        { bonds: [[6, 4]], colour: '#DD2200' },
        { bonds: [[4, 1]], colour: '#00FF00' },
      ],
    });
    const coloured = (svg: string, colour: string): number => svg.match(new RegExp(colour, 'g'))?.length ?? 0;
    expect(coloured(plain, '#AABBCC')).toBe(0);
    expect(coloured(highlighted, '#AABBCC')).toBeGreaterThanOrEqual(2);
    expect(highlighted).toMatch(/class='[^']*bond-\d+ atom-1 atom-3'[^>]*#DD2200/);
    expect(highlighted).toMatch(/class='[^']*bond-\d+ atom-0 atom-1'[^>]*#00FF00/);
  });

  it('numbers the atoms that it draws from 1, by the numbers they have with all hydrogens', () => {
    const numbers = (smiles: string): number[] => {
      const svg = depictSvg(moleculeFromSmiles(smiles), { atomNumbers: true });
      return [...svg.matchAll(/class='note'[^>]*>(\d+)</g)].map(([, number]) => Number(number));
    };
    expect(numbers('[H]C([H])([H])C(=O)O[H]')).toEqual([2, 5, 6, 7]);
    expect(numbers('CCCCCCCCCCCC')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('numbers atoms by the numbers that it is given, and leaves those without one alone', () => {
    const svg = depictSvg(moleculeFromSmiles('CCO'), { atomNumbers: [17, null, 3] });
    const numbers = [...svg.matchAll(/class='note'[^>]*>(\d+)</g)].map(([, number]) => Number(number));
    expect(numbers).toEqual([17, 3]);
  });

  it('lies as it is told to, and as it likes where an atom has no place', () => {
    const ethane = moleculeFromSmiles('CC');
    const [inX, inY] = [[1.5, 0] as const, [0, 1.5] as const].map((end) =>
      bondVector(depictSvg(ethane, { layout: [[0, 0], end] })),
    ) as [[number, number], [number, number]];
    expect([Math.abs(inX[0]) > 9, Math.abs(inX[1]) < 0.2]).toEqual([true, true]);
    expect([Math.abs(inY[1]) > 9, Math.abs(inY[0]) < 0.2]).toEqual([true, true]);
    expect(depictSvg(ethane, { layout: [[0, 0], null] })).toBe(depictSvg(ethane));
  });

  it('can be laid out like another of the molecule', () => {
    const molecule = moleculeFromSmiles('CC(O)Cl');
    const layout = depictionLayout(molecule);
    expect(layout.map((place) => place !== null)).toEqual(molecule.atoms.map(({ element }) => element > 1));
    const distance = Math.hypot(layout[0]![0] - layout[1]![0], layout[0]![1] - layout[1]![1]);
    expect(distance).toBeGreaterThan(0.5);
  });

  it.each(['[H]/N=C(/C)CC', '[2H]C', '[H][H]', 'C[N+](C)(C)C', 'C[C@H](F)Cl'])(
    'can be made of %s',
    (smiles) => {
      expect(depictSvg(moleculeFromSmiles(smiles))).toContain('<svg');
    },
  );
});

/** From one end of the first bond to the other, in pixels. */
function bondVector(svg: string): [number, number] {
  const [, x1, y1, x2, y2] = /class='bond-0[^>]*d='M (\S+),(\S+) L (\S+),(\S+?)'/.exec(svg) ?? [];
  return [Number(x2) - Number(x1), Number(y2) - Number(y1)];
}
