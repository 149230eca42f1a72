import { createSystem, energy } from '@bespoke/mechanics';
import { assignParameters, type FigureName, type ForceField } from '@bespoke/smirnoff';
import { nameOf, referenceOf, type Drive } from './drive';
import { figureInMolecule } from './figure-in-molecule';
import { FittingError } from './fitting-error';
import { profileWeights } from './profile-weights';
import type { ProfileSettings, TorsionProfile } from './torsion-profile';

/**
 * A drive as the objective sees it, and what a person should know of it.
 *
 * @param forceField Has every figure where it starts.
 * @param figures Of the fit; null for those that are held.
 * @throws FittingError, MechanicsError where the force field lacks parameters
 */
export function profileOf(
  forceField: ForceField,
  drive: Drive,
  figures: readonly (FigureName | null)[],
  settings: ProfileSettings,
): { profile: TorsionProfile; warnings: string[] } {
  const { molecule, points } = drive;
  const { qmKcalPerMol, isSound, lowest, warnings } = referenceOf(drive);
  const assignment = assignParameters(forceField, molecule);
  const system = createSystem(molecule, assignment, drive.chargesE);
  const overlapping = points.findIndex(
    ({ geometryAngstrom }) => !Number.isFinite(energy(system, Float64Array.from(geometryAngstrom))),
  );
  if (overlapping >= 0) {
    throw new FittingError(
      'not-finite',
      `${nameOf(drive)}: atoms of point ${overlapping + 1} lie on top of each other`,
    );
  }
  const weights = profileWeights(
    qmKcalPerMol.map((qm, point) => (isSound[point] ? qm : Infinity)),
    settings,
    points.map(({ weight = 1 }) => weight),
  );
  return {
    profile: {
      system,
      adjustables: figures.flatMap((figure, index) => {
        const adjustable = figure === null ? null : figureInMolecule(figure, assignment, system);
        return adjustable === null ? [] : { figure: index, adjustable };
      }),
      frozenAtoms: drive.dihedral,
      points: points.map(({ geometryAngstrom }, index) => ({
        geometryAngstrom,
        qmKcalPerMol: qmKcalPerMol[index]!,
        weight: weights[index]!,
      })),
      referencePoint: lowest,
    },
    warnings,
  };
}
