import {
  fitProfiles,
  figureFittedByEvidence,
  fittedFigure,
  generalFigures,
  profileOf,
  type Drive,
  type DriveFit,
  type FittedFigure,
  type OptimizerSettings,
} from '@bespoke/fitting';
import { canonicalAroundBond } from '@bespoke/molecule';
import { forceFieldCharges } from '@bespoke/partial-charges';
import type { EngineRun } from '@bespoke/qc-engines';
import {
  appendTorsions,
  bespokeTorsions,
  figuresOf,
  markedFigures,
  withFigures,
  writeOffxml,
  type BespokeTorsion,
  type Figure,
  type FigureSection,
  type ForceField,
  type TorsionToAppend,
} from '@bespoke/smirnoff';
import { driveOf } from './drive-record';
import { measuresOf, type DriveFigures, type FitResult } from './fit-report';
import { readForceFields } from './force-field';
import { EarlierFailureError, idOf, parseRecord } from './record';
import { refusalOf } from './refusal';

export interface FitSettings {
  /** OFFXML of each. */
  forceFields: readonly string[];
  /** What is fitted: new torsions of each driven bond, the general ones in their place, or what is marked. */
  parameters: 'bespoke' | 'general' | 'marked';
  /** Other sections whose general parameters are fitted too, as the driven molecules have them. */
  also: readonly FigureSection[];
  /** Each new torsion gets a term for each of these. */
  periodicities: readonly number[];
  optimizer: OptimizerSettings & { priorWidthKcalPerMol: number };
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
    const torsions = distinct(read.flatMap((entry) => entry.torsions));
    const forceField = torsions.length === 0 ? base : appendTorsions(base, torsions, PROVENANCE);
    const figures = figuresToFit(drives, forceField, torsions, settings);
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
        })),
        warnings: fit.warnings,
        offxml: writeOffxml(withFigures(forceField, fit.figures)),
      },
    };
  };
}

const PROVENANCE = ['Torsions at the end of ProperTorsions: fitted by bespoke chem fit to torsion drives.'];

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

function distinct(torsions: readonly BespokeTorsion[]): TorsionToAppend[] {
  const bySmirks = new Map(torsions.map((torsion) => [torsion.smirks, torsion]));
  return [...bySmirks.values()].map(({ smirks, terms }, index) => ({
    id: `bespoke-${index + 1}`,
    smirks,
    terms,
  }));
}

function figuresToFit(
  drives: readonly Drive[],
  forceField: ForceField,
  torsions: readonly TorsionToAppend[],
  { parameters, also, optimizer }: FitSettings,
): FittedFigure[] {
  const withPrior = (figure: Figure): FittedFigure =>
    optimizer.penalty === 'evidence'
      ? figureFittedByEvidence(forceField, figure, optimizer.priorWidthKcalPerMol)
      : fittedFigure(figure);
  if (parameters === 'marked') return markedFigures(forceField).map(withPrior);
  const sections: FigureSection[] = parameters === 'general' ? ['ProperTorsions', ...also] : [...also];
  const figures: Figure[] = [
    ...torsions.flatMap(({ smirks }) => figuresOf(forceField, 'ProperTorsions', smirks)),
    ...drives.flatMap(({ molecule, dihedral: [, j, k] }) =>
      generalFigures(forceField, molecule, [j, k], sections),
    ),
  ];
  const distinct = new Map(
    figures.map((figure) => [[figure.section, figure.attribute, figure.smirks].join(' '), figure]),
  );
  return [...distinct.values()].map(withPrior);
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
