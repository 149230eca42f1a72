import {
  fitProfiles,
  profileOf,
  startOfFit,
  withPriors,
  type Drive,
  type DriveFit,
  type OptimizerSettings,
  type ParametersToFit,
  type PriorSettings,
} from '@bespoke/fitting';
import { canonicalAroundBond, heavySmiles } from '@bespoke/molecule';
import { forceFieldCharges } from '@bespoke/partial-charges';
import type { EngineRun } from '@bespoke/qc-engines';
import {
  bespokeCopies,
  bespokeTorsions,
  generalParameters,
  markedFigures,
  unitOf,
  withFigures,
  withProvenance,
  writeOffxml,
  type BespokeTorsion,
  type CopiedSection,
  type ForceField,
} from '@bespoke/smirnoff';
import { driveOf } from './drive-record';
import { measuresOf, type DriveFigures, type FitResult } from './fit-report';
import { readForceFields } from './force-field';
import { EarlierFailureError, idOf, parseRecord } from './record';
import { refusalOf } from './refusal';

export interface FitSettings {
  /** OFFXML of each. */
  forceFields: readonly string[];
  /** What is fitted: new parameters for the driven molecules, their general ones in place, or what is marked. */
  parameters: 'bespoke' | 'general' | 'marked';
  /** Sections that are fitted beside the torsions of the driven bonds. */
  also: readonly CopiedSection[];
  /** Each new torsion gets a term for each of these. */
  periodicities: readonly number[];
  optimizer: OptimizerSettings & PriorSettings;
}

/** A line with a drive. */
export interface DriveLine {
  number: number;
  text: string;
}

/**
 * `chem fit`: fits the drives of some lines together. One that can't be fitted is left out and reported with the
 * reason.
 */
export function fitWith(
  settings: FitSettings,
  run: EngineRun,
): (lines: readonly DriveLine[]) => Promise<FitResult> {
  const base = readForceFields(settings.forceFields);
  return async (lines) => {
    const startMs = performance.now();
    const entries: (IdentifiedDrive | { id: string | number; error: string })[] = [];
    for (const line of lines) entries.push(await readDrive(line, base, settings, run));
    const read = entries.filter((entry) => 'drive' in entry);
    if (read.length === 0) return { drives: entries.filter((entry) => 'error' in entry), fit: null };

    const drives = read.map(({ drive }) => drive);
    const { forceField, figures, warnings } = startOf(base, read, settings);
    const fit = await fitProfiles(forceField, drives, figures, settings.optimizer);

    const profiles = fit.drives.values();
    const { before, after, history } = fit.objective;
    return {
      drives: entries.map((entry) =>
        'error' in entry ? entry : { id: entry.id, ...driveFigures(entry, profiles.next().value!) },
      ),
      fit: {
        ids: read.map(({ id }) => id),
        objective_before: before.total,
        objective_after: after.total,
        penalty: after.penalty,
        converged: fit.converged,
        iterations: history.length,
        wall_s: (performance.now() - startMs) / 1000,
        history,
        parameters: figures.map(({ value, priorWidth, ...name }, index) => ({
          ...name,
          before: value,
          after: fit.figures[index]!.value,
          prior_width: priorWidth,
          unit: unitOf(name),
        })),
        warnings: [...warnings, ...fit.warnings],
        offxml: writeOffxml(withProvenance(withFigures(forceField, fit.figures), PROVENANCE)),
      },
    };
  };
}

const PROVENANCE = ['Fitted by bespoke chem fit to torsion drives: its report names the parameters.'];

interface IdentifiedDrive {
  id: string | number;
  drive: Drive;
  gridDegrees: number[] | null;
  /** Made for its bond. */
  torsions: BespokeTorsion[];
}

/** A drive with its charges, checked by itself, so that one that can't be fitted takes no other with it. */
async function readDrive(
  { number, text }: DriveLine,
  forceField: ForceField,
  { optimizer, parameters, periodicities }: FitSettings,
  run: EngineRun,
): Promise<IdentifiedDrive | { id: string | number; error: string }> {
  let id: string | number = number;
  try {
    const record = parseRecord(text);
    id = idOf(record, number);
    const { error } = record;
    if (typeof error === 'string') throw new EarlierFailureError(error);
    const { chargesE, gridDegrees, ...given } = driveOf(record);
    const uncharged = { ...given, chargesE: chargesE ?? given.molecule.atoms.map(() => 0) };
    profileOf(forceField, uncharged, [], optimizer);
    const torsions = parameters === 'bespoke' ? newTorsions(uncharged, forceField, periodicities) : [];
    const lowest = given.points.reduce((best, point) =>
      point.energyHartree < best.energyHartree ? point : best,
    );
    const drive = {
      ...given,
      chargesE:
        chargesE ??
        (await forceFieldCharges({ forceField, molecule: given.molecule }, lowest.geometryAngstrom, run))
          .chargesE,
    };
    return { id, drive, gridDegrees, torsions };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return { id, error: refusal };
  }
}

/** Bespoke torsions for the driven bond: the same ones for every drive of one molecule about one bond. */
function newTorsions(
  { molecule: parent, dihedral }: Drive,
  forceField: ForceField,
  periodicities: readonly number[],
): BespokeTorsion[] {
  const { molecule: fragment, bond, order } = canonicalAroundBond(parent, [dihedral[1], dihedral[2]]);
  const occurrences = [{ parentAtoms: order }];
  return bespokeTorsions({ fragment, bond, parent, occurrences, forceField, periodicities });
}

/** The force field with what is new in it, the figures to be fitted, and what a person should know of that. */
function startOf(
  base: ForceField,
  read: readonly IdentifiedDrive[],
  { parameters, also, optimizer }: FitSettings,
): ReturnType<typeof startOfFit> & { warnings: string[] } {
  const drives = read.map(({ drive }) => drive);
  switch (parameters) {
    case 'marked':
      return { forceField: base, figures: withPriors(base, markedFigures(base), optimizer), warnings: [] };
    case 'general': {
      const others = drives.flatMap(({ molecule, dihedral: [, j, k] }) =>
        generalParameters(base, molecule, { bonds: [[j, k]], atoms: [...molecule.atoms.keys()] }, [
          'ProperTorsions',
          ...also,
        ]),
      );
      return { ...startOfFit(base, { torsions: [], others }, optimizer), warnings: [] };
    }
    case 'bespoke': {
      const torsions = read.flatMap((entry) => entry.torsions);
      const { others, warnings } = copiesFor(drives, base, also);
      return { ...startOfFit(base, { torsions, others }, optimizer), warnings };
    }
    default:
      return parameters satisfies never;
  }
}

/** Parameters of each driven molecule's own, which hit nothing in the others. */
function copiesFor(
  drives: readonly Drive[],
  forceField: ForceField,
  sections: readonly CopiedSection[],
): { others: ParametersToFit['others']; warnings: string[] } {
  const molecules = [...new Map(drives.map(({ molecule }) => [heavySmiles(molecule), molecule])).values()];
  const made = molecules.map((parent) => {
    const fragments = molecules.map((fragment) => ({
      fragment,
      occurrences: fragment === parent ? [{ parentAtoms: [...parent.atoms.keys()] }] : [],
    }));
    return bespokeCopies({ parent, fragments, forceField, sections });
  });
  return {
    others: made.flatMap(({ copies }) => copies),
    warnings: made.flatMap(({ warnings }) => warnings),
  };
}

function driveFigures({ drive, gridDegrees }: IdentifiedDrive, fit: DriveFit): DriveFigures {
  const qm = fit.points.map((point) => point.qmKcalPerMol);
  const mmBefore = fit.points.map((point) => point.mmBeforeKcalPerMol);
  const mmAfter = fit.points.map((point) => point.mmAfterKcalPerMol);
  const weights = fit.points.map((point) => point.weight);
  return {
    mapped_smiles: drive.molecule.mappedSmiles,
    dihedral: drive.dihedral,
    grid: gridDegrees,
    rmse_before: fit.rmseBeforeKcalPerMol,
    rmse_after: fit.rmseAfterKcalPerMol,
    qm,
    mm_before: mmBefore,
    mm_after: mmAfter,
    weights,
    measures_before: measuresOf(mmBefore, qm, weights),
    measures_after: measuresOf(mmAfter, qm, weights),
    objective_before: fit.targetBefore,
    objective_after: fit.targetAfter,
  };
}
