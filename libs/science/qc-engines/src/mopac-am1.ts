import type { ClosedShellMolecule, EngineRun } from './engine';
import { mopacWords, runMopac, type MopacFigures } from './mopac-program';
import { inScratchDirectory } from './scratch';

export interface Am1Request extends ClosedShellMolecule {
  /**
   * Relax the geometry until the norm of the whole gradient is below this, kcal/mol/angstrom; null takes it as it is.
   */
  relaxToGradientNorm: number | null;
  /**
   * Relaxes by L-BFGS rather than as MOPAC chooses, which is by eigenvector following below about 30 atoms: to a loose
   * gradient that takes half the time, to a tight one it may take longer.
   */
  lbfgs?: boolean;
  /** Wiberg bond orders too. */
  bondOrders?: boolean;
}

export interface Am1Result {
  /** Coulson charges by atom, in e. */
  chargesE: number[];
  heatOfFormationKcalPerMol: number;
  geometryAngstrom: number[];
  /** Wiberg bond order of atoms i and j at [i * atoms + j]; null unless asked for. */
  bondOrders: number[] | null;
}

/**
 * The gradient norm, kcal/mol/angstrom, at which bonds, angles and pyramids have relaxed and soft torsions lie as they
 * were given. A tighter relaxation drifts along them, at times into another conformation.
 */
export const CONFORMATION_KEEPING_GRADIENT_NORM = 3;

/** Where MOPAC's other tests say that it has converged, the gradient may still be somewhat larger than asked for. */
const MAX_GRADIENT_EXCESS = 10;

/**
 * An AM1 calculation of a closed shell by the MOPAC program.
 * @throws EngineError, EngineCrashError, what `runProgram` throws
 */
export async function mopacAm1(request: Am1Request, run: EngineRun): Promise<Am1Result> {
  const { elements, formalCharge, geometryAngstrom, relaxToGradientNorm, lbfgs, bondOrders } = request;
  const keywords = [
    'AM1',
    relaxToGradientNorm === null ? '1SCF' : `GNORM=${relaxToGradientNorm}`,
    ...(lbfgs ? ['LBFGS'] : []),
    ...(bondOrders ? ['BONDS'] : []),
  ];
  const figures = await inScratchDirectory(run.scratchDirectory, 'mopac', (directory) =>
    runMopac({ keywords, elements, formalCharge, geometryAngstrom }, directory, run),
  );
  return am1Result(request, figures);
}

function am1Result(
  { elements, relaxToGradientNorm, bondOrders }: Am1Request,
  { report, value, table, failure }: MopacFigures,
): Am1Result {
  if (/EXCESS NUMBER OF OPTIMIZATION CYCLES|GEOMETRY NOT OPTIMI|NOT AT A STATIONARY POINT/i.test(report)) {
    throw failure('not-converged', `MOPAC did not converge: ${mopacWords(report)}`);
  }
  const heat = value('HEAT_OF_FORMATION');
  const gradientNorm = value('GRADIENT_NORM');
  if (!Number.isFinite(heat) || !Number.isFinite(gradientNorm)) {
    throw failure('unreadable-output', 'MOPAC ended without an energy');
  }
  if (relaxToGradientNorm !== null && gradientNorm > MAX_GRADIENT_EXCESS * relaxToGradientNorm) {
    throw failure(
      'not-converged',
      `MOPAC stopped relaxing at a gradient of ${gradientNorm} kcal/mol/angstrom`,
    );
  }
  const atoms = elements.length;
  return {
    chargesE: table('ATOM_CHARGES', atoms),
    heatOfFormationKcalPerMol: heat,
    geometryAngstrom: table('ATOM_X_OPT', 3 * atoms),
    bondOrders: bondOrders ? symmetric(table('BOND_ORDERS', (atoms * (atoms + 1)) / 2), atoms) : null,
  };
}

/** A matrix from its lower half, rows one after the other. */
function symmetric(lowerHalf: readonly number[], size: number): number[] {
  return Array.from({ length: size * size }, (_, index) => {
    const [i, j] = [Math.floor(index / size), index % size];
    const [row, column] = i > j ? [i, j] : [j, i];
    return lowerHalf[(row * (row + 1)) / 2 + column]!;
  });
}
