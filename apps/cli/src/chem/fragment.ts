import { fragmentMolecule, type Fragment } from '@bespoke/fragmentation';
import { smilesWithMapNumbers, undefinedStereo, type Molecule } from '@bespoke/molecule';
import { elf10BondOrders } from '@bespoke/partial-charges';
import type { EngineRun } from '@bespoke/qc-engines';
import { defaultFragmentation, type FragmentationScheme } from '@bespoke/workflow-schema';
import { moleculeOrSmilesOf } from './mapped-molecule';
import type { InputRecord } from './record';

export interface FragmentSettings {
  engine: FragmentationScheme;
  /** Patterns that tag the two atoms of a bond. */
  targetTorsionSmarts: readonly string[];
}

/** `chem fragment`: the fragment around each target bond, its atoms numbered as those of the molecule. */
export function fragmentWith(
  settings: FragmentSettings,
  run: EngineRun,
): (record: InputRecord) => Promise<object> {
  return async (record) => {
    const parent = moleculeOrSmilesOf(record);
    const fragments = await fragmentsOf(parent, settings, run);
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

/** @throws SmartsError, TargetSmartsError, what `elf10BondOrders` throws */
export async function fragmentsOf(
  parent: Molecule,
  { engine, targetTorsionSmarts }: FragmentSettings,
  run: EngineRun,
): Promise<Fragment[]> {
  return fragmentMolecule(
    parent,
    { ...defaultFragmentation(engine), targetTorsionSmarts },
    { bondOrders: elf10BondOrders(run) },
  );
}

/** What a person should know of these fragments. */
export function fragmentWarnings(parent: Molecule, fragments: readonly Fragment[]): string[] {
  const open = undefinedStereo(parent);
  return [
    ...(fragments.length === 0 ? ['no bond of the molecule is a target'] : []),
    ...(open.labels.length > 0 ? [`the stereo of ${open.labels.join(', ')} is not defined`] : []),
    ...fragments.flatMap(({ occurrences, newStereo }) => {
      const bond = occurrences[0]!.parentBond.map(mapNumber).join('-');
      return newStereo.length > 0
        ? [`the fragment around ${bond} has stereo that the molecule has not: ${newStereo.join(', ')}`]
        : [];
    }),
  ];
}

function mapNumber(atom: number): number;
function mapNumber(atom: number | null): number | null;
function mapNumber(atom: number | null): number | null {
  return atom === null ? null : atom + 1;
}
