import { chargesOfTheForceField } from '@bespoke/partial-charges';
import {
  appendCopies,
  appendTorsions,
  distinctTorsions,
  parseOffxml,
  withFigures,
  writeOffxml,
} from '@bespoke/smirnoff';
import {
  levelOfTheory,
  type ChargeProvenance,
  type FitOutcome,
  type FittedFigure,
  type SinglePointLevel,
  type TorsionFit,
  type WriteForceFieldTask,
} from '@bespoke/workflow-schema';

/** What the thread is given: a task, and the artifacts that it names. */
export interface ForceFieldJob {
  task: WriteForceFieldTask;
  baseForceField: string;
  /** JSON of each FitOutcome, by its SHA-256. */
  fits: Record<string, string>;
}

export interface WrittenForceField {
  offxml: string;
  outcome: FitOutcome;
}

/** The force field of a molecule with all that was fitted for it, and the outcome of its fits together. */
export default function forceField({ task, baseForceField, fits }: ForceFieldJob): WrittenForceField {
  const fitted = new Map(
    Object.entries(fits).map(([sha256, json]) => [sha256, JSON.parse(json) as FitOutcome]),
  );
  const outcome = {
    ...together([...fitted.values()], torsionsOf(task, fitted)),
    figures: figuresOf(task, fitted),
  };
  const parameters = outcome.torsions.flatMap(({ parameters }) =>
    parameters.map(({ smirks, fitted: terms }) => ({ smirks, terms })),
  );
  const withTorsions = appendTorsions(
    parseOffxml(baseForceField),
    distinctTorsions(parameters),
    provenance(task, outcome),
  );
  const { copies, changed } = beside(outcome);
  const copied = appendCopies(withTorsions, copies);
  const values = [...copies, ...changed].map(({ after, ...figure }) => ({ ...figure, value: after }));
  return { offxml: writeOffxml(withFigures(copied, values)), outcome };
}

type WrittenOutcome = FitOutcome & { figures: FittedFigure[] };

/** The figures that are no terms of bespoke torsions: of copies, and of general parameters changed in place. */
function beside({ torsions, figures }: WrittenOutcome): {
  copies: (FittedFigure & { copyOf: string })[];
  changed: FittedFigure[];
} {
  const bespoke = new Set(torsions.flatMap(({ parameters }) => parameters.map(({ smirks }) => smirks)));
  const isCopy = (figure: FittedFigure): figure is FittedFigure & { copyOf: string } =>
    figure.copyOf !== undefined;
  return {
    copies: figures.filter(isCopy),
    changed: figures.filter((figure) => {
      const isNew = isCopy(figure) || (figure.section === 'ProperTorsions' && bespoke.has(figure.smirks));
      return !isNew && figure.before !== figure.after;
    }),
  };
}

/** The fitted torsions in the order of the molecule's fragments, their parameters under the molecule's patterns. */
function torsionsOf({ fragments }: WriteForceFieldTask, fits: ReadonlyMap<string, FitOutcome>): TorsionFit[] {
  return fragments.map(({ mappedSmiles, dihedral, fitOutcomeSha256, smirks }) => {
    const torsion = fits.get(fitOutcomeSha256)?.torsions.find(isAbout(mappedSmiles, dihedral));
    if (torsion?.parameters.length !== smirks.length) {
      throw new Error(`the fit ${fitOutcomeSha256} is not that of the fragment ${mappedSmiles}`);
    }
    return {
      ...torsion,
      parameters: torsion.parameters.map((parameter, n) => ({ ...parameter, smirks: smirks[n]! })),
    };
  });
}

/** What was fitted, bespoke torsions under the patterns that they have in the molecule. */
function figuresOf(
  { fragments }: WriteForceFieldTask,
  fits: ReadonlyMap<string, FitOutcome>,
): FittedFigure[] {
  return [...fits].flatMap(([sha256, { figures = [], torsions }]) => {
    const inMolecule = new Map<string, Set<string>>();
    for (const { mappedSmiles, dihedral, fitOutcomeSha256, smirks } of fragments) {
      if (fitOutcomeSha256 !== sha256) continue;
      const torsion = torsions.find(isAbout(mappedSmiles, dihedral));
      torsion?.parameters.forEach((parameter, n) => {
        inMolecule.set(parameter.smirks, (inMolecule.get(parameter.smirks) ?? new Set()).add(smirks[n]!));
      });
    }
    return figures.flatMap((figure) =>
      [...(inMolecule.get(figure.smirks) ?? [figure.smirks])].map((smirks) => ({ ...figure, smirks })),
    );
  });
}

function isAbout(mappedSmiles: string, dihedral: readonly number[]): (torsion: TorsionFit) => boolean {
  return (torsion) => torsion.mappedSmiles === mappedSmiles && torsion.dihedral.join() === dihedral.join();
}

/** Fits that have nothing in common are one fit: their objectives add up, and one goes on where another ended. */
function together(fits: readonly FitOutcome[], torsions: TorsionFit[]): FitOutcome {
  const sum = (of: (fit: FitOutcome) => number): number => fits.reduce((total, fit) => total + of(fit), 0);
  const objective = (when: 'before' | 'after') => ({
    total: sum((fit) => fit.objective[when].total),
    target: sum((fit) => fit.objective[when].target),
    penalty: sum((fit) => fit.objective[when].penalty),
  });
  const before = objective('before');
  let reached = before.total;
  const history = fits.flatMap(({ objective }) => {
    const others = reached - objective.before.total;
    reached = others + objective.after.total;
    return objective.history.map((total) => others + total);
  });
  return {
    objective: { before, after: objective('after'), history },
    converged: fits.every(({ converged }) => converged),
    warnings: [...new Set(fits.flatMap(({ warnings }) => warnings))],
    torsions,
    chargeModel: chargeModelOf(fits.map(({ chargeModel }) => chargeModel)),
    seconds: { charges: sum((fit) => fit.seconds.charges), fit: sum((fit) => fit.seconds.fit) },
  };
}

/** A model where one made charges; else all are figures of the force field. */
function chargeModelOf(all: readonly ChargeProvenance[]): ChargeProvenance {
  const modelled = all.find(({ program }) => program !== chargesOfTheForceField.program);
  return {
    ...(modelled ?? chargesOfTheForceField),
    overridden: all.some(({ overridden }) => overridden),
  };
}

function levelAndProgram({ qc, programVersion }: SinglePointLevel): string {
  return `${levelOfTheory(qc)}, ${qc.program} ${programVersion}`;
}

function provenance(task: WriteForceFieldTask, outcome: WrittenOutcome): string[] {
  const { torsions, chargeModel } = outcome;
  const { copies, changed } = beside(outcome);
  const count = (figures: readonly FittedFigure[]): number =>
    new Set(figures.map(({ section, smirks }) => `${section} ${smirks}`)).size;
  const { method, program, version, settings, overridden } = chargeModel;
  return [
    `Bespoke parameters for ${task.mappedSmiles}, made by the Bespoke executor ${task.softwareVersion}`,
    `Base force field: SHA-256 ${task.baseForceFieldSha256}`,
    ...torsions.map(
      ({ mappedSmiles, dihedral }) =>
        `Torsion drive of ${mappedSmiles} about ${dihedral.map((atom) => atom + 1).join('-')}: ` +
        (task.singlePoints ? `${levelAndProgram(task.singlePoints)} at geometries by ` : '') +
        levelAndProgram(task),
    ),
    `Charges: ${method}, ${program} ${version}; ${settings}`,
    ...(overridden
      ? [`These are not the charges that the sections below ask for: give a simulation ${method} charges`]
      : []),
    ...(copies.length > 0
      ? [`Beside torsions ${count(copies)} parameters for this molecule alone: their ids begin with bespoke-`]
      : []),
    ...(changed.length > 0
      ? [
          `${count(changed)} general parameters were changed in place; other molecules that they match get them too:`,
          ...changed.map(
            ({ section, smirks, attribute, before, after, unit }) =>
              `  ${section} ${smirks} ${attribute}: ${before} -> ${after} ${unit}`,
          ),
        ]
      : []),
    `Fit: ForceBalance's TorsionProfile objective, ${task.fit.penalty} prior of ${task.fit.priorWidthKcalPerMol} kcal/mol`,
  ];
}
