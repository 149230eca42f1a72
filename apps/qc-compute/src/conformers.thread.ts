import { dihedralDegrees, generateConformers, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import type { ConformersResult, ConformersTask } from '@bespoke/workflow-schema';

/** One seed for all: the same molecule gets the same conformers everywhere. */
const SEED = 1;

/** Starting geometries of a torsion drive. Runs in a thread of its own. */
export default async function conformers(
  task: Pick<ConformersTask, 'mappedSmiles' | 'maxConformers' | 'dihedral'>,
): Promise<ConformersResult> {
  await loadRDKit();
  const molecule = moleculeFromSmiles(task.mappedSmiles);
  const geometries = generateConformers(molecule, { maxConformers: task.maxConformers, seed: SEED });
  return {
    conformers: geometries.map((geometry) => ({
      geometryAngstrom: [...geometry],
      dihedralDegrees: dihedralDegrees(geometry, task.dihedral),
    })),
  };
}
