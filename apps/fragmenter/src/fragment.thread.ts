import { drivenDihedral, fragmentMolecule, type Fragment as Piece } from '@bespoke/fragmentation';
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
import {
  bespokeCopies,
  bespokeTorsions,
  generalParameters,
  parseOffxml,
  SmirnoffError,
  type ForceField,
} from '@bespoke/smirnoff';
import {
  fragmentName,
  type DrivenMolecule,
  type Fragment,
  type FragmentResult,
  type FragmentTask,
  type OtherParameter,
  type OtherSection,
  type WholeMolecule,
} from '@bespoke/workflow-schema';

/** Larger molecules are not driven whole: each point would take minutes, and their patterns are pages long. */
const MAX_WHOLE_ATOMS = 120;

/** What the thread is given: a task, and the force field that the task names. */
export interface FragmentJob {
  task: Pick<
    FragmentTask,
    | 'mappedSmiles'
    | 'fragmentation'
    | 'targetTorsionSmarts'
    | 'parameters'
    | 'periodicities'
    | 'also'
    | 'withWholeMolecule'
  >;
  baseForceField: string;
  /** For bond orders. */
  run: Omit<EngineRun, 'signal'>;
}

/**
 * Fragments of a molecule and the parameters to be fitted on each. Runs in a thread of its own, with which
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
  const isComparable = parent.atoms.length <= MAX_WHOLE_ATOMS;
  if (task.withWholeMolecule && !isComparable && pieces.length > 0) {
    warnings.push(
      `Fragments are used without comparing them with the molecule: it has ${parent.atoms.length} atoms, more than the ${MAX_WHOLE_ATOMS} that could be driven whole.`,
    );
  }
  const whole =
    task.withWholeMolecule && isComparable
      ? await fragmentMolecule(parent, {
          scheme: 'none',
          targetTorsionSmarts: task.targetTorsionSmarts,
        })
      : [];
  /** What cannot be described leaves all else alone; a warning says what follows. */
  const orWarning = <Described>(consequence: string, describe: () => Described): Described | null => {
    try {
      return describe();
    } catch (error) {
      const isKnown = [SmirnoffError, SmartsError, RangeError].some((kind) => error instanceof kind);
      if (!(error instanceof Error && isKnown)) throw error;
      warnings.push(`${consequence}: ${error.message}`);
      return null;
    }
  };
  const isGeneral = task.parameters === 'general';
  const copies =
    isGeneral || !task.also || pieces.length === 0
      ? undefined
      : orWarning('Torsions alone are fitted', () => copiesFor(parent, pieces, forceField, task.also!));
  warnings.push(...(copies?.warnings ?? []));
  const withParameters = (piece: Piece): DrivenMolecule => {
    const driven = drivenMolecule(piece);
    if (isGeneral) {
      const otherParameters = generalFor(parent, piece, forceField, task.also ?? []);
      return { ...driven, parameters: [], otherParameters };
    }
    const { molecule: fragment, bond, occurrences } = piece;
    const request = { fragment, bond, parent, occurrences, forceField };
    return {
      ...driven,
      parameters: bespokeTorsions({ ...request, periodicities: task.periodicities }),
      ...(copies && { otherParameters: copies.of(piece) }),
    };
  };
  const fragments = pieces.flatMap((piece): Fragment[] => {
    const name = fragmentName({ smiles: heavySmiles(piece.molecule), occurrences: piece.occurrences });
    warnings.push(...newStereoWarnings(piece));
    const fragment = orWarning(`${name} keeps its general parameters`, () => withParameters(piece));
    if (fragment === null) return [];
    const wholeMolecule = isWhole(parent, piece)
      ? []
      : (orWarning(`${name} is not compared with the molecule`, () =>
          wholeMolecules(piece, whole, withParameters),
        ) ?? []);
    return [{ ...fragment, ...(wholeMolecule.length > 0 && { wholeMolecule }) }];
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

function newStereoWarnings({ molecule, newStereo }: Piece): string[] {
  return newStereo.length === 0
    ? []
    : [
        `In the fragment ${heavySmiles(molecule)} the stereo of ${newStereo.join(', ')} is open, which the molecule's is not: its scan is of one stereoisomer, chosen by us.`,
      ];
}

/** What takes a fragment's place should it be unlike the molecule: the molecule, driven about the same bonds. */
function wholeMolecules(
  { occurrences }: Piece,
  whole: readonly Piece[],
  withParameters: (piece: Piece) => DrivenMolecule,
): WholeMolecule[] {
  return whole.flatMap((candidate) => {
    for (const { parentBond, parentAtoms } of candidate.occurrences) {
      const here = occurrences.find((occurrence) => occurrence.parentBond.join() === parentBond.join());
      if (here === undefined) continue;
      const fragmentAtoms = here.parentAtoms.map((atom) =>
        atom === null ? null : parentAtoms.indexOf(atom),
      );
      return [{ ...withParameters(candidate), fragmentAtoms }];
    }
    return [];
  });
}

function isWhole(parent: Molecule, { occurrences }: Piece): boolean {
  return occurrences.every(
    ({ parentAtoms }) => !parentAtoms.includes(null) && parentAtoms.length === parent.atoms.length,
  );
}

function drivenMolecule({ molecule, bond, occurrences }: Piece): Omit<DrivenMolecule, 'parameters'> {
  return {
    mappedSmiles: molecule.mappedSmiles,
    smiles: heavySmiles(molecule),
    dihedral: drivenDihedral(molecule, bond),
    occurrences: occurrences.map(({ parentBond, parentAtoms }) => ({
      parentBond: [parentBond[0], parentBond[1]],
      parentAtoms,
    })),
  };
}

/** The general parameters that the molecule has where a piece of it is: torsions across its bonds, and other sections. */
function generalFor(
  parent: Molecule,
  { occurrences }: Piece,
  forceField: ForceField,
  also: readonly OtherSection[],
): OtherParameter[] {
  const meant = {
    bonds: occurrences.map(({ parentBond }) => parentBond),
    atoms: occurrences.flatMap(({ parentAtoms }) => parentAtoms.filter((atom) => atom !== null)),
  };
  return generalParameters(forceField, parent, meant, ['ProperTorsions', ...also]);
}

/** Parameters of the molecule's own in other sections than the torsions: all for the whole of it, of pieces what they have. */
function copiesFor(
  parent: Molecule,
  pieces: readonly Piece[],
  forceField: ForceField,
  sections: readonly OtherSection[],
): { of: (piece: Piece) => OtherParameter[]; warnings: string[] } {
  const fragments = pieces.map(({ molecule, occurrences }) => ({ fragment: molecule, occurrences }));
  const { copies, warnings } = bespokeCopies({ parent, fragments, forceField, sections });
  return {
    of: (piece) =>
      copies
        .filter((copy) => isWhole(parent, piece) || copy.fragments.includes(pieces.indexOf(piece)))
        .map(({ section, smirks, copyOf }) => ({ section, smirks, copyOf })),
    warnings,
  };
}
