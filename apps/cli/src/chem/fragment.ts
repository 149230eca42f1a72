import { fragmentMolecule, type Fragment } from '@bespoke/fragmentation';
import { smilesWithMapNumbers, undefinedStereo, type Molecule } from '@bespoke/molecule';
import type { FragmentationScheme } from '@bespoke/workflow-schema';
import { moleculeOrSmilesOf } from './mapped-molecule';
import type { InputRecord } from './record';

export interface FragmentSettings {
  engine: FragmentationScheme;
  /** Patterns that tag the two atoms of a bond. */
  targetTorsionSmarts: readonly string[];
}

/** `chem fragment`: the fragment around each target bond, its atoms numbered as those of the molecule. */
export function fragmentWith(settings: FragmentSettings): (record: InputRecord) => object {
  return (record) => {
    const parent = moleculeOrSmilesOf(record);
    const fragments = fragmentsOf(parent, settings);
    return {
      parent_smiles: parent.mappedSmiles,
      fragments: fragments
        .flatMap(({ molecule, occurrences }) =>
          occurrences.map(({ parentBond, parentAtoms }) => ({
            smiles: smilesWithMapNumbers(molecule, parentAtoms.map(mapNumber)),
            bond_indices: parentBond.map(mapNumber) as [number, number],
          })),
        )
        .sort((a, b) => a.bond_indices[0] - b.bond_indices[0] || a.bond_indices[1] - b.bond_indices[1]),
      warnings: fragmentWarnings(parent, fragments),
    };
  };
}

/** @throws SmartsError, TargetSmartsError */
export function fragmentsOf(parent: Molecule, { engine, targetTorsionSmarts }: FragmentSettings): Fragment[] {
  return fragmentMolecule(parent, { scheme: engine, targetTorsionSmarts });
}

/** What a person should know of these fragments. */
export function fragmentWarnings(parent: Molecule, fragments: readonly Fragment[]): string[] {
  const open = undefinedStereo(parent);
  const openInParent = new Set([...open.atoms, ...open.bonds.flat()]);
  return [
    ...(fragments.length === 0 ? ['no bond of the molecule is a target'] : []),
    ...(open.labels.length > 0 ? [`the stereo of ${open.labels.join(', ')} is not defined`] : []),
    ...fragments.flatMap(({ molecule, occurrences }) => {
      const { atoms, bonds } = undefinedStereo(molecule);
      const { parentAtoms, parentBond } = occurrences[0]!;
      const isNew = [...atoms, ...bonds.flat()].some((atom) => !openInParent.has(parentAtoms[atom] ?? -1));
      return isNew
        ? [`the fragment around ${parentBond.map(mapNumber).join('-')} has stereo that the molecule has not`]
        : [];
    }),
  ];
}

function mapNumber(atom: number): number;
function mapNumber(atom: number | null): number | null;
function mapNumber(atom: number | null): number | null {
  return atom === null ? null : atom + 1;
}
