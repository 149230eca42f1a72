import {
  dihedralDegrees,
  generateConformers,
  loadRDKit,
  moleculeFromSmiles,
  type Molecule,
} from '@bespoke/molecule';
import type { ConformersResult, ConformersTask, StartConformer } from '@bespoke/workflow-schema';

/** One seed for all: the same molecule gets the same conformers everywhere. */
const SEED = 1;

/** What the thread is given: a task, and the geometry that the task names. */
export type ConformersJob = Pick<ConformersTask, 'mappedSmiles' | 'maxConformers' | 'dihedral'> & {
  startConformerAngstrom: StartConformer | null;
};

/** Starting geometries of a torsion drive. Runs in a thread of its own. */
export default async function conformers(task: ConformersJob): Promise<ConformersResult> {
  await loadRDKit();
  const molecule: Molecule = {
    ...moleculeFromSmiles(task.mappedSmiles),
    conformerAngstrom: task.startConformerAngstrom && Float64Array.from(task.startConformerAngstrom),
  };
  // The fragment stage has warned of stereo that is left open.
  const geometries = generateConformers(molecule, {
    maxConformers: task.maxConformers,
    seed: SEED,
    allowUndefinedStereo: true,
  });
  return {
    conformers: geometries.map((geometry) => ({
      geometryAngstrom: [...geometry],
      dihedralDegrees: dihedralDegrees(geometry, task.dihedral),
    })),
  };
}
