import { beforeAll, describe, expect, it } from 'vitest';
import type { MoleculeError } from './index';
import {
  dihedralDegrees,
  generateConformers,
  loadRDKit,
  moleculeFromMolfile,
  moleculeFromSmiles,
  moleculeToMolfile,
  undefinedStereo,
} from './index';

beforeAll(loadRDKit);

const conformersOf = (smiles: string, maxConformers = 3, seed = 1): Float64Array[] =>
  generateConformers(moleculeFromSmiles(smiles), { maxConformers, seed, allowUndefinedStereo: true });

describe('conformers', { timeout: 60_000 }, () => {
  it('have all atoms, hydrogens too, at sensible distances in the order of the molecule', () => {
    const molecule = moleculeFromSmiles('[H]OCC(=O)N');
    for (const geometry of generateConformers(molecule, { maxConformers: 5, seed: 3 })) {
      expect(geometry).toHaveLength(3 * molecule.atoms.length);
      for (let i = 0; i < molecule.atoms.length; i++)
        for (let j = 0; j < i; j++) {
          const distance = Math.hypot(
            ...[0, 1, 2].map((axis) => geometry[3 * i + axis]! - geometry[3 * j + axis]!),
          );
          if (molecule.neighbours[i]!.includes(j)) expect(distance).toBeLessThan(1.6);
          else expect(distance).toBeGreaterThan(1.6);
        }
    }
  });

  it('are the same for the same seed', () => {
    expect(conformersOf('OCCCN', 4, 11)).toEqual(conformersOf('OCCCN', 4, 11));
  });

  it('differ in their torsions', () => {
    const angles = conformersOf('CCCC', 5).map((geometry) =>
      Math.abs(dihedralDegrees(geometry, [0, 1, 2, 3])),
    );
    expect(angles.some((angle) => angle > 170)).toBe(true);
    expect(angles.some((angle) => angle < 80)).toBe(true);
    expect(conformersOf('CCCCC', 2)).toHaveLength(2);
  });

  it('are one where there is but one shape', () => {
    expect(conformersOf('c1ccccc1', 5)).toHaveLength(1);
    expect(conformersOf('Cc1ccccc1', 5)).toHaveLength(1);
    expect(conformersOf('CC#CC', 5)).toHaveLength(1);
  });

  // One enantiomer after the other: OpenChemLib keeps what it has embedded.
  it.each([
    ['C[C@H](F)CC', 'C[C@@H](F)CC', [0, 1, 2, 3]],
    ['C[S@](=O)CC', 'C[S@@](=O)CC', [0, 1, 2, 3]],
  ] as const)('have the handedness of %s and of %s', (left, right, [a, centre, b, c]) => {
    const handedness = (smiles: string): number =>
      Math.sign(dihedralDegrees(conformersOf(smiles, 1)[0]!, [a, centre, b, c]));
    // The improper angle has a sign that tells mirror images apart.
    expect(handedness(left)).toBe(-handedness(right));
  });

  it.each([
    ['C/C=C/CC', 180],
    ['C/C=C\\CC', 0],
  ])('have the double bond of %s', (smiles, degrees) => {
    for (const geometry of conformersOf(smiles))
      expect(Math.abs(dihedralDegrees(geometry, [0, 1, 2, 3]))).toBeCloseTo(degrees, -1.3);
  });

  it.each([
    'OB(O)c1ccccc1',
    'CC(=O)Oc1ccccc1',
    '[O-]C(=O)CC[NH3+]',
    '[2H]C(Cl)Br',
    'CC(F)C=CC',
    'C[C@@H]1[C@@H]2CC[C@H]1CC2',
  ])('are there for %s', (smiles) => {
    expect(conformersOf(smiles).length).toBeGreaterThan(0);
  });

  it('are of one stereoisomer where the molecule leaves it open', () => {
    const molecule = moleculeFromSmiles('CCCC1CCCC(C)(N)C1');
    const geometries = generateConformers(molecule, {
      maxConformers: 10,
      seed: 1,
      allowUndefinedStereo: true,
    });
    const improper = (geometry: Float64Array, atoms: readonly [number, number, number, number]) =>
      Math.sign(dihedralDegrees(geometry, atoms));
    // Three neighbours and the centre itself, counted from 0.
    const isomers = geometries.map((geometry) =>
      [improper(geometry, [2, 3, 4, 10]), improper(geometry, [6, 7, 8, 9])].join(),
    );
    expect(geometries.length).toBeGreaterThan(1);
    expect(new Set(isomers).size).toBe(1);
  });

  it('are refused where the stereo is open, unless that is allowed', () => {
    const molecule = moleculeFromSmiles('CC(F)CC=CC', 'hexene');
    expect(() => generateConformers(molecule, { maxConformers: 2, seed: 1 })).toThrow(
      expect.objectContaining({
        code: 'undefined-stereo',
        message: expect.stringMatching(/^The stereo of C2, C5=C6 in hexene is not defined: /) as string,
      }) as MoleculeError,
    );
    expect(undefinedStereo(molecule)).toEqual({ atoms: [1], bonds: [[4, 5]], labels: ['C2', 'C5=C6'] });
  });

  it('begin with the one that the molecule was read with', () => {
    const [anti, gauche] = conformersOf('CCCC', 2);
    const butane = moleculeFromSmiles('CCCC');
    for (const own of [anti!, gauche!]) {
      const read = moleculeFromMolfile(
        moleculeToMolfile(butane, { geometryAngstrom: own, version: 'V3000' }),
      );
      const [first, second, ...others] = generateConformers(read, { maxConformers: 2, seed: 1 });
      expect(first).toEqual(own.map((coordinate) => Number(coordinate.toFixed(6))));
      const torsion = (geometry: Float64Array): number => Math.abs(dihedralDegrees(geometry, [0, 1, 2, 3]));
      expect(Math.abs(torsion(first!) - torsion(second!))).toBeGreaterThan(90);
      expect(others).toEqual([]);
    }
  });

  it.each([1, 5])('keep stereo that MMFF94s does not, that of a (Z)-aryltriazene, with %i', (most) => {
    const [first] = conformersOf('c1ccccc1/N=N\\N(CC)CC', most);
    expect(Math.abs(dihedralDegrees(first!, [5, 6, 7, 8]))).toBeLessThan(30);
  });

  it('are refused where no geometry has the stereo that is asked for', () => {
    const impossible = moleculeFromSmiles('C[C@H]1[C@H]2CC[C@H]1CC2');
    expect(() =>
      generateConformers(impossible, { maxConformers: 2, seed: 1, allowUndefinedStereo: true }),
    ).toThrow(expect.objectContaining({ code: 'no-conformer' }) as MoleculeError);
  });
});
