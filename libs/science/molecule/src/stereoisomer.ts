import type { Molecule } from './molecule';
import { moleculeFromMolfile } from './molecule-input';
import { moleculeToMolfile } from './molfile';
import { undefinedStereo } from './undefined-stereo';

/**
 * The molecule with the configuration of a geometry of it where it leaves its own open.
 * @param geometryAngstrom flat, in the molecule's order of atoms, which the stereoisomer keeps
 */
export function stereoisomerAt(molecule: Molecule, geometryAngstrom: Float64Array): Molecule {
  if (undefinedStereo(molecule).labels.length === 0) return molecule;
  const { conformerAngstrom } = molecule;
  return { ...moleculeFromMolfile(moleculeToMolfile(molecule, { geometryAngstrom })), conformerAngstrom };
}
