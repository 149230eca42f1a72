import { drivenDihedral, fragmentMolecule, type Fragment } from '@bespoke/fragmentation';
import {
  heavySmiles,
  loadRDKit,
  moleculeFromSmiles,
  SmartsError,
  undefinedStereo,
  type Molecule,
} from '@bespoke/molecule';
import { elf10BondOrders } from '@bespoke/partial-charges';
import type { EngineRun } from '@bespoke/qc-engines';
import { bespokeTorsions, parseOffxml, SmirnoffError, type ForceField } from '@bespoke/smirnoff';
import type { FragmentResult, FragmentTask } from '@bespoke/workflow-schema';

/** What the thread is given: a task, and the force field that the task names. */
export interface FragmentJob {
  task: Pick<FragmentTask, 'mappedSmiles' | 'fragmentation' | 'targetTorsionSmarts' | 'periodicities'>;
  baseForceField: string;
  /** For bond orders. */
  run: Omit<EngineRun, 'signal'>;
}

/**
 * Fragments of a molecule and the torsion parameters to be fitted on each. Runs in a thread of its own, with which
 * MOPAC ends too.
 */
export default async function fragment({ task, baseForceField, run }: FragmentJob): Promise<FragmentResult> {
  await loadRDKit();
  const parent = moleculeFromSmiles(task.mappedSmiles);
  const forceField = parseOffxml(baseForceField);
  const warnings = stereoWarnings(parent);
  const pieces = await fragmentMolecule(
    parent,
    { ...task.fragmentation, targetTorsionSmarts: task.targetTorsionSmarts },
    { bondOrders: elf10BondOrders(run) },
  );
  const fragments = pieces.flatMap((piece) => {
    warnings.push(...newStereoWarnings(piece));
    const result = withParameters(parent, piece, forceField, task.periodicities, warnings);
    return result ? [result] : [];
  });
  return { fragments, warnings };
}

/** Undefined stereo is allowed, as most people write SMILES, but then conformers are of one isomer of many. */
function stereoWarnings(molecule: Molecule): string[] {
  const { labels } = undefinedStereo(molecule);
  return labels.length === 0
    ? []
    : [`The stereo of ${labels.join(', ')} is not defined: the scans are of one stereoisomer, chosen by us.`];
}

function newStereoWarnings({ molecule, newStereo }: Fragment): string[] {
  return newStereo.length === 0
    ? []
    : [
        `In the fragment ${heavySmiles(molecule)} the stereo of ${newStereo.join(', ')} is open, which the molecule's is not: its scan is of one stereoisomer, chosen by us.`,
      ];
}

/** One torsion that cannot be described leaves the others alone: it keeps the base parameter, and a warning says so. */
function withParameters(
  parent: Molecule,
  { molecule, bond, occurrences }: Fragment,
  forceField: ForceField,
  periodicities: number[],
  warnings: string[],
): FragmentResult['fragments'][number] | null {
  try {
    return {
      mappedSmiles: molecule.mappedSmiles,
      smiles: heavySmiles(molecule),
      dihedral: drivenDihedral(molecule, bond),
      occurrences: occurrences.map(({ parentBond, parentAtoms }) => ({
        parentBond: [parentBond[0], parentBond[1]],
        parentAtoms,
      })),
      parameters: bespokeTorsions({
        fragment: molecule,
        bond,
        parent,
        occurrences,
        forceField,
        periodicities,
      }),
    };
  } catch (error) {
    const isKnown = [SmirnoffError, SmartsError, RangeError].some((kind) => error instanceof kind);
    if (!(error instanceof Error && isKnown)) throw error;
    const bonds = occurrences.map(({ parentBond: [a, b] }) => `${a + 1}-${b + 1}`).join(', ');
    warnings.push(
      `bond ${bonds} (fragment ${heavySmiles(molecule)}) keeps its general parameters: ${error.message}`,
    );
    return null;
  }
}
