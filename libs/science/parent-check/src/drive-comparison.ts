// Whether what a fit will see of a fragment will do for its parent: a drive of the fragment may go through other
// conformations than those in which the two were compared.

import { createSystem } from '@bespoke/mechanics';
import { formalCharge, type Molecule } from '@bespoke/molecule';
import { forceFieldCharges, type ChargeModelName } from '@bespoke/partial-charges';
import type { EngineRun, LevelOfTheory, QcEngine } from '@bespoke/qc-engines';
import { assignParameters, type ForceField } from '@bespoke/smirnoff';
import { KCAL_PER_MOL_PER_HARTREE, wrapDegrees } from '@bespoke/units';
import { ParentCheckError } from './parent-check-error';
import { deviation, LEAST_SHARE_OF_POINTS, mmEnergy, type Dihedral } from './parent-comparison';

export interface DriveComparisonRequest extends LevelOfTheory {
  fragment: Molecule;
  dihedral: Dihedral;
  /** Of the fragment's drive, whatever level it was driven at. */
  drive: readonly { dihedralDegrees: number; energyHartree: number; geometryAngstrom: readonly number[] }[];
  /** What `compareWithParent` found of the parent, at the same level of theory. */
  parent: readonly { gridDegrees: number; parentDifferenceKcalPerMol: number }[];
  /** With the fragment's bespoke torsions. */
  forceField: ForceField;
  /** Overrides the charges that the force field wants. */
  chargeModel: ChargeModelName | null;
}

/** Points of the drive further than this from an angle say nothing of it. */
const NEAR_DEGREES = 8;

/**
 * Standard deviation over the parent's angles of the difference between its (QM − MM) and that of the points of the
 * fragment's drive there, kcal/mol: the error on the parent of a force field that reproduces the drive.
 *
 * @throws ParentCheckError where the drive has too few of the angles; what charges, engine and mechanics throw
 */
export async function compareDriveWithParent(
  request: DriveComparisonRequest,
  engine: QcEngine,
  run: EngineRun,
): Promise<number> {
  const { fragment, dihedral, drive, parent, forceField, chargeModel: override } = request;
  const { method, basis, solvent = null } = request;
  const lowest = drive.reduce((best, point) => (point.energyHartree < best.energyHartree ? point : best));
  const { chargesE } = await forceFieldCharges(
    { forceField, molecule: fragment, override },
    lowest.geometryAngstrom,
    run,
  );
  const system = createSystem(fragment, assignParameters(forceField, fragment), chargesE);
  const elements = fragment.atoms.map(({ element }) => element);
  const level = { elements, formalCharge: formalCharge(fragment), method, basis, solvent, gradient: false };
  const differences: number[] = [];
  for (const { gridDegrees, parentDifferenceKcalPerMol } of parent) {
    const away = (point: { dihedralDegrees: number }): number =>
      Math.abs(wrapDegrees(point.dihedralDegrees - gridDegrees));
    const { geometryAngstrom, ...near } = drive.toSorted((a, b) => away(a) - away(b))[0]!;
    if (away(near) > NEAR_DEGREES) continue;
    const { energyHartree } = await engine.singlePoint({ ...level, geometryAngstrom }, run);
    const mm = mmEnergy(system, fragment, dihedral, geometryAngstrom);
    differences.push(parentDifferenceKcalPerMol - (energyHartree * KCAL_PER_MOL_PER_HARTREE - mm));
  }
  if (differences.length < LEAST_SHARE_OF_POINTS * parent.length) {
    throw new ParentCheckError(
      'too-few-points',
      `the drive of ${fragment.mappedSmiles} has ${differences.length} of ${parent.length} angles only`,
    );
  }
  return deviation(differences);
}
