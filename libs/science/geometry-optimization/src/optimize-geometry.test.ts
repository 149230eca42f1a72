import { createSystem, energy, minimise, type MechanicsSystem } from '@bespoke/mechanics';
import { dihedralDegrees, generateConformers, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { assignParameters, builtInForceField, parseOffxml, type ForceField } from '@bespoke/smirnoff';
import { ANGSTROM_PER_BOHR, KCAL_PER_MOL_PER_HARTREE, wrapDegrees } from '@bespoke/units';
import { beforeAll, describe, expect, it } from 'vitest';
import { optimizeGeometry, type GradientProvider, type OptimizationRequest } from './index';

let forceField: ForceField;
beforeAll(async () => {
  await loadRDKit();
  forceField = parseOffxml(builtInForceField('openff_unconstrained-2.2.1.offxml'));
});

interface Case {
  request: OptimizationRequest;
  system: MechanicsSystem;
  provider: GradientProvider;
  /** How often the provider was asked. */
  asked: () => number;
}

/** A molecule at an embedded geometry, with Sage as what computes its energies; no charges. */
function sage(smiles: string): Case {
  const molecule = moleculeFromSmiles(smiles);
  const system = createSystem(
    molecule,
    assignParameters(forceField, molecule),
    molecule.atoms.map(() => 0),
  );
  const [start] = generateConformers(molecule, { maxConformers: 1, seed: 1, allowUndefinedStereo: true });
  let asked = 0;
  return {
    request: {
      elements: molecule.atoms.map(({ element }) => element),
      bonds: molecule.bonds.map(({ begin, end }) => [begin, end] as const),
      geometryAngstrom: start!,
    },
    system,
    provider: (geometryAngstrom) => {
      asked++;
      const gradient = new Float64Array(geometryAngstrom.length);
      const energyKcalPerMol = energy(system, geometryAngstrom, gradient);
      return {
        energyHartree: energyKcalPerMol / KCAL_PER_MOL_PER_HARTREE,
        gradientHartreePerBohr: gradient.map(
          (slope) => (slope * ANGSTROM_PER_BOHR) / KCAL_PER_MOL_PER_HARTREE,
        ),
      };
    },
    asked: () => asked,
  };
}

const off = (angle: number, target: number) => Math.abs(wrapDegrees(angle - target));

const butane = 'C[CH2:1][CH2:2]C';

describe('a minimum', () => {
  it.each([
    ['ethanol', 'CCO'],
    ['a crowded alkane', 'CC(C)(C)C(C)(C)C'],
    ['an alkyne', 'OCC#CCO'],
    ['a diyne', 'CC#CC#CCO'],
    ['two nitriles', 'N#CCC(C)C#N'],
    ['an azide', 'CCN=[N+]=[N-]'],
    ['an allene', 'CC=C=CC'],
    ['an isothiocyanate', 'CCN=C=S'],
    ['cyclopropane', 'C1CC1C=O'],
    ['a spiro compound', 'C1CC12CCOC2'],
    ['a cage', 'C1C2CC3CC1CC(C2)C3'],
    ['cubane', 'C12C3C4C1C5C4C3C25'],
    ['a sulfonamide', 'CS(=O)(=O)NC'],
    ['a planar centre without torsions', 'O=C(O)O'],
    ['a drug', 'CC(C)NCC(O)COc1cccc2ccccc12'],
    ['three atoms in a line', 'C#N'],
    ['four atoms in a line', 'C#C'],
    ['water', 'O'],
  ])('of %s is as low as the one that is found with second derivatives', async (_, smiles) => {
    const { request, system, provider } = sage(smiles);
    const { energyHartree, geometryAngstrom, gradientCount } = await optimizeGeometry(request, provider);
    const tight = minimise(system, geometryAngstrom);
    // What GAU leaves.
    expect(energyHartree * KCAL_PER_MOL_PER_HARTREE - tight.energyKcalPerMol).toBeLessThan(0.01);
    expect(gradientCount).toBeLessThan(80);
  });

  it('is found from a badly distorted geometry', async () => {
    const { request, system, provider } = sage('CC(=O)NC1CCCC1');
    const geometryAngstrom = Array.from(
      request.geometryAngstrom,
      (value, c) => value + 0.2 * Math.sin(17 * c),
    );
    const { energyHartree, geometryAngstrom: end } = await optimizeGeometry(
      { ...request, geometryAngstrom },
      provider,
    );
    expect(energyHartree * KCAL_PER_MOL_PER_HARTREE - minimise(system, end).energyKcalPerMol).toBeLessThan(
      0.01,
    );
  });

  it('is the same to the last bit each time, and does not depend on where the molecule is', async () => {
    const { request, provider } = sage('CC(C)COC(C)=O');
    const first = await optimizeGeometry(request, provider);
    expect(await optimizeGeometry(request, provider)).toEqual(first);
    const elsewhere = Array.from(request.geometryAngstrom, (value, c) => (c % 3 === 0 ? value + 40 : value));
    const second = await optimizeGeometry({ ...request, geometryAngstrom: elsewhere }, provider);
    expect(second.energyHartree).toBeCloseTo(first.energyHartree, 9);
    expect(second.gradientCount).toBe(first.gradientCount);
  });

  it('costs one gradient when the geometry is one already', async () => {
    const { request, provider } = sage('CCO');
    const { geometryAngstrom } = await optimizeGeometry(request, provider);
    const again = await optimizeGeometry({ ...request, geometryAngstrom }, provider);
    expect(again.gradientCount).toBe(1);
    expect([...again.geometryAngstrom]).toEqual(
      [...geometryAngstrom].map((value) => expect.closeTo(value, 12) as number),
    );
  });
});

describe('a held dihedral', () => {
  it.each([
    ['about a bond', butane, [0, 1, 2, 3]],
    ['of hydrogens', 'CCO', [0, 1, 2, 8]],
    ['across an alkyne', 'OCC#CCO', [0, 1, 4, 5]],
    ['of a biaryl', 'c1ccc(cc1)-c1ccccn1', [4, 3, 6, 11]],
    ['of an amide', 'CC(=O)NC', [0, 1, 3, 4]],
  ] as const)('%s is at its angle all the way round, and the rest has relaxed', async (_, smiles, atoms) => {
    const { request, provider } = sage(smiles);
    let geometryAngstrom = request.geometryAngstrom;
    for (let degrees = -180; degrees < 180; degrees += 30) {
      const held = [{ atoms, degrees }];
      const end = await optimizeGeometry({ ...request, geometryAngstrom, held }, provider);
      geometryAngstrom = end.geometryAngstrom;
      expect(off(dihedralDegrees(geometryAngstrom, [...atoms]), degrees)).toBeLessThan(1e-4);
      // From another side the same point, or a lower one of another conformation.
      const { energyHartree } = await optimizeGeometry(
        {
          ...request,
          geometryAngstrom: Array.from(geometryAngstrom, (value, c) => value + 0.05 * Math.sin(7 * c)),
          held,
        },
        provider,
      );
      expect(energyHartree).toBeLessThan(end.energyHartree + 1e-5);
    }
  });

  it('in a ring bends the ring', async () => {
    const { request, provider } = sage('C1CCCCC1');
    const atoms = [0, 1, 2, 3] as const;
    const { energyHartree: relaxed } = await optimizeGeometry(request, provider);
    for (const degrees of [-40, -20, 0, 20, 40]) {
      const end = await optimizeGeometry({ ...request, held: [{ atoms, degrees }] }, provider);
      expect(off(dihedralDegrees(end.geometryAngstrom, [...atoms]), degrees)).toBeLessThan(1e-4);
      expect(end.energyHartree).toBeGreaterThan(relaxed);
      expect(end.energyHartree - relaxed).toBeLessThan(0.03);
    }
  });

  it('stays beside others, and one without an angle stays as it is', async () => {
    const { request, provider } = sage('CCCCC');
    const frozen = [1, 2, 3, 4] as const;
    const before = dihedralDegrees(request.geometryAngstrom, [...frozen]);
    const held = [
      { atoms: [0, 1, 2, 3] as const, degrees: 75 },
      { atoms: frozen, degrees: null },
    ];
    const { geometryAngstrom } = await optimizeGeometry({ ...request, held }, provider);
    expect(off(dihedralDegrees(geometryAngstrom, [0, 1, 2, 3]), 75)).toBeLessThan(1e-4);
    expect(off(dihedralDegrees(geometryAngstrom, [...frozen]), before)).toBeLessThan(1e-4);
  });

  it('comes to its angle in steps where turning at once would put atoms into each other', async () => {
    // From the stretched chain straight to the eclipsed one, in which the ends of the chain meet.
    const { request, provider } = sage('CC(C)(C)C(=O)C(=O)C(C)(C)C');
    const atoms = [1, 4, 6, 8] as const;
    const { geometryAngstrom } = await optimizeGeometry(
      { ...request, held: [{ atoms, degrees: 180 }] },
      provider,
    );
    const end = await optimizeGeometry(
      { ...request, geometryAngstrom, held: [{ atoms, degrees: 0 }] },
      provider,
    );
    expect(off(dihedralDegrees(end.geometryAngstrom, [...atoms]), 0)).toBeLessThan(1e-3);
  });
});

describe('an optimisation that cannot be', () => {
  const failing = async (change: Partial<OptimizationRequest>, provider?: GradientProvider) => {
    const { request, provider: ownProvider, asked } = sage(butane);
    const error: unknown = await optimizeGeometry({ ...request, ...change }, provider ?? ownProvider).catch(
      (reason: unknown) => reason,
    );
    return { error, asked: asked() };
  };

  it.each<[string, Partial<OptimizationRequest>, object]>([
    [
      'coordinates that are missing',
      { geometryAngstrom: [0, 0, 0] },
      { code: 'bad-request', message: /^geometryAngstrom: .*42/ },
    ],
    [
      'a coordinate that is no number',
      { geometryAngstrom: new Float64Array(42).fill(NaN) },
      { code: 'bad-request', message: /^geometryAngstrom: / },
    ],
    [
      'atoms in one place',
      { geometryAngstrom: new Float64Array(42) },
      { code: 'bad-request', message: /^geometryAngstrom: C1-C2 are in the same place/ },
    ],
    ['a bond to nowhere', { bonds: [[0, 99]] }, { code: 'bad-request', message: /^bonds: \[0,99\]/ }],
    ['several fragments', { bonds: [[0, 1]] }, { code: 'several-fragments', message: /C3/ }],
    [
      'a dihedral of three atoms',
      { held: [{ atoms: [0, 1, 2, 2], degrees: 0 }] },
      { code: 'bad-request', message: /^held: \[0,1,2,2\]/ },
    ],
    [
      'an angle that is no number',
      { held: [{ atoms: [0, 1, 2, 3], degrees: NaN }] },
      { code: 'bad-request', message: /^held: / },
    ],
    [
      'the same dihedral held twice',
      {
        held: [
          { atoms: [0, 1, 2, 3], degrees: 60 },
          { atoms: [3, 2, 1, 0], degrees: 60 },
        ],
      },
      { code: 'conflicting-constraints' },
    ],
  ])(
    'names %s before anything is computed',
    async (_, change, { code, message }: { code?: string; message?: RegExp }) => {
      const { error, asked } = await failing(change);
      expect(error).toMatchObject({ name: 'OptimizationError', code });
      if (message) expect((error as Error).message).toMatch(message);
      expect(asked).toBe(0);
    },
  );

  it('names a dihedral through three atoms in a line', async () => {
    const { request, provider } = sage('CC#CC');
    const { geometryAngstrom } = await optimizeGeometry(request, provider);
    await expect(
      optimizeGeometry(
        { ...request, geometryAngstrom, held: [{ atoms: [4, 0, 1, 2], degrees: 0 }] },
        provider,
      ),
    ).rejects.toMatchObject({
      code: 'undefined-dihedral',
      message: expect.stringContaining('in a line') as string,
    });
  });

  it('stops at a gradient that is no number or too short', async () => {
    const nan = await failing({}, (x) => ({ energyHartree: -1, gradientHartreePerBohr: x.map(() => NaN) }));
    expect(nan.error).toMatchObject({
      code: 'not-finite',
      message: expect.stringMatching(/^gradient 1: /) as string,
    });
    const short = await failing({}, () => ({ energyHartree: -1, gradientHartreePerBohr: [0] }));
    expect(short.error).toMatchObject({ code: 'not-finite' });
  });

  it('gives up after as many gradients as it may have, and says what is left', async () => {
    const { error, asked } = await failing({ maxGradients: 2 });
    expect(error).toMatchObject({
      code: 'not-converged',
      message: expect.stringMatching(/after 2 gradients/) as string,
    });
    expect(asked).toBe(2);
  });

  it('gives up on gradients that have nothing to do with the energies', async () => {
    let call = 0;
    const { error } = await failing({}, (x) => ({
      energyHartree: call++,
      gradientHartreePerBohr: x.map((_, c) => Math.sin(c * 12.9898 + call)),
    }));
    expect(error).toMatchObject({ code: 'not-converged' });
  });

  it('hands on what the provider throws', async () => {
    const { error } = await failing({}, () => {
      throw new Error('no electrons left');
    });
    expect(error).toMatchObject({ message: 'no electrons left' });
  });
});
