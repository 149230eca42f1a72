import { formalCharge, generateConformers, type Molecule } from '@bespoke/molecule';
import type { EngineRun } from './engine';
import { CONFORMATION_KEEPING_GRADIENT_NORM, mopacAm1, type Am1Request } from './mopac-am1';

/**
 * AM1 Wiberg bond orders, as SMIRNOFF interpolates parameters over them ("AM1-Wiberg"): those of one conformation,
 * relaxed with AM1.
 * @param geometryAngstrom flat; null takes the molecule's first conformer
 * @param relaxation how far, and by which method
 * @throws MoleculeError, EngineError, EngineCrashError, what `runProgram` throws
 */
export async function am1BondOrders(
  molecule: Molecule,
  geometryAngstrom: ArrayLike<number> | null,
  run: EngineRun,
  relaxation: Pick<Am1Request, 'relaxToGradientNorm' | 'lbfgs'> = {
    relaxToGradientNorm: CONFORMATION_KEEPING_GRADIENT_NORM,
  },
): Promise<(i: number, j: number) => number> {
  const { bondOrders } = await mopacAm1(
    {
      elements: molecule.atoms.map(({ element }) => element),
      formalCharge: formalCharge(molecule),
      geometryAngstrom: geometryAngstrom ?? generateConformers(molecule, { maxConformers: 1, seed: 1 })[0]!,
      ...relaxation,
      bondOrders: true,
    },
    run,
  );
  return (i, j) => bondOrders![i * molecule.atoms.length + j]!;
}
