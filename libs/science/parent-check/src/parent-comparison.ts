// Whether torsions fitted on a fragment will do for the molecule that it was cut from: the fit adds to the force field
// what makes (QM − MM) of the fragment flat, so that (QM − MM) of the parent is left with the difference of the two.

import { createSystem, MechanicsError, minimise, type MechanicsSystem } from '@bespoke/mechanics';
import { dihedralDegrees, formalCharge, generateConformers, type Molecule } from '@bespoke/molecule';
import { forceFieldCharges, type ChargeModelName } from '@bespoke/partial-charges';
import { EngineError, type EngineRun, type LevelOfTheory, type QcEngine } from '@bespoke/qc-engines';
import { assignParameters, type ForceField } from '@bespoke/smirnoff';
import { KCAL_PER_MOL_PER_HARTREE, wrapDegrees } from '@bespoke/units';
import { fragmentGeometry } from './fragment-geometry';
import { ParentCheckError } from './parent-check-error';

export type Dihedral = readonly [number, number, number, number];

export interface ParentComparisonRequest extends LevelOfTheory {
  fragment: Molecule;
  /** The driven dihedral of the fragment. */
  dihedral: Dihedral;
  /** Where its `conformerAngstrom` is given, the parent is compared as it lies there. */
  parent: Molecule;
  /** For each atom of the fragment its index in the parent, or null for a cap. */
  parentAtoms: readonly (number | null)[];
  /** With the fragment's bespoke torsions, so that both molecules have the same ones. */
  forceField: ForceField;
  /** Overrides the charges that the force field wants. */
  chargeModel: ChargeModelName | null;
  /** Between the angles; divides 360. */
  gridSpacingDegrees: number;
}

export interface ParentComparison {
  /**
   * Standard deviation over the points of the difference between the parent's and the fragment's (QM − MM): the error
   * on the parent of a force field that is perfect on the fragment.
   */
  deviationKcalPerMol: number;
  /** In the order of the angles. */
  points: ComparedPoint[];
}

export interface ComparedPoint {
  gridDegrees: number;
  /** QM energy of the parent relative to its lowest point. */
  parentQmKcalPerMol: number;
  /** (QM − MM) of the parent, above some constant. */
  parentDifferenceKcalPerMol: number;
  /** (QM − MM) of the parent less that of the fragment; its mean over the points is 0. */
  differenceKcalPerMol: number;
}

/** That of the conformers which drives start from: the parent is compared as it would be driven. */
const SEED = 1;
/** Points of the parent above this, relative to its lowest, are left out, as a fit leaves them out. */
const ENERGY_CUTOFF_KCAL_PER_MOL = 10;
/** Of the angles; with fewer than these nothing is said. */
export const LEAST_SHARE_OF_POINTS = 0.5;
/** As on the relaxation of a fit's points, kcal/mol/Å². */
const RESTRAINT = 1;

/**
 * Turns the bond in the parent, from one conformer, and at each angle in the fragment too as it lies in the parent, so
 * that what else turns in the two stays the same. Each is relaxed by QM with the dihedral held, then by MM as a fit
 * relaxes its points.
 *
 * @throws ParentCheckError, where too few angles are left too: at some the engine may fail; what charges, conformers
 *   and mechanics throw
 */
export async function compareWithParent(
  request: ParentComparisonRequest,
  engine: QcEngine,
  run: EngineRun,
): Promise<ParentComparison> {
  const { fragment, parent, parentAtoms, gridSpacingDegrees } = request;
  const inParent = request.dihedral.map((atom) => parentAtoms[atom] ?? null);
  if (!isDihedral(inParent)) {
    throw new ParentCheckError(
      'no-common-torsion',
      `the driven dihedral of ${fragment.mappedSmiles} ends in a cap, which the molecule does not have`,
    );
  }
  const [start] = generateConformers(parent, { maxConformers: 1, seed: SEED, allowUndefinedStereo: true });
  const inFragment = (geometry: ArrayLike<number>) =>
    fragmentGeometry(fragment, parent, parentAtoms, geometry);
  const relaxParent = await relaxation(parent, inParent, start!, request, engine, run);
  const relaxFragment = await relaxation(
    fragment,
    request.dihedral,
    inFragment(start!),
    request,
    engine,
    run,
  );

  const reached = new Map<number, Compared>();
  let failure: EngineError | null = null;
  for (const { gridDegrees, from } of walk(dihedralDegrees(start!, inParent), gridSpacingDegrees)) {
    const neighbour = from === null ? undefined : reached.get(from);
    try {
      const ofParent = await relaxParent(neighbour?.parent.geometryAngstrom ?? start!, gridDegrees);
      const ofFragment = await relaxFragment(inFragment(ofParent.geometryAngstrom), gridDegrees);
      reached.set(gridDegrees, { gridDegrees, parent: ofParent, fragment: ofFragment });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      failure = error;
    }
  }
  const points = comparedPoints([...reached.values()]);
  const angles = 360 / gridSpacingDegrees;
  if (points.length < LEAST_SHARE_OF_POINTS * angles) {
    throw new ParentCheckError(
      'too-few-points',
      `they could be compared at ${points.length} of ${angles} angles only${failure === null ? '' : `: ${failure.message}`}`,
    );
  }
  return { deviationKcalPerMol: deviation(points.map((point) => point.differenceKcalPerMol)), points };
}

/** Standard deviation. */
export function deviation(differences: readonly number[]): number {
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
  return Math.sqrt(
    differences.reduce((sum, difference) => sum + (difference - mean) ** 2, 0) / differences.length,
  );
}

/** The MM energy of a geometry, relaxed from there as a fit relaxes its points, kcal/mol. */
export function mmEnergy(
  system: MechanicsSystem,
  { mappedSmiles }: Molecule,
  dihedral: Dihedral,
  geometryAngstrom: ArrayLike<number>,
): number {
  const mm = minimise(system, geometryAngstrom, {
    frozenAtoms: dihedral,
    restraintKcalPerMolPerAngstrom2: RESTRAINT,
  });
  if (!mm.converged)
    throw new MechanicsError('no-minimum', `${mappedSmiles} does not come to rest at an angle`);
  return mm.energyKcalPerMol;
}

interface Compared {
  gridDegrees: number;
  parent: Relaxed;
  fragment: Relaxed;
}

interface Relaxed {
  geometryAngstrom: ArrayLike<number>;
  qmKcalPerMol: number;
  mmKcalPerMol: number;
}

/** Relaxes a geometry of a molecule with its dihedral at an angle: by QM, and from there by MM. */
async function relaxation(
  molecule: Molecule,
  dihedral: Dihedral,
  geometryAngstrom: ArrayLike<number>,
  { forceField, chargeModel: override, method, basis, solvent = null }: ParentComparisonRequest,
  engine: QcEngine,
  run: EngineRun,
): Promise<(startAngstrom: ArrayLike<number>, targetDegrees: number) => Promise<Relaxed>> {
  const { chargesE } = await forceFieldCharges({ forceField, molecule, override }, geometryAngstrom, run);
  const system = createSystem(molecule, assignParameters(forceField, molecule), chargesE);
  const fixed = {
    elements: molecule.atoms.map(({ element }) => element),
    formalCharge: formalCharge(molecule),
    bonds: molecule.bonds.map(({ begin, end }) => [begin, end] as const),
    dihedral,
    method,
    basis,
    solvent,
  };
  return async (startAngstrom, targetDegrees) => {
    const qm = await engine.constrainedOptimization(
      { ...fixed, geometryAngstrom: startAngstrom, targetDegrees },
      run,
    );
    return {
      geometryAngstrom: qm.geometryAngstrom,
      qmKcalPerMol: qm.energyHartree * KCAL_PER_MOL_PER_HARTREE,
      mmKcalPerMol: mmEnergy(system, molecule, dihedral, qm.geometryAngstrom),
    };
  };
}

/**
 * The angles in (-180, 180] in an order in which each but the first, the one nearest to the start, follows on a
 * neighbour: half of the circle one way, then the rest the other way.
 */
export function walk(
  startDegrees: number,
  gridSpacingDegrees: number,
): { gridDegrees: number; from: number | null }[] {
  const size = 360 / gridSpacingDegrees;
  const nearest = Math.round(startDegrees / gridSpacingDegrees);
  const angle = (steps: number) => wrapDegrees((nearest + steps) * gridSpacingDegrees);
  const halfway = Math.floor(size / 2);
  const forward = Array.from({ length: halfway }, (_, step) => step + 1);
  const backward = Array.from({ length: size - halfway - 1 }, (_, step) => -(step + 1));
  return [
    { gridDegrees: angle(0), from: null },
    ...[...forward, ...backward].map((steps) => ({
      gridDegrees: angle(steps),
      from: angle(steps - Math.sign(steps)),
    })),
  ];
}

/** Those that a fit would count, in the order of the angles. */
function comparedPoints(reached: readonly Compared[]): ComparedPoint[] {
  const lowest = Math.min(...reached.map(({ parent }) => parent.qmKcalPerMol));
  const points = reached
    .map(({ gridDegrees, parent, fragment }) => ({
      gridDegrees,
      parentQmKcalPerMol: parent.qmKcalPerMol - lowest,
      parentDifferenceKcalPerMol: parent.qmKcalPerMol - parent.mmKcalPerMol,
      differenceKcalPerMol:
        parent.qmKcalPerMol - parent.mmKcalPerMol - (fragment.qmKcalPerMol - fragment.mmKcalPerMol),
    }))
    .filter(({ parentQmKcalPerMol }) => parentQmKcalPerMol <= ENERGY_CUTOFF_KCAL_PER_MOL)
    .toSorted((a, b) => a.gridDegrees - b.gridDegrees);
  const mean = points.reduce((sum, point) => sum + point.differenceKcalPerMol, 0) / points.length;
  return points.map((point) => ({ ...point, differenceKcalPerMol: point.differenceKcalPerMol - mean }));
}

function isDihedral(atoms: readonly (number | null)[]): atoms is Dihedral {
  return !atoms.includes(null);
}
